"""What collecting remembers of pages: when each was captured, what it had, and when it is due again."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from corpus.sources.web.outcomes import ANSWERED, Via
from corpus.sources.web.schedule import Page, advance
from corpus.text.urls import canonical

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from corpus.sources.web.outcomes import Observation

# The table, and `meta`, in which `apply` notes how far the spool was applied.
PAGES: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    key TEXT PRIMARY KEY, url TEXT NOT NULL, source TEXT NOT NULL, published REAL, first_seen REAL, checked REAL,
    due REAL, tries INTEGER NOT NULL, gone INTEGER NOT NULL, etag TEXT, last_modified TEXT, sha256 TEXT,
    words_sha256 TEXT, content BLOB, appeared REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due ON pages (source, due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS captured ON pages (source, first_seen) WHERE first_seen IS NOT NULL;
"""
_NAMES: Final = tuple(one.name for one in fields(Page))
_COLUMNS: Final = ", ".join(_NAMES)
# `dataclasses.astuple` copies each value, which took a tenth of the time of a request.
_values_of: Final = attrgetter(*_NAMES)
_MOMENTS: Final = ("published", "first_seen", "checked", "due", "appeared")


def seconds(moment: datetime | None) -> float | None:
    """Return a moment in seconds since 1970, as the tables have it."""
    return moment.timestamp() if moment is not None else None


def moment(seconds: float | None) -> datetime | None:
    """Return the moment, in UTC, that so many seconds since 1970 are."""
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def key_of(url: str) -> str:
    """Return the key of a page: its canonical address, or the address as given if it has none."""
    return canonical(url) or url


@dataclass(slots=True)
class Pages:
    """The pages in the state of collecting: the table `pages` of an open database."""

    _db: sqlite3.Connection = field(init=False)

    def page(self, key: str) -> Page | None:
        """Return what is known of a page; None if nothing is."""
        found = self._db.execute(f"SELECT {_COLUMNS} FROM pages WHERE key = ?", [key]).fetchone()  # noqa: S608 - names of ours
        return _page(found) if found else None

    def apply(self, seen: Observation, recrawl: Callable[[str], Sequence[timedelta]], seq: int | None = None) -> None:
        """Update what is known by an observation.

        Args:
            seen: the observation. Only those of pages and entries count.
            recrawl: the recrawl times of a source, by its name.
            seq: its number in the spool. Observations up to it are not applied again.
        """
        with self._db:
            if seen.via in {Via.PAGE, Via.ENTRY}:
                for url in dict.fromkeys([seen.url, seen.final_url or seen.url]):
                    self._apply(key_of(url), url, seen, recrawl(seen.source))
            if seq is not None:
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('applied', ?)", [str(seq)])

    def _apply(self, key: str, url: str, seen: Observation, recrawl: Sequence[timedelta]) -> None:
        known = self.page(key)
        if known is None and key != key_of(seen.url) and seen.outcome not in ANSWERED:
            return
        found = advance(known or Page(key, url, seen.source), seen, recrawl)
        if seen.via is Via.ENTRY:
            # The page itself is another document than its text in a feed.
            found = replace(found, due=None)
        if key != key_of(seen.url):
            # The address that was asked for leads here, and has the schedule; this one is only known.
            found = replace(found, due=known.due if known and known.first_seen else None)
        self._save(found)

    def _save(self, page: Page) -> None:
        values = _row(page)
        marks = ", ".join("?" * len(values))
        self._db.execute(f"INSERT OR REPLACE INTO pages ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608 - names of ours

    def discover(self, pages: Iterable[Page], now: datetime) -> int:
        """Add pages that a source named, as due now. A known page that was modified since its last check is due too.

        Returns:
            How many were not known before.
        """
        rows = [_row(page) for page in pages]
        at = {name: number for number, name in enumerate(_NAMES)}
        with self._db:
            before = self._db.total_changes
            marks = ", ".join("?" * len(at))
            self._db.executemany(f"INSERT OR IGNORE INTO pages ({_COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 - names of ours
            added = self._db.total_changes - before
            self._db.executemany(
                "UPDATE pages SET due = ? WHERE key = ? AND first_seen IS NOT NULL AND checked < ? AND gone = 0",
                [(now.timestamp(), row[at["key"]], row[at["published"]]) for row in rows if row[at["published"]]],
            )
        return added

    def expire(self, source: str, before: datetime) -> int:
        """Forget pages of a source that were never captured and are older than a moment. Returns how many."""
        with self._db:
            return self._db.execute(
                "DELETE FROM pages WHERE source = ? AND first_seen IS NULL AND published < ?",
                [source, before.timestamp()],
            ).rowcount

    def due(self, source: str, now: datetime, *, captured: bool, limit: int) -> list[Page]:
        """Return the pages of a source that are due: captured ones by time, others the newest first."""
        which, order = ("NOT NULL", "due") if captured else ("NULL", "published IS NULL, published DESC, key")
        sql = (
            f"SELECT {_COLUMNS} FROM pages "  # noqa: S608 - names of ours
            f"WHERE source = ? AND due <= ? AND first_seen IS {which} ORDER BY {order} LIMIT ?"
        )
        return [_page(row) for row in self._db.execute(sql, [source, now.timestamp(), limit])]

    def waiting(self, source: str, now: datetime) -> tuple[int, int]:
        """Return how many pages of a source are due now, and how many of them were never captured."""
        every, new = self._db.execute(
            "SELECT count(*), count(*) FILTER (WHERE first_seen IS NULL) FROM pages WHERE source = ? AND due <= ?",
            [source, now.timestamp()],
        ).fetchone()
        return int(every), int(new)

    def next_page(self, source: str, after: datetime | None = None) -> datetime | None:
        """Return when the next page of a source is due: of all, or of those after a moment; None if none is."""
        least = after.timestamp() if after is not None else 0.0
        (due,) = self._db.execute("SELECT min(due) FROM pages WHERE source = ? AND due > ?", [source, least]).fetchone()
        return moment(due)

    def resting(self, source: str, now: datetime) -> tuple[int, int, int]:
        """Return how many pages of a source are due later, are gone for good, and are not asked for again otherwise."""
        later, gone, done = self._db.execute(
            "SELECT count(*) FILTER (WHERE due > ?), count(*) FILTER (WHERE due IS NULL AND gone > 0), "
            "count(*) FILTER (WHERE due IS NULL AND gone = 0) FROM pages WHERE source = ?",
            [now.timestamp(), source],
        ).fetchone()
        return int(later), int(gone), int(done)

    def captured(self, source: str) -> list[datetime]:
        """Return when the articles of a source were first captured, the latest 10,000 of them."""
        sql = (
            "SELECT first_seen FROM pages WHERE source = ? AND first_seen IS NOT NULL "
            "ORDER BY first_seen DESC LIMIT 10000"
        )
        return [datetime.fromtimestamp(at, UTC) for (at,) in self._db.execute(sql, [source])]

    def pages(self) -> Iterator[Page]:
        """Yield all that is known of pages."""
        for row in self._db.execute(f"SELECT {_COLUMNS} FROM pages ORDER BY key"):  # noqa: S608 - names of ours
            yield _page(row)

    def remove_quietly(self, key: str) -> None:
        """Forget a page that is not wanted any more, if it was never captured; otherwise stop asking for it."""
        with self._db:
            self._db.execute("DELETE FROM pages WHERE key = ? AND first_seen IS NULL", [key])
            self._db.execute("UPDATE pages SET due = NULL WHERE key = ?", [key])

    def remove(self, keys: Iterable[str]) -> None:
        """Forget pages for good, and the bodies of feeds' entries with them: no byte of them is left in the file."""
        with self._db:
            self._db.executemany("DELETE FROM pages WHERE key = ?", [(key,) for key in keys])
        self.vacuum()

    def vacuum(self) -> None:
        """Write the file anew, so that nothing is left in it of what was deleted."""
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _row(page: Page) -> list[Any]:
    return [seconds(value) if isinstance(value, datetime) else value for value in _values_of(page)]


def _page(row: Sequence[Any]) -> Page:
    values = dict(zip(_NAMES, row, strict=True))
    for name in _MOMENTS:
        values[name] = moment(values[name])
    return Page(**values)
