"""Reads `text/html`: declared metadata, and the text by finders that must agree. The column `parser` names them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urljoin, urlsplit

from corpus.collection import collection_paused
from corpus.formats import bylines, several
from corpus.formats.article import Document, Parsed, Problem
from corpus.formats.evidence import Evidence
from corpus.formats.html import jsonld, meta, moments, outline, page, people, rights, sites, texts, titles, witnesses
from corpus.text import dates, language, urls
from corpus.text.normalise import one_line
from schemas.dates import DateSource
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser

    from corpus.formats.html.outline import Outline

# Texts that are longer than this do not end in an ellipsis because they were cut.
_CUT: Final = 1_200
_LONGEST_CREDIT: Final = 300
_MOST_LISTED: Final = 60
# A dateline is within so many paragraphs, and characters.
_FIRST_PARAGRAPHS: Final = 3
_BEGINNING: Final = 2_000
_LINKED_HEADINGS: Final = (
    "h1 a[href], h2 a[href], h3 a[href], h4 a[href], h5 a[href], a[href] h2, a[href] h3, a[href] h4"
)
_MOST_HEADINGS: Final = 400
_SHORTEST_HEADLINE: Final = 25
# So many are an index, if the page has less text of its own than they would have with a line or two each.
# What is called with more words is called by a headline.
_MOST_HYPHENS: Final = 3
_MOST_TEASERS: Final = 8
_PER_TEASER: Final = 90
# A text of so many bytes shows its language, if the detector is certain; other scripts say more a character.
_SURE: Final = 100
# Of one page under several addresses: how it is fetched, and the name of its file.
_SHELL: Final = re.compile(r"^https?://(?:www\.)?|/(?:index\.\w{2,5})?$")
_CREDIT: Final = "[class*=credit i], [class*=copyright i], [class*=source i]"
_CREDIT_LABEL: Final = re.compile(
    r"^(?:(?:photo(?:graph)?|image|picture|bild|foto|crédit|credit|quelle|source|fuente)\s*(?:credit)?\s*[:：]\s*|©\s*|\(c\)\s*)",
    re.IGNORECASE,
)


class HtmlParser:
    """Reads `text/html` and `application/xhtml+xml`."""

    name = "html/2"

    @classmethod
    def with_settings(cls, *_: object) -> Self:
        """Return a parser. It has no settings in params.yaml."""
        return cls()

    def parse(self, document: Document) -> Parsed:
        """Parse one page. `problems` of the result lists what is wrong with it."""
        with collection_paused():
            return self._parse(document)

    def _parse(self, document: Document) -> Parsed:
        try:
            read = page.read(document.data, document.charset)
        except page.Unreadable as error:
            return Parsed(parser=self.name, problems=(Problem(Check.UNREADABLE, str(error)),))
        if read is None:
            return Parsed(parser=self.name, problems=(Problem(Check.BINARY, f"{len(document.data):,} bytes"),))
        try:
            return self._article(document, read)
        except page.Unreadable:
            empty = Problem(Check.EMPTY, "no element")
            return Parsed(parser=self.name, encoding=read.encoding, problems=(empty,))

    def explain(self, document: Document) -> Evidence:
        """Parse one page; return what each witness has for title, authors, dates, section, language and text."""
        evidence = Evidence()
        try:
            read = page.read(document.data, document.charset)
            if read is not None:
                self._article(document, read, evidence)
        except page.Unreadable:
            pass
        return evidence

    def _article(self, document: Document, read: page.Page, evidence: Evidence | None = None) -> Parsed:
        found_in = outline.Outline(read.tree)
        nodes = jsonld.nodes(found_in)
        node = jsonld.article(nodes)
        found = meta.declared(found_in)
        url = _url(found_in, node, found, document.url)
        host = urlsplit(url).hostname if url else None
        title = titles.title(found_in, node, found, host, evidence)
        description = _description(node, found)
        tongue = _language(found_in, node, found)
        hint = dates.in_url(url)
        dated = witnesses.Page(read.root, found_in, node, found, hint, tongue, title, read.text)
        published = moments.published(dated, evidence)
        modified = moments.modified(dated, evidence)
        authors, agency = people.people(found_in, nodes, node, found, sites.sites_of(node, found, host), evidence)
        credits_ = _credits(found_in)
        licences = rights.signals(found_in, nodes, node, found, url)
        teasers = 0 if _is_article(node, found, url) else _teasers(read.tree)
        finders = texts.Finders(read, found_in, node, title, description, authors)
        text, headings, speaker = finders.find()
        problems = [] if read.encoding == "utf-8" else [Problem(Check.ENCODING, read.encoding)]
        spoken = language.detect(text[:4_000])
        declared = tongue
        if tongue is None:
            tongue = spoken
        elif spoken is not None and len(text.encode()) >= _SURE and not language.are_alike(tongue, spoken):
            # A page's default says less than its text.
            problems.append(Problem(Check.LANGUAGE_CONFLICT, f"declared {tongue}, written in {spoken}"))
            tongue = spoken
        if evidence is not None:
            finders.record(speaker, evidence)
            _record(evidence, node, found, found_in, (declared, spoken, tongue))
        # The tree is another now.
        dated_anew = replace(dated, language=tongue, outline=outline.Outline(read.tree)) if published is None else dated
        if published is None and tongue != dated.language:
            # The text's language may know a name that the declared one does not.
            published = moments.published(dated_anew, evidence)
        if published is None and (unread := witnesses.unread(dated_anew)):
            problems.append(Problem(Check.UNREAD_DATE, unread))
        if teasers >= _MOST_TEASERS and len(text) < teasers * _PER_TEASER:
            problems.append(Problem(Check.INDEX_PAGE, f"{teasers} linked headings"))
        if not text and title is None:
            problems.append(Problem(Check.EMPTY, "no text on the page"))
        if published is not None and published.source is DateSource.GUESSED:
            problems.append(Problem(Check.GUESSED_DATE, published.day.isoformat()))
        if holds := several.in_page(read.text, document.data if read.encoding == "utf-8" else None):
            problems.append(Problem(Check.SEVERAL_ARTICLES, holds))
        if _is_free(nodes) is False:
            problems.append(Problem(Check.PAYWALL, "isAccessibleForFree: false"))
        if _is_truncated(text):
            problems.append(Problem(Check.TRUNCATED, text[-80:]))
        return Parsed(
            title=one_line(title) if title else None,
            text=text,
            url=url,
            publisher=urls.publisher(url) if url else None,
            publication=sites.publication(node, found),
            description=description,
            authors=tuple(name for one in authors if (name := one_line(one))),
            agency=agency or _dateline_agency(text),
            section=_section(node, found),
            keywords=_keywords(node, found),
            language=tongue,
            published_date=published.day if published else None,
            date_source=published.source if published else None,
            published_at=published.instant if published else None,
            modified_at=modified.instant if modified else None,
            headings=tuple(headings),
            image_credits=credits_,
            rights_signals=licences,
            encoding=read.encoding,
            parser=f"{self.name}:{speaker}",
            problems=tuple(problems),
        )


def _url(outline: Outline, node: jsonld.Node, found: meta.Declared, known: str | None) -> str | None:
    main = node.get("mainEntityOfPage")
    written = (
        meta.canonical(outline), meta.first(found, meta.URL), jsonld.text(node.get("url")),
        main.get("@id") if isinstance(main, dict) else main, known,
    )  # fmt: skip
    for one in written:
        if isinstance(one, str) and one.strip():
            address = urljoin(known, one.strip()) if known else one.strip()
            if (url := urls.canonical(address)) and len(urlsplit(url).path) > 1:
                return _with_route(url, known)
    return urls.canonical(known) if known else None


def _with_route(declared: str, known: str | None) -> str:
    """Return the address of the request if it adds a route to the declared address, which has no route."""
    found = urls.canonical(known) if known and "#" in known else None
    if found is None or "#" in declared:
        return declared
    shell, route, _ = found.partition("#")
    return found if route and _SHELL.sub("", shell) == _SHELL.sub("", declared) else declared


def _dateline_agency(text: str) -> str | None:
    """Return the agency in the dateline of one of the first paragraphs: headline or standfirst may come before it."""
    begin = text[:_BEGINNING].split("\n\n")[:_FIRST_PARAGRAPHS]
    return next((found for one in begin if (found := bylines.dateline_agency(one))), None)


def _description(node: jsonld.Node, found: meta.Declared) -> str | None:
    written = meta.first(found, meta.DESCRIPTION) or jsonld.text(node.get("description"))
    return one_line(written) or None if written else None


def _language(outline: Outline, node: jsonld.Node, found: meta.Declared) -> str | None:
    return next((tag for _, written in _languages(outline, node, found) if (tag := language.tag(written))), None)


def _languages(outline: Outline, node: jsonld.Node, found: meta.Declared) -> Iterator[tuple[str, str]]:
    """Yield the places in which a page declares its language, and how it is written there."""
    root = next(iter(outline.all("html")), None)
    if root is not None and (written := root.attributes.get("lang")):
        yield "html lang", written
    if written := jsonld.text(node.get("inLanguage")):
        yield "JSON-LD inLanguage", written
    yield from meta.declared_as(found, meta.LANGUAGE)


def _is_article(node: jsonld.Node, found: meta.Declared, url: str | None) -> bool:
    """Return whether a page declares that it is one article, or its address has a headline or a number."""
    if node or meta.first(found, ("og:type",)) == "article" or any(name.startswith("article:") for name in found):
        return True
    parts = urlsplit(url or "")
    last = f"{parts.path.rstrip('/').rpartition('/')[2]}?{parts.query}"
    return len(re.findall(r"[-_]", last)) >= _MOST_HYPHENS or re.search(r"\d{4}", last) is not None


def _teasers(tree: LexborHTMLParser) -> int:
    """Return the number of headings that are links and long enough to be headlines of other articles."""
    seen = {one_line(one.text(separator=" ")) for one in tree.css(_LINKED_HEADINGS)[:_MOST_HEADINGS]}
    return sum(len(text) >= _SHORTEST_HEADLINE for text in seen)


def _section(node: jsonld.Node, found: meta.Declared) -> str | None:
    section = next((written for _, written in _sections(node, found)), None)
    return section[:200] if section else None


def _sections(node: jsonld.Node, found: meta.Declared) -> Iterator[tuple[str, str]]:
    """Yield the places in which a page declares its section, and the section."""
    if written := jsonld.texts(node.get("articleSection")):
        yield "JSON-LD articleSection", one_line(written[0])
    yield from meta.declared_as(found, meta.SECTION)


def _record(
    evidence: Evidence,
    node: jsonld.Node,
    found: meta.Declared,
    outline_: Outline,
    languages: tuple[str | None, str | None, str | None],
) -> None:
    """Record the declared section and language, and the language of the text, which corrects a default."""
    declared, spoken, believed = languages
    for number, (place, written) in enumerate(_sections(node, found)):
        evidence.add("section", place, written)
        if number == 0 and written:
            evidence.believe("section", place)
    for place, written in _languages(outline_, node, found):
        evidence.add("language", place, written)
        if believed is not None and believed == declared and language.tag(written) == declared:
            evidence.believed.setdefault("language", place)
    if spoken is not None:
        evidence.add("language", "text", spoken)
        if believed != declared:
            evidence.believe("language", "text")


def _keywords(node: jsonld.Node, found: meta.Declared) -> tuple[str, ...]:
    written = [*jsonld.texts(node.get("keywords"))] or meta.every(found, meta.KEYWORDS)
    if len(written) == 1:
        written = re.split(r"[,;|]", written[0])
    words = (one_line(word)[:100] for word in written)
    return tuple(dict.fromkeys(word for word in words if word))[:_MOST_LISTED]


def _credits(outline: Outline) -> tuple[str, ...]:
    found: list[str] = []
    figures = outline.found["figure"][:_MOST_LISTED]
    in_figures = (one for figure in figures for one in figure.css(_CREDIT))
    for node in [*in_figures, *outline.named("copyrightHolder")][:_MOST_LISTED]:
        text = _CREDIT_LABEL.sub("", one_line(node.text(separator=" "))).strip(" ()")
        if 2 <= len(text) <= _LONGEST_CREDIT:
            found.append(text)
    return tuple(dict.fromkeys(found))


def _is_free(nodes: list[dict[str, Any]]) -> bool | None:
    """Return the page's own claim that it is free to read; None if it makes no claim."""
    for node in nodes:
        claim = node.get("isAccessibleForFree")
        if isinstance(claim, bool):
            return claim
        if isinstance(claim, str) and claim.strip().lower() in {"true", "false"}:
            return claim.strip().lower() == "true"
    return None


def _is_truncated(text: str) -> bool:
    return bool(text) and len(text) < _CUT and text.endswith(("…", "...", "[...]", "[…]"))
