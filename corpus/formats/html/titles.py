"""The headline: the one that is shown, without the site's name, among those that a page declares."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from corpus.formats.html import jsonld, meta
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_SEPARATOR: Final = re.compile(r"\s+[|»«·•—–:\-/]{1,2}\s+|\s*[|｜»]\s*")
_LONGEST: Final = 300
_SHORTEST: Final = 12
_MOST_HEADINGS: Final = 20
# A suffix of more words is part of the headline.
_LONGEST_SITE: Final = 6


def title(tree: LexborHTMLParser, node: jsonld.Node, found: meta.Declared, host: str | None) -> str | None:
    """The headline of a page; None if there is none.

    Args:
        tree: the page.
        node: its JSON-LD article.
        found: its meta elements.
        host: of its URL, by which the site's name is known.
    """
    sites = sites_of(node, found, host)
    shown = [text for heading in tree.css("h1")[:_MOST_HEADINGS] if (text := one_line(heading.text(separator=" ")))]
    shown = [text for text in shown if len(text) <= _LONGEST and _folded(text) not in sites]
    element = tree.css_first("title")
    declared = {
        "ld": jsonld.text(node.get("headline")),
        "og": meta.first(found, ("og:title",)),
        "other": meta.first(found, ("twitter:title", "parsely-title", "sailthru.title", "dc.title", "title")),
        "title": one_line(element.text()) if element else None,
    }
    clean = {key: without_site(one_line(text), sites) for key, text in declared.items() if text}
    # What another has as the whole headline is none's beginning.
    whole = [*shown, *(clean[key] for key in ("ld", "og") if key in clean)]
    clean = {key: _as_shown(text, whole) for key, text in clean.items()}
    if not clean:
        return shown[0] if shown else None
    first = clean.get("ld")
    if first and (named := _named(first, node, clean, shown, sites)):
        return named
    if first and not ("og" in clean and _is_for_engines(first, node, clean, shown)):
        return _as_most_write(first, clean)
    if first:
        return clean["og"]
    # What is shown and said elsewhere is the headline as its readers know it.
    agreed = next((text for text in clean.values() if _shows(text, shown)), None)
    if agreed := agreed or clean.get("og") or clean.get("other"):
        return agreed
    # Where the first heading is the section's, the headline is a second one.
    under = [one_line(heading.text(separator=" ")) for heading in tree.css("h2")[:_MOST_HEADINGS]]
    return clean["title"] if not shown or _shows(clean["title"], under) else shown[0]


def _named(first: str, node: jsonld.Node, clean: dict[str, str], shown: list[str], sites: set[str]) -> str | None:
    """JSON-LD's name, where it is the heading that is shown, and what it calls the headline stands nowhere else."""
    name = without_site(one_line(jsonld.text(node.get("name")) or ""), sites)
    stands = _shows(first, [*shown, *(text for key, text in clean.items() if key != "ld")])
    return name if name and not stands and _shows(name, shown) else None


def _is_for_engines(first: str, node: jsonld.Node, clean: dict[str, str], shown: list[str]) -> bool:
    """Whether JSON-LD's headline is the search engines' and the page's title; the editors' own is the one they share.

    What JSON-LD says as name and as headline it means.
    """
    named = jsonld.text(node.get("name"))
    twice = named is not None and _folded(one_line(named)) == _folded(first)
    return not twice and _folded(first) == _folded(clean.get("title", "")) and _shows(first, shown)


def _as_most_write(first: str, clean: dict[str, str]) -> str:
    """A headline with the marks between its words that most of the page's own statements of it have."""
    forms = Counter(text for text in clean.values() if _folded(text) == _folded(first))
    best, count = forms.most_common(1)[0]
    return best if count > forms[first] else first


def _shows(text: str, shown: list[str]) -> bool:
    return any(_folded(text) == _folded(heading) for heading in shown)


def _as_shown(text: str, shown: list[str]) -> str:
    """A declared headline without what stands behind the shown one, which is the site's name or a section's."""
    for heading in shown:
        rest = text[len(heading) :]
        if len(heading) > _SHORTEST and text.startswith(heading) and re.match(r"\s*[-–—|·•*]\s", rest):
            return heading
    return text


def without_site(text: str, sites: set[str]) -> str:
    """A headline without the site's name behind or before it."""
    parts = _SEPARATOR.split(text)
    if len(parts) < 2:
        return text
    marks = list(_SEPARATOR.finditer(text))
    last, first = parts[-1], parts[0]
    if _names_site(last, sites) or ("|" in marks[-1][0] and len(last.split()) <= 3 and len(parts[0]) > len(last)):
        rest = text[: marks[-1].start()].strip()
        return without_site(rest, sites) if rest else text
    if _names_site(first, sites) and len(text) - marks[0].end() > len(first):
        return text[marks[0].end() :].strip()
    return text


def _names_site(part: str, sites: set[str]) -> bool:
    folded = _folded(part)
    if not folded or len(part.split()) > _LONGEST_SITE:
        return False
    squeezed = folded.replace(" ", "")
    return any(
        folded == site
        or squeezed == site.replace(" ", "")
        or (len(squeezed) > 3 and squeezed.startswith(site.replace(" ", "")))
        for site in sites
        if len(site) > 2
    )


def sites_of(node: jsonld.Node, found: meta.Declared, host: str | None) -> set[str]:
    """What the site may be called, folded."""
    publisher = node.get("publisher")
    names = [*meta.every(found, meta.SITE), *jsonld.texts(publisher)]
    if isinstance(publisher, dict):
        names.append(jsonld.text(publisher.get("name")) or "")
    sites = {_folded(name) for name in names if name}
    if host:
        bare = host.removeprefix("www.")
        sites |= {
            _folded(bare),
            _folded(bare.rpartition(".")[0]),
            _folded(bare.split(".")[-2] if "." in bare else bare),
        }
    return {site for site in sites if site}


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()
