"""Read the front matter of text files: YAML between `---`, or TOML between `+++`, as site generators write it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from corpus.text import dates, language, plain_yaml, urls
from corpus.text.foreign import parse_foreign
from corpus.text.normalise import one_line

_MOST: Final = 65_536
_FENCE: Final = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}
_KEY: Final = re.compile(r"^[\w\"'][\w \"'.-]{0,60}:(?:\s|$)")
_LONGEST: Final = 2_000
_MOST_ITEMS: Final = 200


class Malformed(Exception):
    """The front matter cannot be read. The message says why in one line."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the front matter says of an article. The text gives what the front matter leaves out."""

    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None
    publisher: str | None = None
    publication: str | None = None
    page: str | None = None
    edition: str | None = None
    accession: str | None = None
    published: dates.Moment | None = None
    modified: dates.Moment | None = None
    unread_dates: tuple[str, ...] = ()
    rejected_urls: tuple[str, ...] = ()
    credits: tuple[str, ...] = field(default=())


_TITLE: Final = ("title", "headline")
_DESCRIPTION: Final = ("description", "summary", "excerpt", "subtitle", "dek", "standfirst", "lead", "teaser")
_AUTHORS: Final = ("authors", "author", "byline", "by", "creator")
_SECTION: Final = ("section", "category", "categories")
_KEYWORDS: Final = ("keywords", "tags", "tag")
_LANGUAGE: Final = ("lang", "language", "locale", "languagecode")
_URL: Final = (
    "canonical",
    "canonical_url",
    "canonicalurl",
    "original_url",
    "source_url",
    "url",
    "link",
    "permalink",
    "source",
)
_PUBLISHER: Final = ("publisher", "site", "sitename", "site_name", "domain", "outlet")
_PUBLISHED: Final = ("date", "published", "published_at", "publishdate", "date_published", "datepublished", "pubdate")
_MODIFIED: Final = (
    "lastmod",
    "updated",
    "modified",
    "modified_at",
    "last_modified_at",
    "last_modified",
    "date_modified",
    "datemodified",
)
_KNOWN: Final = frozenset(
    (*_TITLE, *_DESCRIPTION, *_AUTHORS, *_SECTION, *_KEYWORDS, *_LANGUAGE, *_URL, *_PUBLISHER, *_PUBLISHED, *_MODIFIED)
)
_CREDITS: Final = ("image_credit", "image_credits", "photo_credit", "photo_credits")


def split(text: str, numeric: dates.NumericDates) -> tuple[FrontMatter | None, str]:
    """Part a normalised text into its front matter, if it has one, and its body.

    A `---` without a line such as `key: value` below it is only a ruler.

    Raises:
        Malformed: the front matter cannot be read.
    """
    start = text.lstrip("\n ")
    fence = start[:3]
    first, _, rest = start.partition("\n")
    if fence not in _FENCE or first.strip() != fence:
        return None, text
    end = _FENCE[fence].search(rest, 0, _MOST)
    if fence == "---" and not _looks_like_yaml(rest[: end.start() if end else 500]):
        return None, text
    if end is None:
        raise Malformed(f"no closing {fence} within {_MOST:,} characters")
    values = _load(fence, rest[: end.start()])
    if values and not _KNOWN & values.keys():
        # `Note: …` between two lines across the page is text.
        return None, text
    return _read(values, numeric), rest[end.end() :]


def _looks_like_yaml(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    return bool(lines) and bool(_KEY.match(lines[0]))


def _load(fence: str, text: str) -> dict[str, Any]:
    if fence == "+++":
        try:
            values: Any = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            raise Malformed(one_line(str(error))[:200]) from None
    else:
        try:
            values = plain_yaml.load(text)
        except ValueError as error:
            raise Malformed(one_line(str(error))[:200]) from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise Malformed(f"a {type(values).__name__}, not a mapping of names to values")
    flat = {str(name).casefold().replace("-", "_"): value for name, value in values.items()}
    # Zola keeps taxonomies and extras in tables of their own.
    for inner in ("taxonomies", "extra", "params"):
        if isinstance(flat.get(inner), dict):
            flat = {**{str(k).casefold().replace("-", "_"): v for k, v in flat[inner].items()}, **flat}
    return flat


def _read(values: dict[str, Any], numeric: dates.NumericDates) -> FrontMatter:
    rejected: list[str] = []
    url = None
    for name in _URL:
        written = _text(values.get(name))
        # Hugo and Jekyll use `url` and `permalink` for paths within the site.
        if written is None or written.startswith("/") or "://" not in written:
            continue
        url = urls.canonical(written)
        if url:
            break
        rejected.append(written)
    hint = dates.in_url(url)
    tag = next(
        (found for name in _LANGUAGE if (written := _text(values.get(name))) and (found := language.tag(written))), None
    )
    unread: list[str] = []
    published = _moment(values, _PUBLISHED, numeric, tag, hint, unread)
    modified = _moment(values, _MODIFIED, numeric, tag, None, unread)
    site = _first(values, _PUBLISHER)
    host = re.sub(r"^https?://|/.*$", "", site.casefold()) if site else ""
    sections = _list(values, _SECTION)
    return FrontMatter(
        title=_first(values, _TITLE),
        description=_first(values, _DESCRIPTION),
        authors=_list(values, _AUTHORS),
        section=sections[0] if sections else None,
        keywords=_list(values, _KEYWORDS),
        language=tag,
        url=url,
        publisher=urls.registrable(host) if re.fullmatch(r"[\w.-]+\.[\w-]+", host) else None,
        publication=_first(values, ("publication",)),
        page=_first(values, ("page",)),
        edition=_first(values, ("edition",)),
        accession=_first(values, ("accession", "accession_number")),
        published=published,
        modified=modified,
        unread_dates=tuple(unread),
        rejected_urls=tuple(rejected),
        credits=_list(values, _CREDITS),
    )


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = next((value[name] for name in ("name", "title", "label", "url") if name in value), None)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return one_line(str(value)[:_LONGEST]) or None


def _first(values: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := _text(values.get(name)))), None)


def _list(values: dict[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        value = values.get(name)
        if isinstance(value, str):
            # `tags: a, b` and `author: A and B` are the writer's own; the code that reads names separates bylines.
            items: list[Any] = value.split(",") if name in {*_KEYWORDS, *_SECTION} else [value]
        else:
            items = value if isinstance(value, list) else [value]
        texts = tuple(dict.fromkeys(text for item in items[:_MOST_ITEMS] if (text := _text(item))))
        if texts:
            return texts
    return ()


def _moment(
    values: dict[str, Any],
    names: tuple[str, ...],
    numeric: dates.NumericDates,
    tag: str | None,
    hint: date | None,
    unread: list[str],
) -> dates.Moment | None:
    for name in names:
        value = values.get(name)
        if isinstance(value, datetime):
            # YAML reads an offset into an aware datetime, on the source's own day; without one there is no instant.
            return dates.Moment(value.date(), value.astimezone(UTC) if value.tzinfo else None)
        if isinstance(value, date):
            return dates.Moment(value)
        written = _text(value)
        if written is None:
            continue
        moment = dates.parse(written, numeric, tag, hint) or parse_foreign(written, tag)
        if moment is not None:
            return moment
        unread.append(f"{name}: {written[: dates.LONGEST]}")
    return None
