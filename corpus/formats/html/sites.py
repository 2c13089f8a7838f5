"""Finds the name of the site of a page, and removes it from headlines."""

from __future__ import annotations

import re
from typing import Final

from corpus.formats.html import jsonld, meta
from corpus.text.normalise import one_line

_SEPARATOR: Final = re.compile(r"\s+(?:[|»›«·•—–:\-/~]{1,2}|::)\s+|\s*[|｜»ㅣ│]\s*|[_＿](?=\S)|(?<=\S)[：](?=\S)")
_MARKS: Final = re.compile(r"\W+")
# Between these there is a site's own name; between others there may be any part of a headline.
_WEAK: Final = frozenset("_＿：")
# A suffix of more words is part of the headline.
_LONGEST_SITE: Final = 6
_LONGEST_NAME: Final = 100


def without_site(text: str, sites: set[str]) -> str:
    """Return a headline without the site's name before or after it."""
    parts = _SEPARATOR.split(text)
    if len(parts) < 2:
        return text
    marks = list(_SEPARATOR.finditer(text))
    last, first = parts[-1], parts[0]
    is_section = "|" in marks[-1][0] and len(last.split()) <= 3 and len(parts[0]) > len(last)
    if _names_site(last, sites) or is_section:
        rest = text[: marks[-1].start()].strip()
        # In `headline_section_site` the section goes with the site.
        parts = rest.split("_")
        if marks[-1][0] in _WEAK and len(parts) > 1 and len(parts[-1]) < len(parts[0]) // 2:
            rest = "_".join(parts[:-1])
        return without_site(rest, sites) if rest else text
    if _names_site(first, sites) and len(text) - marks[0].end() > len(first):
        return text[marks[0].end() :].strip()
    return text


def _names_site(part: str, sites: set[str]) -> bool:
    bare = folded(part)
    if not bare or len(part.split()) > _LONGEST_SITE:
        return False
    squeezed = bare.replace(" ", "")
    return any(
        bare == site
        or squeezed == site.replace(" ", "")
        or (len(squeezed) > 3 and squeezed.startswith(site.replace(" ", "")))
        for site in sites
        if len(site) > 2 or not site.isascii()
    )


def sites_of(node: jsonld.Node, found: meta.Declared, host: str | None) -> set[str]:
    """Return the possible names of the site, folded."""
    publisher = node.get("publisher")
    names: list[str] = [*meta.every(found, meta.SITE), *jsonld.texts(publisher)]
    if isinstance(publisher, dict):
        names.append(jsonld.text(publisher.get("name")) or "")
    sites = {folded(name) for name in names if name}
    if host:
        bare = host.removeprefix("www.")
        stem = bare.rpartition(".")[0]
        sites |= {folded(bare), folded(stem), folded(bare.split(".")[-2] if "." in bare else bare)}
    return {site for site in sites if site}


def publication(node: jsonld.Node, found: meta.Declared) -> str | None:
    """Return the declared paper or programme: the name of the site or of its publisher; None if there is no name."""
    publisher = node.get("publisher")
    name = jsonld.text(publisher.get("name")) if isinstance(publisher, dict) else None
    for text in (
        meta.first(found, ("og:site_name", "application-name")),
        name,
        meta.first(found, ("dc.publisher",)),
    ):
        line = one_line(text) if text else ""
        if 2 <= len(line) <= _LONGEST_NAME and not line.startswith(("http:", "https:", "@", "//")):
            return line
    return None


def folded(text: str) -> str:
    """Return a text without case and marks, for comparisons."""
    return _MARKS.sub(" ", text.casefold()).strip()
