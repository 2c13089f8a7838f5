"""Finds the headline: the shown one, without kicker and the site's name, compared with those that a page declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.formats.html import jsonld, meta
from corpus.formats.html.boxes import is_among_others
from corpus.formats.html.sites import folded, sites_of, without_site
from corpus.text.entities import unescape
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from corpus.formats.evidence import Evidence
    from corpus.formats.html.outline import Outline

_LONGEST: Final = 300
_SHORTEST: Final = 12
_MOST_HEADINGS: Final = 20
_ESCAPED: Final = re.compile(r"&(?:amp;)?(?:#\d{1,6}|#x[\da-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)
# So much of the words of two headlines is of both, if they are of one article.
_ALIKE: Final = 0.34
_SOME: Final = 0.2
_FEWEST_WORDS: Final = 4
_KICKER: Final = re.compile(
    r"kicker|over-?line|overtitle|eyebrow|roof-?line|dachzeile|spitzmarke|top-?line|upper-?title|supertitle|pre-?title|"
    r"pretitolo|occhiello|antetitulo|volanta|chapeau|surtitre|(?<![a-z])(?:label|badge|flag|tag|section|category|rubric|topic)(?![a-z])",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile(r"visually-?hidden|sr-only|screen-?reader|(?<![a-z])hidden(?![a-z])", re.IGNORECASE)
_PART: Final = "\u2028"
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_LINKED: Final = "JSON-LD headline"


class Heading(NamedTuple):
    """A heading of the page: its text without kicker, and the name of its element."""

    text: str
    tag: str


def title(
    outline: Outline,
    node: jsonld.Node,
    found: meta.Declared,
    host: str | None,
    evidence: Evidence | None = None,
) -> str | None:
    """Return the headline of a page; None if it has no headline.

    The shown headline is used if it is similar to a declared one, because declared ones may be for machines.

    Args:
        outline: the page.
        node: the JSON-LD node of the article.
        found: the meta elements of the page.
        host: the host of the page's URL, which helps to find the name of the site.
        evidence: a record for what each witness says.
    """
    sites = sites_of(node, found, host)
    declared = _declared(outline, node, found)
    # Headings below the first are asked only where nothing surer speaks.
    shown = list(_shown(outline, sites, 1 if _LINKED in declared and evidence is None else 3))
    clean = {key: without_site(text, sites) for key, text in declared.items()}
    clean = {key: text for key, text in clean.items() if text and (folded(text) not in sites or len(clean) == 1)}
    # If one witness has a text as its complete headline, the text is not only the beginning of another's.
    complete = [*(one.text for one in shown if one.tag == "h1"), *(clean[key] for key in clean if key != "title")]
    clean = {key: _as_shown(text, complete) for key, text in clean.items()}
    chosen = _chosen(shown, clean, node, sites)
    if evidence is not None:
        for one in shown:
            evidence.add("title", one.tag, one.text)
        for key, text in declared.items():
            evidence.add("title", key, text)
        if chosen is not None:
            evidence.believe("title", chosen[0])
    return _unescaped(chosen[1]) if chosen else None


def _chosen(shown: list[Heading], clean: dict[str, str], node: jsonld.Node, sites: set[str]) -> tuple[str, str] | None:
    """Return the witness of the headline, and the headline."""
    heads = [one for one in shown if one.tag == "h1"]
    if _LINKED in clean:
        return _of_linked([one.text for one in heads], clean, node, sites)
    best = _best(heads, clean, _SOME)
    if best is not None and best[1] >= _ALIKE:
        return best[0].tag, _as_declared(best[0].text, clean)
    # Where the first heading is the section's or the site's, the headline is one below it.
    below = _best([one for one in shown if one.tag != "h1"], clean, _ALIKE)
    if below is not None and (best is None or below[1] > best[1] + _ALIKE):
        return below[0].tag, _as_declared(below[0].text, clean)
    if best is not None and (len(best[0].text.split()) >= _FEWEST_WORDS or set(clean) == {"title"}):
        return best[0].tag, best[0].text
    if heads and set(clean) <= {"title"} and _says_more(heads[0].text, clean.get("title", "")):
        # The title of a window may name the site alone.
        return heads[0].tag, heads[0].text
    for key in ("og:title", "meta", "title"):
        if key in clean:
            return key, clean[key]
    return (heads[0].tag, heads[0].text) if heads else None


def _of_linked(shown: list[str], clean: dict[str, str], node: jsonld.Node, sites: set[str]) -> tuple[str, str]:
    """Return the headline of a page with one in JSON-LD, which more often than others is the one of the editors."""
    first = clean[_LINKED]
    name = without_site(one_line(jsonld.text(node.get("name")) or ""), sites)
    others = [text for key, text in clean.items() if key != _LINKED]
    if name and _shows(name, shown) and not _shows(first, [*shown, *others]):
        # No other place has what JSON-LD calls the headline.
        return "JSON-LD name", name
    graph = clean.get("og:title")
    if graph is None or folded(graph) == folded(first):
        return _LINKED, _as_most_write(first, clean)
    if _is_for_engines(first, node, clean, shown):
        return "og:title", graph
    return _LINKED, _as_most_write(first, clean)


def _is_for_engines(first: str, node: jsonld.Node, clean: dict[str, str], shown: list[str]) -> bool:
    """Return whether the headline in JSON-LD is for search engines: it is also the page's title and a shown heading.

    A text that JSON-LD has both as name and as headline is not for search engines.
    """
    named_ = jsonld.text(node.get("name"))
    twice = named_ is not None and folded(one_line(named_)) == folded(first)
    return not twice and folded(first) == folded(clean.get("title", "")) and _shows(first, shown)


def _shows(text: str, shown: list[str]) -> bool:
    return any(folded(text) == folded(heading) for heading in shown)


def _best(heads: list[Heading], clean: dict[str, str], least: float) -> tuple[Heading, float] | None:
    """Return the heading that is most similar to the declared headline, if any is, and the similarity."""
    best: tuple[Heading, float] | None = None
    for one in heads:
        likeness = max((_likeness(one.text, text) for text in clean.values()), default=0.0)
        if likeness >= least and (best is None or likeness > best[1]):
            best = one, likeness
    return best


def _says_more(one: str, other: str) -> bool:
    """Return whether a heading is a better headline than the title of the page, by its length."""
    return len(_words(one)) >= min(len(_words(other)), _FEWEST_WORDS)


def _likeness(one: str, other: str) -> float:
    """Return the share of words that two headlines have in common: from 0 to 1."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def _words(text: str) -> set[str]:
    bare = folded(text)
    if _CJK.search(bare):
        bare = bare.replace(" ", "")
        return {bare[at : at + 2] for at in range(len(bare) - 1)} or {bare}
    return set(bare.split())


def _as_declared(text: str, clean: dict[str, str]) -> str:
    """Return a shown headline in its declared form, if only marks differ or every declared one is longer."""
    stated = [clean[key] for key in ("og:title", "meta") if key in clean]
    for one in stated:
        if len(one) > _SHORTEST and folded(one) == folded(text):
            return _as_most_write(text, clean)
    if stated and len({folded(one) for one in stated}) == 1:
        more, less = folded(stated[0]), folded(text)
        if less in more and len(stated) > 1:
            return stated[0]
        if text.endswith(stated[0]) and len(stated[0]) > _SHORTEST:
            # A kicker comes before it.
            return stated[0]
    return text


def _as_most_write(text: str, clean: dict[str, str]) -> str:
    """Return a headline with the marks between its words that most of its forms on the page have."""
    forms = [form for form in clean.values() if folded(form) == folded(text)]
    best = max(forms, key=forms.count, default=text)
    return best if forms.count(best) > max(forms.count(text), 1) else text


def _shown(outline: Outline, sites: set[str], lowest: int) -> Iterator[Heading]:
    asked = [(tag, node) for tag, node in outline.headings if int(tag[1]) <= lowest]
    known: dict[int, bool] = {}
    for tag, heading in asked[: 4 * _MOST_HEADINGS]:
        text = shown_text(heading)
        if not text or len(text) > _LONGEST or folded(text) in sites:
            continue
        if tag != "h1" and is_among_others(heading, known):
            continue
        yield Heading(text, tag)


def shown_text(heading: LexborNode) -> str:
    """Return the text of a heading without a kicker in a separate element; inline elements do not separate words."""
    text = heading.text(deep=True, separator=_PART)
    # A heading of one text has no element in it.
    inner = heading.css("span, small, div, a, p, strong, em, sup") if _PART in text else ()
    dropped = [one for one in inner if _is_kicker(one)]
    if dropped:
        for one in dropped:
            kicker = one.text(deep=True, separator=_PART)
            if kicker and len(kicker) < len(text) * 0.6:
                text = text.replace(kicker, _PART, 1)
    joined = ""
    for part in text.split(_PART):
        if joined and part and _parts_words(joined[-1], part[0]):
            joined += " "
        joined += part
    return one_line(joined).strip(" |•·")


def _is_kicker(node: LexborNode) -> bool:
    names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    if node.tag == "small":
        # Amid the words it is one of them.
        return node.prev is None or node.next is None or not all(map(_has_words, (node.prev, node.next)))
    return len(names) > 1 and (_KICKER.search(names) is not None or _HIDDEN.search(names) is not None)


def _has_words(node: LexborNode) -> bool:
    return bool((node.text(deep=True) or "").strip())


def _parts_words(left: str, right: str) -> bool:
    return (left.isalnum() or left in ".!?:…»”\"')") and (right.isalnum() or right in "«“\"'‘„(")


def _declared(outline: Outline, node: jsonld.Node, found: meta.Declared) -> dict[str, str]:
    element = next(iter(outline.all("title")), None)
    stated = {
        _LINKED: jsonld.text(node.get("headline")),
        "og:title": meta.first(found, ("og:title",)),
        "meta": meta.first(found, ("twitter:title", "parsely-title", "sailthru.title", "dc.title", "title")),
        "title": element.text() if element else None,
    }
    return {key: line for key, text in stated.items() if text and (line := one_line(_unescaped(text)))}


def _unescaped(text: str) -> str:
    """Return a text without the entities that remain because it was escaped twice."""
    return unescape(unescape(text)) if _ESCAPED.search(text) else text


def _as_shown(text: str, shown: list[str]) -> str:
    """Return a declared headline without the name of the site or of a section that follows the shown headline in it."""
    for heading in shown:
        rest = text[len(heading) :]
        if len(heading) > _SHORTEST and text.startswith(heading) and re.match(r"\s*[-–—|·•*]\s", rest):
            return heading
    return text
