"""What a feed, sitemap or page names: entries with addresses and dates, and further files of its kind. Values only."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from corpus.text import dates
from corpus.text.urls import canonical

# Bounds of one file, as the sitemap protocol has them, and one for lists that ignore it.
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_FEED_BYTES: Final = 20_000_000
MOST_ENTRIES: Final = 500_000
MOST_MORE: Final = 50_000
_MOST_PROBLEMS: Final = 20
_LONGEST_TITLE: Final = 1_000
_LONGEST_URL: Final = 4_096
_SPACE: Final = re.compile(r"\s+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Entry(NamedTuple):
    """An article that a source names.

    Attributes:
        url: its canonical address, by which it is known.
        published: when it appeared, aware; midnight UTC where the source names a day only; None if unknown.
        modified: when it was last changed, likewise.
        title: its title, if the source has it.
        content: its full text as a document of media type `application/json`, if the source has it.
        address: its address as the source writes it, absolute: what to ask for. A server may redirect from the
            canonical one.
    """

    url: str
    published: datetime | None = None
    modified: datetime | None = None
    title: str | None = None
    content: bytes | None = None
    address: str = ""


class Found(NamedTuple):
    """What one file names.

    Attributes:
        entries: the articles, each address once, in the order of the file.
        more: absolute addresses of further files: sitemaps of an index or a robots.txt, the next page of a feed or of
            a REST answer. They may loop; anyone who follows them remembers where he was.
        problems: what could not be read, in words.
    """

    entries: tuple[Entry, ...] = ()
    more: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Collector:
    """Gathers entries within bounds, each address once."""

    def __init__(self, base: str) -> None:
        """Begin with nothing found at the address `base`."""
        self.base = base
        self._entries: dict[str, Entry] = {}
        self._more: dict[str, None] = {}
        self._problems: list[str] = []
        self._left_out = 0

    def add(
        self,
        written: object,
        published: object = None,
        modified: object = None,
        title: object = None,
        content: bytes | None = None,
    ) -> None:
        """Add an entry, or note an invalid address. If the address is there already, fill the fields that it lacks."""
        address = self.resolve(written)
        url = canonical(address) if address else None
        if address is None or url is None:
            if isinstance(written, str) and written.strip():
                self.problem(f"not a web address: {_shown(written)}")
            return
        if url not in self._entries and len(self._entries) >= MOST_ENTRIES:
            self._left_out += 1
            return
        entry = Entry(url, instant(published), instant(modified), _title(title), content, address)
        if (known := self._entries.get(url)) is not None:
            _, published_at, modified_at, name, text, first = known
            entry = Entry(
                url,
                published_at or entry.published,
                modified_at or entry.modified,
                name or entry.title,
                text or entry.content,
                first,
            )
        self._entries[url] = entry

    def add_more(self, written: object) -> None:
        """Add the address of a further file."""
        address = self.resolve(written)
        if address is None or canonical(address) is None:
            if isinstance(written, str) and written.strip():
                self.problem(f"not a web address: {_shown(written)}")
        elif len(self._more) < MOST_MORE:
            self._more[address] = None
        else:
            self.problem(f"more than {MOST_MORE:,} further files")

    def problem(self, words: str) -> None:
        """Note what could not be read."""
        if words not in self._problems and len(self._problems) < _MOST_PROBLEMS:
            self._problems.append(words)

    def resolve(self, written: object) -> str | None:
        """Return an address as absolute, without a fragment that is only a place in the page; None if it is not one."""
        if not isinstance(written, str) or not (text := _CONTROL.sub("", written).strip()) or len(text) > _LONGEST_URL:
            return None
        text = _SPACE.sub("%20", text)
        try:
            if text[:8].lower().startswith(("http://", "https://")):
                found = text
            elif urlsplit(found := urljoin(self.base, text)).scheme not in {"http", "https"}:
                return None
        except ValueError:
            return None
        path, mark, fragment = found.partition("#")
        return found if mark and fragment.startswith(("!", "/")) else path

    @property
    def is_empty(self) -> bool:
        """Whether neither an entry nor a further file was found."""
        return not self._entries and not self._more

    def found(self) -> Found:
        """Return what was gathered."""
        if self._left_out:
            self._problems.append(f"{self._left_out:,} addresses after the first {MOST_ENTRIES:,} are left out")
        return Found(tuple(self._entries.values()), tuple(self._more), tuple(self._problems))


def instant(written: object) -> datetime | None:
    """Return a date as feeds and sitemaps write it as an aware instant; of a day its beginning in UTC."""
    if isinstance(written, datetime):
        return written if written.tzinfo else written.replace(tzinfo=UTC)
    if not isinstance(written, str) or not 4 <= len(text := written.strip()) <= 80:
        return None
    try:
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    moment = dates.parse(text)
    if moment is None:
        return None
    return moment.instant or datetime(moment.day.year, moment.day.month, moment.day.day, tzinfo=UTC)


def _in_utc(found: datetime) -> datetime | None:
    """Return an instant in UTC; None for one that programs write where they know none."""
    aware = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return aware if aware.year > 1970 else None


def text_of(value: object) -> str | None:
    """Return a value of JSON if it is a text that says something."""
    return value if isinstance(value, str) and value.strip() else None


def _title(written: object) -> str | None:
    return _SPACE.sub(" ", written).strip()[:_LONGEST_TITLE] or None if isinstance(written, str) else None


def _shown(written: str) -> str:
    """Return the beginning of what is in place of an address."""
    return ascii(written.strip()[:100])


def is_html(head: bytes) -> bool:
    """Return whether a file begins as an HTML page does."""
    start = head[:1_024].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script"))


def rows_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a JSON list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
