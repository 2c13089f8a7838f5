"""Finds who wrote a page: people named in JSON-LD, meta elements or the byline, and the agency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from corpus.formats import bylines, inverted, persons
from corpus.formats.html import jsonld, meta, signatures
from corpus.text.entities import unescape
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.formats.evidence import Evidence
    from corpus.formats.html.outline import Outline

_ORGANISATIONS: Final = frozenset({"organization", "newsmediaorganization", "corporation"})
_MOST: Final = 40
_MOST_DEEP: Final = 6
_MARKS: Final = re.compile(r"\W+")
# Where JSON-LD nests people: lists, graphs, and roles, which repeat the property.
_HOLDERS: Final = ("@list", "@set", "@graph", "itemListElement", "item", "author", "creator", "member")
_LONGEST: Final = 120
_BY: Final = re.compile(
    r"^(?:(?:(?:view|see|show|read|zeige?|voir|ver)?\s*(?:all|alle|tous|todos)?\s*"
    r"(?:posts?|articles?|stories|beiträge|artikel|les articles|los artículos)\s(?:by|from|of|von|de))|"
    r"(?:written|posted|published|story|report(?:ed|ing)?|words|text|interview) by|"
    r"(?:geschrieben|veröffentlicht|erstellt|eingestellt|verfasst|interview|text|ein artikel) von|"
    r"by|von|par|por|di|door|af|av|przez|автор(?:ы)?|текст|фото|autor(?:in|en|a|es)?|auteur|text|interview|"
    r"投稿者|著者|執筆者?|取材|作者|撰文|記者|记者|글)"
    r"\s*(?:[:：]\s*|\s)",
    re.IGNORECASE,
)
_AND: Final = re.compile(
    r"\s*(?:[,;|·•](?:\s*(?:and|und|et|y|och|og|en|e|и|i)\s)?|\s/\s|\s&\s|"
    r"\s(?:(?i:and|und)|et|y|och|og|en|e|и|i)\s)\s*"
)
_BRACKETED: Final = re.compile(r"\(([^()]{2,40})\)\s*$")
_ROLE: Final = re.compile(
    r"^(?:.*\b(?:correspondent|editor|reporter|writer|journalist|columnist|bureau|desk|staff|team|newsroom|redaktion|redakteur(?:in)?|"
    r"korrespondent(?:in)?|autor(?:in)?|journaliste|rédaction|correspondant(?:e)?|redacción|periodista|redazione|redactie|редакция|"
    r"корреспондент|admin|administrator|contributor|guest|producer|news|media|online|agency|agencies|agenturen|"
    r"editorial|webdesk|web desk|newsdesk|digital|magazine|press|politik|sport|wirtschaft|kultur)\b.*)$",
    re.IGNORECASE,
)
_DESK: Final = re.compile(
    r"\b(?:staff|desk|newsroom|redaktion|rédaction|redacción|redazione|editors|team)$", re.IGNORECASE
)
_MOST_WORDS: Final = 5
_BUTTONS: Final = frozenset(
    ["by", "twitter", "facebook", "instagram", "linkedin", "email", "e mail", "share", "follow", "x", "whatsapp",
     "telegram", "youtube", "more", "autor", "author", "von", "twitter facebook", "no author", "unknown",
     "unknown author", "none", "null", "undefined", "n a", "user", "super user", "superuser"]
)  # fmt: skip
# Buttons that are beside a name, or in its place.
_NETWORK: Final = re.compile(
    r"(?:\s+(?:twitter|facebook|instagram|linkedin|e-?mail|mastodon|bluesky|rss|website))+$", re.IGNORECASE
)
_CALL: Final = re.compile(r"(?:e-?mail|view|follow|contact|message|meet|see more)\s", re.IGNORECASE)
# An initial, or what has a full stop of its own.
_SHORTENED: Final = re.compile(r"\s(?:[^\W\d_]{1,2}|[JS]r)\.$")
_BRACKETS: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
# `By Jane Doe and John Roe For The Mail On Sunday`.
_FOR: Final = re.compile(r"\s(?i:for|für|pour|para)\s(?i:the\s)?(?=[A-ZÀ-Þ]).*$")
# The first account of a content management system is not a person, under any name.
_ADMIN: Final = re.compile(r"/author/admin(?:istrator)?/?(?:\s|$)", re.IGNORECASE)


def people(
    outline: Outline,
    nodes: list[jsonld.Node],
    node: jsonld.Node,
    found: meta.Declared,
    sites: Iterable[str],
    evidence: Evidence | None = None,
) -> tuple[tuple[str, ...], str | None]:
    """Return authors in order, and an agency.

    Args:
        outline: the page.
        nodes: all JSON-LD of the page, whose `@id` authors may refer to.
        node: the JSON-LD node of the article.
        found: the meta elements of the page.
        sites: folded names of the site, which are not authors.
        evidence: a record for what each witness says.
    """
    sources = list(_sources(outline, nodes, node, found)) if evidence else _sources(outline, nodes, node, found)
    authors, agency, witness = _signed(outline, nodes, node, sites, sources)
    if evidence is not None:
        for name, names, _ in sources:
            if names:
                evidence.add("authors", name, ", ".join(names))
        if witness:
            evidence.believe("authors", witness)
    return authors, agency


def _signed(
    outline: Outline,
    nodes: list[jsonld.Node],
    node: jsonld.Node,
    sites: Iterable[str],
    sources: Iterable[tuple[str, list[str], bool]],
) -> tuple[tuple[str, ...], str | None, str | None]:
    """Return the authors of the first source that names any, the agency, and the source."""
    site = frozenset(sites).union(_admins(outline, nodes))
    agency: str | None = None
    desks: dict[str, str] = {}
    declared = _declared_authors(nodes, node, organisations=True)
    for witness, names, is_shown in sources:
        authors: list[str] = []
        for written in names:
            for name in _split(written):
                agency = agency or _agency(name)
                # `follow on Twitter` is in the place of a name.
                if is_shown and not bylines.is_capitalised(name):
                    continue
                if (sound := _person(name, site)) and bylines.agency(name) is None:
                    authors.append(sound)
                elif _is_desk(name):
                    desks.setdefault(name, witness)
        if authors:
            named: dict[str, str] = {}
            for author in authors:
                named.setdefault(author.casefold(), author)
            return tuple(named.values()), agency, witness
        if declared and not any(_is_site(name, site) for name in declared):
            break
    # The page names a desk, a paper or an agency as its author, and means it.
    kept = [one_line(name) for name in declared if not re.search(r"https?://|@", name)]
    kept = [name for name in kept if 2 <= len(name) <= _LONGEST and not persons.is_nobody(name)]
    if kept:
        agency = agency or next((known for name in kept if (known := _agency(name))), None)
        return tuple(dict.fromkeys(kept)), agency, "JSON-LD author"
    # `AOL Staff` signs where nobody else does.
    first = next(iter(desks), None)
    return (first,) if first else (), agency, desks[first] if first else None


def _agency(name: str) -> str | None:
    """Return the agency that a name is, or that follows it in brackets: `Jane Doe (AP)`."""
    bracketed = _BRACKETED.search(name)
    return bylines.agency(name) or (bylines.agency(bracketed[1]) if bracketed else None)


def _is_desk(name: str) -> bool:
    """Return whether a name in the place of an author is that of a desk."""
    return _DESK.search(name) is not None and 2 <= len(name.split()) <= _MOST_WORDS and bylines.is_capitalised(name)


def _admins(outline: Outline, nodes: list[jsonld.Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(name := node.get("name"), str) and _ADMIN.search(f"{node.get('@id')} {node.get('url')}"):
            yield _folded(name)
    for link in outline.tree.css('a[href*="/author/admin" i]')[:8]:
        if _ADMIN.search(link.attributes.get("href") or ""):
            yield _folded(link.text(separator=" "))


def _folded(name: str) -> str:
    return _MARKS.sub(" ", name.casefold()).strip()


def _is_site(name: str, sites: frozenset[str]) -> bool:
    """Return whether a name is that of the site, which is shown if there is no author."""
    folded = _MARKS.sub("", name.casefold())
    return any(folded == _MARKS.sub("", site) for site in sites)


def _sources(
    outline: Outline, nodes: list[jsonld.Node], node: jsonld.Node, found: meta.Declared
) -> Iterator[tuple[str, list[str], bool]]:
    """Yield each source, its names, and whether they are only shown; shown names may be anything."""
    yield "JSON-LD author", _declared_authors(nodes, node, organisations=False), False
    for key in meta.AUTHOR:
        if key in found:
            yield f"meta {key}", [value for value in found[key] if not signatures.ADDRESS.search(value)], False
    yield "link to article:author", signatures.addressed(outline, found), True
    near = signatures.around_headline(outline)
    named = signatures.Named(outline)
    for selector in signatures.SELECTORS if near else ():
        yield f"{selector} by the headline", signatures.shown(selector, named.called(selector), near), True
    yield "profile behind By", signatures.linked(outline), True
    yield "line with By", signatures.behind_headline(outline), True
    for selector in signatures.SELECTORS:
        yield selector, signatures.shown(selector, named.called(selector)), True
    yield "paragraph in bold", signatures.signed(outline), True
    for selector in signatures.SELECTORS_ELSEWHERE:
        yield selector, signatures.shown(selector, named.called(selector)), True


def _declared_authors(nodes: list[jsonld.Node], node: jsonld.Node, *, organisations: bool) -> list[str]:
    """Return the authors in JSON-LD, only persons or all; references are looked up."""
    known = {str(one["@id"]): one for one in nodes if isinstance(one.get("@id"), str) and one.get("name")}
    return [name for key in ("author", "creator") for name in _named(node.get(key), known, organisations=organisations)]


def _named(value: Any, known: dict[str, jsonld.Node], *, organisations: bool, depth: int = 0) -> list[str]:
    names: list[str] = []
    if depth > _MOST_DEEP:
        return names
    for one in (value if isinstance(value, list) else [value])[:_MOST]:
        if isinstance(one, dict):
            inner = next((one[key] for key in _HOLDERS if isinstance(one.get(key), (list, dict))), None)
            if inner is not None and not one.get("name"):
                names += _named(inner, known, organisations=organisations, depth=depth + 1)
                continue
            given = one
            if not given.get("name") and str(given.get("@id")) in known:
                given = known[str(given["@id"])]
            texts_of_names = [unescape(name) for name in persons.texts(given)]
            if jsonld.kinds(given) & _ORGANISATIONS and not organisations:
                # An agency is worth knowing; the publisher itself is no person.
                texts_of_names = [name for name in texts_of_names if bylines.agency(name)]
            names += texts_of_names
        elif isinstance(one, list):
            names += _named(one, known, organisations=organisations, depth=depth + 1)
        elif isinstance(one, str):
            names += [unescape(name) for name in persons.texts(one)]
    return names


def _split(written: str) -> list[str]:
    written = bylines.undated(one_line(re.sub(r"<[^<>]{0,300}>", " ", written)))
    if not written or len(written) > 5 * _LONGEST or signatures.ADDRESS.search(written):
        return []
    if (named := _BY.sub("", written)) != written:
        named = _FOR.sub("", named) or named
    written = bylines.opened(named)
    if turned := inverted.names(written):
        return list(turned)
    return bylines.without_degrees([part for part in _AND.split(written) if part][:_MOST])


def _person(name: str, sites: frozenset[str]) -> str | None:
    """Return a person's name without roles; None if it is something else."""
    name = _BRACKETS.sub("", _BY.sub("", _NETWORK.sub("", name))).strip(" ,;:-–—|·•\"'").lstrip(".")
    if name.endswith(".") and not _SHORTENED.search(name):
        name = name.rstrip(" .")
    name = bylines.without_role(name)
    folded = _folded(name)
    if (
        persons.is_nobody(name)
        or not 2 <= len(name) <= _LONGEST
        or not folded
        or folded in sites
        or len(name.split()) > 6
    ):
        return None
    if folded in _BUTTONS or _CALL.match(name):
        return None
    if "-" in name and " " not in name and name.islower():
        # A name as it is written in an address.
        name = name.replace("-", " ").title()
    if _ROLE.match(name) or re.search(r"\d|[<>{}=#@]", name):
        return None
    # `MDR Thüringen`: a desk of the house.
    first, _, rest = name.casefold().partition(" ")
    if rest and len(first) > 2 and first in sites:
        return None
    if folded.replace(" ", "") in {site.replace(" ", "") for site in sites}:
        return None
    # Names all in capitals are written so for looks.
    return name.title() if name.isupper() and len(name) > 4 and " " in name else name
