"""Who wrote a page: people, as they are named in JSON-LD, meta elements or the byline, and the agency."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

from corpus.formats import bylines
from corpus.formats.html import boxes, jsonld, meta
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborHTMLParser

_ORGANISATIONS: Final = frozenset({"organization", "newsmediaorganization", "corporation"})
_MOST: Final = 40
_LONGEST: Final = 120
_BY: Final = re.compile(
    r"^(?:(?:(?:view|see|show|read|zeige?|voir|ver)?\s*(?:all|alle|tous|todos)?\s*"
    r"(?:posts?|articles?|stories|beiträge|artikel|les articles|los artículos)\s(?:by|from|of|von|de))|"
    r"(?:written|posted|published|story|report(?:ed|ing)?|words|text|interview) by|"
    r"(?:geschrieben|veröffentlicht|erstellt|eingestellt|verfasst|interview|text|ein artikel) von|"
    r"by|von|par|por|di|door|af|av|przez|автор(?:ы)?|текст|фото|autor(?:in|en|a|es)?|auteur|text|interview)"
    r"\s*(?:[:：]\s*|\s)",
    re.IGNORECASE,
)
_AND: Final = re.compile(
    r"\s*(?:[,;|·•](?:\s*(?:and|und|et|y|och|og|en|e|и|i)\s)?|\s/\s|\s&\s|"
    r"\s(?:(?i:and|und)|et|y|och|og|en|e|и|i)\s)\s*"
)
_ROLE: Final = re.compile(
    r"^(?:.*\b(?:correspondent|editor|reporter|writer|journalist|columnist|bureau|desk|staff|team|newsroom|redaktion|redakteur(?:in)?|"
    r"korrespondent(?:in)?|autor(?:in)?|journaliste|rédaction|correspondant(?:e)?|redacción|periodista|redazione|redactie|редакция|"
    r"корреспондент|admin|administrator|contributor|guest|producer|news|media|online|agency|agencies|agenturen|"
    r"editorial|webdesk|web desk|newsdesk|digital|magazine|press|politik|sport|wirtschaft|kultur)\b.*)$",
    re.IGNORECASE,
)
_BUTTONS: Final = frozenset(
    ["by", "twitter", "facebook", "instagram", "linkedin", "email", "e mail", "share", "follow", "x", "whatsapp",
     "telegram", "youtube", "more", "autor", "author", "von", "twitter facebook", "no author", "unknown",
     "unknown author", "none", "null", "undefined", "n a", "user", "super user", "superuser"]
)  # fmt: skip
_ADDRESS: Final = re.compile(r"https?://|www\.|@|\.(?:com|de|net|org|co\.uk|fr|it|es|nl)\b", re.IGNORECASE)
# An initial, or what has a full stop of its own.
_SHORTENED: Final = re.compile(r"\s(?:[^\W\d_]{1,2}|[JS]r)\.$")
_BRACKETS: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_DOM: Final = (
    '[itemprop="author"] [itemprop="name"]', '[itemprop="author"]', 'a[rel~="author"]', '[class*="author-name" i]',
    '[class*="authorname" i]', '[class*="author__name" i]', '[class*="byline" i] a', '[class*="author" i] a',
    '[class*="byline" i] span', '[class*="byline" i]', "byline", '[class*="author" i]',
)  # fmt: skip
# As papers say it that are not written in English; other things are called so too.
_DOM_ELSEWHERE: Final = ('[class*="autor" i]', '[class*="auteur" i]')
# What is called so may hold a whole line, with a `By`, places and dates.
_LINES: Final = ('"author" i]', '"autor" i]', '"auteur" i]')
# `By Jane Doe and John Roe For The Mail On Sunday`.
_FOR: Final = re.compile(r"\s(?i:for|für|pour|para)\s(?i:the\s)?(?=[A-ZÀ-Þ]).*$")
# Pages about a person, as sites link to them from a byline.
_PROFILES: Final = ", ".join(
    f'a[href*="/{word}/" i]'
    for word in ("author", "authors", "autor", "autoren", "auteur", "auteurs", "autore", "autori")
)
# The account that a content management system begins with is no person, whatever it is called.
_ADMIN: Final = re.compile(r"/author/admin(?:istrator)?/?(?:\s|$)", re.IGNORECASE)
_BEFORE: Final = re.compile(r"^(?:by|von|par|por|di|door|af|av)\b", re.IGNORECASE)
_MOST_PARAGRAPHS: Final = 2_000
_SLASH: Final = re.compile(r"\s*/\s*")


def people(
    tree: LexborHTMLParser, nodes: list[jsonld.Node], node: jsonld.Node, found: meta.Declared, sites: Iterable[str]
) -> tuple[tuple[str, ...], str | None]:
    """Authors in order, and an agency.

    Args:
        tree: the page.
        nodes: all its JSON-LD, in which authors may be referred to by `@id`.
        node: the article's.
        found: its meta elements.
        sites: folded names of the site, which are no authors.
    """
    site = frozenset(sites).union(_admins(tree, nodes))
    agency: str | None = None
    declared = _declared_authors(nodes, node, organisations=True)
    for names, is_shown in _sources(tree, nodes, node, found):
        authors: list[str] = []
        for written in names:
            for name in _split(written):
                agency = agency or bylines.agency(name)
                # `follow on Twitter` stands where names do.
                if is_shown and not bylines.is_capitalised(name):
                    continue
                if (sound := _person(name, site)) and bylines.agency(name) is None:
                    authors.append(sound)
        if authors:
            named: dict[str, str] = {}
            for author in authors:
                named.setdefault(author.casefold(), author)
            return tuple(named.values()), agency
        if declared and not any(_is_site(name, site) for name in declared):
            break
    # The page names a desk, a paper or an agency as its author, and means it.
    kept = [one_line(name) for name in declared if not re.search(r"https?://|@", name)]
    kept = [name for name in kept if 2 <= len(name) <= _LONGEST]
    if kept:
        agency = agency or next((known for name in kept if (known := bylines.agency(name))), None)
        return tuple(dict.fromkeys(kept)), agency
    return (), agency


def _admins(tree: LexborHTMLParser, nodes: list[jsonld.Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(name := node.get("name"), str) and _ADMIN.search(f"{node.get('@id')} {node.get('url')}"):
            yield _folded(name)
    for link in tree.css('a[href*="/author/admin" i]')[:8]:
        if _ADMIN.search(link.attributes.get("href") or ""):
            yield _folded(link.text(separator=" "))


def _folded(name: str) -> str:
    return re.sub(r"\W+", " ", name.casefold()).strip()


def _is_site(name: str, sites: frozenset[str]) -> bool:
    """Whether a name is the site's own, which stands where no author was filled in."""
    folded = re.sub(r"\W+", "", name.casefold())
    return any(folded == re.sub(r"\W+", "", site) for site in sites)


def _sources(
    tree: LexborHTMLParser, nodes: list[jsonld.Node], node: jsonld.Node, found: meta.Declared
) -> Iterable[tuple[list[str], bool]]:
    """Names, one source after the other, and whether they are only shown: anything may stand there."""
    yield _declared_authors(nodes, node, organisations=False), False
    for key in meta.AUTHOR:
        if key in found:
            yield [value for value in found[key] if not _ADDRESS.search(value)], False
    for selector in _DOM:
        yield _shown(tree, selector), True
    yield _linked(tree), True
    yield _signed(tree), True
    for selector in _DOM_ELSEWHERE:
        yield _shown(tree, selector), True


def _shown(tree: LexborHTMLParser, selector: str) -> list[str]:
    """What stands in elements that are called so."""
    shown = [
        text
        for one in tree.css(selector)[:8]
        if (text := one_line(one.text(separator=" "))) and len(text) <= 200 and not boxes.stands_among_others(one)
    ]
    if "byline" in selector or selector.endswith(_LINES):
        read = [bylines.read_line(text) or _full_names(text) for text in shown[: 8 if "span" in selector else 3]]
        shown = [name for byline in read if byline for name in byline.authors]
    return shown


def _full_names(text: str) -> bylines.Byline | None:
    """Names without a `By`: a single word may be anything."""
    byline = bylines.read_names(text)
    if byline is None or any(" " not in name and name.isascii() for name in byline.authors):
        return None
    return byline


def _linked(tree: LexborHTMLParser) -> list[str]:
    """People whose own pages are linked to right behind a `By`."""
    for link in tree.css(_PROFILES)[:8]:
        line = link.parent
        if line is not None and _BEFORE.match(one_line(line.text(separator=" "))[:40]):
            shown = [one_line(one.text(separator=" ")) for one in line.css(_PROFILES)[:8]]
            return [text for text in shown if text and len(text) <= _LONGEST]
    return []


def _signed(tree: LexborHTMLParser) -> list[str]:
    """A name in bold that is a whole paragraph, behind a standfirst or last of all, as small papers print it."""
    for bold in tree.css("p > strong:only-child, p > b:only-child")[:20]:
        text = one_line(bold.text(separator=" "))
        names = _SLASH.split(text)
        if not 5 <= len(text) <= 60 or not all(map(_is_full_name, names)):
            continue
        paragraph = bold.parent
        if paragraph is None or paragraph.parent is None or one_line(paragraph.text(separator=" ")) != text:
            continue
        beside = paragraph.parent.css("p")
        if not 4 <= len(beside) <= _MOST_PARAGRAPHS:
            continue
        written = [one.mem_id for one in beside if one.text().strip()]
        if paragraph.mem_id in {*written[:3], *written[-1:]}:
            return names
    return []


def _is_full_name(text: str) -> bool:
    byline = _full_names(text)
    return byline is not None and len(byline.authors) == 1 and 2 <= len(byline.authors[0].split()) <= 4


def _declared_authors(nodes: list[jsonld.Node], node: jsonld.Node, *, organisations: bool) -> list[str]:
    """The authors in JSON-LD, persons or all; those that are only referred to are looked up."""
    known = {str(one["@id"]): one for one in nodes if isinstance(one.get("@id"), str) and one.get("name")}
    return [name for key in ("author", "creator") for name in _named(node.get(key), known, organisations=organisations)]


def _named(value: Any, known: dict[str, jsonld.Node], *, organisations: bool) -> list[str]:
    names: list[str] = []
    for one in (value if isinstance(value, list) else [value])[:_MOST]:
        if isinstance(one, dict):
            given = one
            if not given.get("name") and str(given.get("@id")) in known:
                given = known[str(given["@id"])]
            written = given.get("name")
            said = [
                html.unescape(name)
                for name in (written if isinstance(written, list) else [written])
                if isinstance(name, str)
            ]
            if jsonld.kinds(given) & _ORGANISATIONS and not organisations:
                # An agency is worth knowing; the publisher itself is no person.
                said = [name for name in said if bylines.agency(name)]
            names += said
        elif isinstance(one, str):
            names.append(html.unescape(one))
    return names


def _split(written: str) -> list[str]:
    written = one_line(re.sub(r"<[^<>]{0,300}>", " ", written))
    if not written or len(written) > 5 * _LONGEST or _ADDRESS.search(written):
        return []
    if (named := _BY.sub("", written)) != written:
        named = _FOR.sub("", named) or named
    written = bylines.opened(named)
    return bylines.without_degrees([part for part in _AND.split(written) if part][:_MOST])


def _person(name: str, sites: frozenset[str]) -> str | None:
    """A person's name without roles; None if it is something else."""
    name = _BRACKETS.sub("", _BY.sub("", name)).strip(" ,;:-–—|·•\"'").lstrip(".")
    if name.endswith(".") and not _SHORTENED.search(name):
        name = name.rstrip(" .")
    folded = _folded(name)
    if not 2 <= len(name) <= _LONGEST or not folded or folded in sites or len(name.split()) > 6:
        return None
    if folded in _BUTTONS:
        return None
    if "-" in name and " " not in name and name.islower():
        # A name as it stands in an address.
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
