"""Reads `application/json`: one article as an object, a row of somebody's dataset.

The usual names of columns are known, those of news-please, Fundus and datatrove's rows among them; params.yaml's
`ingest.columns` names others, which then come first.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from corpus.formats import bylines
from corpus.formats.article import Document, Heading, Parsed, Problem
from corpus.text import dates, language, urls
from corpus.text.normalise import normalise, one_line
from schemas import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# field: its usual names, in lower case, the surest first
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title", "headline", "heading", "title_rss"),
    "text": (
        "maintext", "text", "body", "content", "articlebody", "article_body", "article_text", "plaintext", "full_text",
        "fulltext", "article", "content_html",
    ),
    "url": ("url", "link", "canonical_url", "article_url", "requested_url", "target_uri", "uri"),
    "date": (
        "published_at", "date_publish", "datepublished", "publishing_date", "publish_date", "publication_date",
        "published_date", "date_published", "published", "pubdate", "pub_date", "date", "created_at", "timestamp",
    ),
    "modified": ("modified_at", "date_modify", "datemodified", "date_modified", "updated_at", "updated", "modified"),
    "authors": ("authors", "author", "byline", "creator", "author_name"),
    "publisher": ("publisher", "source_domain", "domain", "source", "outlet", "site", "site_name", "newspaper"),
    "language": ("language", "lang", "inlanguage"),
    "description": ("description", "summary", "standfirst", "abstract", "lead", "subtitle", "dek"),
    "section": ("section", "category", "articlesection", "news_desk"),
    "keywords": ("keywords", "tags", "topics"),
}  # fmt: skip
# Where datasets nest what belongs to the article.
_INNER: Final = ("metadata", "meta", "html")
_MOST_LISTED: Final = 60
_LONGEST_NAME: Final = 200
_MARKUP: Final = re.compile(r"<(?:p|br|div|li|h[1-6])\b", re.IGNORECASE)
_BLOCK_END: Final = re.compile(r"<(?:/p|/div|/li|/h[1-6]|br)\b[^<>]{0,300}>", re.IGNORECASE)
_DROPPED: Final = re.compile(r"<(script|style)\b[^<>]{0,300}>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_SPACED_CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?")
# Seconds since 1970; larger numbers are milliseconds.
_MOST_SECONDS: Final = 100_000_000_000


def columns(keys: Iterable[str], given: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """What the columns of a table are taken for: for each field its columns, the first that is filled is used.

    Args:
        keys: the table's columns.
        given: params.yaml's `ingest.columns`.
    """
    known = {key.strip().lower(): key for key in reversed(list(keys))}
    found: dict[str, list[str]] = {}
    for field, usual in NAMES.items():
        named = [
            known[name.strip().lower()] for name in (*given.get(field, ()), *usual) if name.strip().lower() in known
        ]
        if named:
            found[field] = list(dict.fromkeys(named))
    return found


class RowParser:
    """Reads `application/json`."""

    name = "row/1"
    media_types = frozenset({"application/json"})

    def __init__(
        self,
        numeric_dates: dates.NumericDates = dates.NumericDates.BY_LANGUAGE,
        given: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._numeric = numeric_dates
        self._given = dict(given or {})
        self._known: dict[tuple[str, ...], dict[str, list[str]]] = {}

    def parse(self, document: Document) -> Parsed:
        """Parse one row. What is wrong with it stands in `problems`."""
        try:
            row = json.loads(document.data)
        except (ValueError, RecursionError) as error:
            why = "nested too deep" if isinstance(error, RecursionError) else f"no JSON: {error}"
            return Parsed(parser=self.name, problems=(Problem(Check.UNREADABLE, why[:200]),))
        if not isinstance(row, dict):
            why = f"a JSON {type(row).__name__}, where an object was expected"
            return Parsed(parser=self.name, problems=(Problem(Check.UNREADABLE, why),))
        return self._article(_Row(row, self._columns(row)), document)

    def _columns(self, row: dict[str, Any]) -> dict[str, list[str]]:
        keys = tuple(row)
        if keys not in self._known:
            if len(self._known) > 1_000:
                self._known.clear()
            self._known[keys] = columns(keys, self._given)
        return self._known[keys]

    def _article(self, row: _Row, document: Document) -> Parsed:
        text, headings = _text(row.first("text"))
        known = row.line("url") or document.url
        url = urls.canonical(known) if known else None
        tongue = row.line("language")
        tongue = (language.tag(tongue) if tongue else None) or language.detect(text)
        hint = dates.in_url(url)
        published = self._moment(row.first("date"), tongue, hint)
        modified = self._moment(row.first("modified"), tongue, hint)
        authors, agency = _people(row.first("authors"))
        problems: list[Problem] = []
        if not text and not row.line("title"):
            problems.append(Problem(Check.EMPTY, f"no title and no text among {', '.join(row.keys)}"[:200]))
        if row.first("date") is not None and published is None:
            problems.append(Problem(Check.UNREAD_DATE, str(row.first("date"))[:200]))
        if published is not None and published.ambiguous:
            problems.append(Problem(Check.AMBIGUOUS_DATE, str(row.first("date"))[:200]))
        return Parsed(
            title=row.line("title"),
            text=text,
            url=url,
            publisher=(urls.publisher(url) if url else None) or _publisher(row.line("publisher")),
            description=row.line("description"),
            authors=authors,
            agency=agency,
            section=(row.line("section") or "")[:_LONGEST_NAME] or None,
            keywords=_list(row.first("keywords")),
            language=tongue,
            published_date=published.day if published else None,
            published_at=published.instant if published else None,
            modified_at=modified.instant if modified else None,
            headings=headings,
            parser=self.name,
            problems=tuple(problems),
        )

    def _moment(self, value: Any, tongue: str | None, hint: Any) -> dates.Moment | None:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if not math.isfinite(value) or not 0 < value < _MOST_SECONDS * 1_000:
                return None
            seconds = value if value < _MOST_SECONDS else value / 1_000
            instant = datetime.fromtimestamp(seconds, UTC)
            return dates.Moment(instant.date(), instant)
        if not isinstance(value, str) or not value.strip():
            return None
        clock = _SPACED_CLOCK.fullmatch(value.strip())
        if clock:
            day, time, zone = clock.groups()
            # Datasets write midnight where they know the day only.
            known = zone is not None and not (time in {"00:00", "00:00:00"} and zone in {"Z", "UTC", "GMT", "+00:00"})
            zone = "Z" if zone in {"UTC", "GMT"} else zone
            return dates.parse(f"{day}T{time}{zone}" if known else day)
        return dates.parse(value, self._numeric, tongue, hint) or dates.parse_foreign(value)


class _Row:
    """A row, asked by field."""

    def __init__(self, values: dict[str, Any], known: dict[str, list[str]]) -> None:
        self._values = values
        self._known = known
        self.keys = list(map(str, values))[:20]

    def first(self, field: str) -> Any:
        """The first filled value of a field's columns, else of those that are nested in the usual places."""
        for name in self._known.get(field, ()):
            if (value := self._values.get(name)) not in (None, "", [], {}):
                return value
        for inner in _INNER:
            nested = self._values.get(inner)
            if isinstance(nested, dict):
                for name in NAMES[field]:
                    if (value := nested.get(name)) not in (None, "", [], {}):
                        return value
        return None

    def line(self, field: str) -> str | None:
        """A field as one line of text; None if it is no text."""
        value = self.first(field)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("name")
        return (one_line(value) or None) if isinstance(value, str) else None


def _text(value: Any) -> tuple[str, tuple[Heading, ...]]:
    """A text by paragraphs, and its subheadings where the row tells them, as Fundus does."""
    if isinstance(value, dict):
        return _sections(value)
    if isinstance(value, list):
        value = "\n\n".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return "", ()
    return "\n\n".join(_paragraphs(value)), ()


def _sections(body: dict[str, Any]) -> tuple[str, tuple[Heading, ...]]:
    blocks: list[str] = []
    headings: list[Heading] = []
    offset = 0

    def add(written: Any, *, heading: bool = False) -> None:
        nonlocal offset
        for text in written if isinstance(written, list) else [written]:
            if isinstance(text, str) and (line := one_line(text)):
                if heading:
                    headings.append(Heading(offset, line))
                blocks.append(line)
                offset += len(line) + 2

    add(body.get("summary"))
    for section in body.get("sections") or ():
        if isinstance(section, dict):
            add(section.get("headline"), heading=True)
            add(section.get("paragraphs"))
    return "\n\n".join(blocks), tuple(headings)


def _paragraphs(text: str) -> list[str]:
    if "<" in text and _MARKUP.search(text):
        import html

        text = _TAG.sub("", _BLOCK_END.sub("\n\n", _DROPPED.sub("", text)))
        text = html.unescape(text)
    text = normalise(text)
    # Where blank lines part paragraphs, a single line end is only a fold.
    parts = re.split(r"\n[ ]*\n", text) if "\n\n" in text else text.split("\n")
    # White space is spaces and line ends by now, and mostly there is none to fold.
    trimmed = (part.strip(" \n") for part in parts)
    return [" ".join(part.split()) if "  " in part or "\n" in part else part for part in trimmed if part]


@lru_cache(maxsize=8_192)
def _byline(line: str) -> bylines.Byline | None:
    return bylines.read_line(line) or bylines.read_names(line)


def _people(value: Any) -> tuple[tuple[str, ...], str | None]:
    written = value if isinstance(value, list) else [value]
    authors: list[str] = []
    agency: str | None = None
    for one in written[:_MOST_LISTED]:
        name = one.get("name") if isinstance(one, dict) else one
        if not isinstance(name, str) or not (line := one_line(name)) or len(line) > 5 * _LONGEST_NAME:
            continue
        line = line.strip("[]'\"")
        byline = _byline(line)
        if byline is None:
            authors += [line] if len(line) <= _LONGEST_NAME else []
        else:
            authors += byline.authors
            agency = agency or byline.agency
    return tuple(dict.fromkeys(authors)), agency


def _list(value: Any) -> tuple[str, ...]:
    written = re.split(r"[,;|]", value) if isinstance(value, str) else value if isinstance(value, list) else []
    words = (one_line(word)[:_LONGEST_NAME] for word in written if isinstance(word, str))
    return tuple(dict.fromkeys(word for word in words if word))[:_MOST_LISTED]


def _publisher(written: str | None) -> str | None:
    if not written:
        return None
    host = (urlsplit(written).hostname if "//" in written else written.lower()) or ""
    if _HOST.fullmatch(host):
        return urls.registrable(host) or host
    return written[:_LONGEST_NAME]
