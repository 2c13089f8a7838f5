"""What collecting remembers, in `.corpus/collect.sqlite`: pages, feeds, hosts, robots.txt and how sources are.

It follows from what was observed. If it is lost, it is made again from the observations in batches and spool; what a
batch does not hold costs a round of requests, and never a second document. No build reads it.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from corpus.sources.web.outcomes import ANSWERED, Via
from corpus.sources.web.pacing import Host
from corpus.sources.web.place import connect
from corpus.sources.web.robots import Rules
from corpus.sources.web.schedule import Page, SourceState, advance
from corpus.text.urls import canonical

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corpus.sources.web.outcomes import Observation

FILE: Final = "collect.sqlite"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    key TEXT PRIMARY KEY, url TEXT NOT NULL, source TEXT NOT NULL, published REAL, first_seen REAL, checked REAL,
    due REAL, tries INTEGER NOT NULL, gone INTEGER NOT NULL, etag TEXT, last_modified TEXT, sha256 TEXT,
    words_sha256 TEXT, content BLOB, appeared REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due ON pages (source, due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS captured ON pages (source, first_seen) WHERE first_seen IS NOT NULL;
CREATE TABLE IF NOT EXISTS feeds (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, sha256 TEXT, unconditional REAL, more TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hosts (
    name TEXT PRIMARY KEY, last REAL, until REAL, refusals INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots (
    origin TEXT PRIMARY KEY, at REAL NOT NULL, status INTEGER, body BLOB, sha256 TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS declared (
    origin TEXT NOT NULL, via TEXT NOT NULL, url TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (origin, url)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (
    name TEXT PRIMARY KEY, due REAL, last_run REAL, last_success REAL, failures INTEGER NOT NULL, failing_since REAL,
    detail TEXT
) WITHOUT ROWID;
"""
_PAGE_COLUMNS: Final = ", ".join(one.name for one in fields(Page))
_PAGE_MOMENTS: Final = ("published", "first_seen", "checked", "due", "appeared")


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of a feed or sitemap: validators, the digest of its body, and what else it leads to.

    Attributes:
        unconditional: when it was last asked for without validators: some servers answer 304 for ever.
        more: addresses of child sitemaps and next pages.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    unconditional: datetime | None = None
    more: tuple[str, ...] = ()


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def key_of(url: str) -> str:
    """Return the key of a page: its canonical address, or the address as given if it has none."""
    return canonical(url) or url


@dataclass(slots=True)
class State:
    """The state of a corpus. Use as a context manager.

    Args:
        root: the repository.
    """

    root: Path
    _db: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._db = connect(self.root, FILE, _SCHEMA)
        # A file of an earlier version has the pages without it.
        if not any(row[1] == "appeared" for row in self._db.execute("PRAGMA table_info(pages)")):
            self._db.execute("ALTER TABLE pages ADD COLUMN appeared REAL")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def meta(self, name: str) -> str | None:
        """Return a value that was noted; None if it was not."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return str(found[0]) if found else None

    def note(self, name: str, value: str) -> None:
        """Note a value under a name."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])

    def page(self, key: str) -> Page | None:
        """Return what is known of a page; None if nothing is."""
        found = self._db.execute(f"SELECT {_PAGE_COLUMNS} FROM pages WHERE key = ?", [key]).fetchone()  # noqa: S608 - names of ours
        return _page(found) if found else None

    def apply(self, seen: Observation, recrawl: Callable[[str], Sequence[timedelta]], seq: int | None = None) -> None:
        """Bring what is known up to an observation.

        Args:
            seen: the observation; those of pages and entries count.
            recrawl: the recrawl times of a source, by its name.
            seq: its number in the spool, below which none is applied again.
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
        values = [_seconds(v) if isinstance(v, datetime) else v for v in astuple(page)]
        marks = ", ".join("?" * len(values))
        self._db.execute(f"INSERT OR REPLACE INTO pages ({_PAGE_COLUMNS}) VALUES ({marks})", values)  # noqa: S608 - names of ours

    def discover(self, pages: Iterable[Page], now: datetime) -> int:
        """Add pages that a source named, as due now; a known one that was modified since it was checked is due, too.

        Returns:
            How many were not known before.
        """
        rows = [[_seconds(v) if isinstance(v, datetime) else v for v in astuple(page)] for page in pages]
        at = {name: number for number, name in enumerate(one.name for one in fields(Page))}
        with self._db:
            before = self._db.total_changes
            marks = ", ".join("?" * len(at))
            self._db.executemany(f"INSERT OR IGNORE INTO pages ({_PAGE_COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 - names of ours
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
            f"SELECT {_PAGE_COLUMNS} FROM pages "  # noqa: S608 - names of ours
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

    def next_page(self, source: str) -> datetime | None:
        """Return when the next page of a source is due; None if none is."""
        (due,) = self._db.execute("SELECT min(due) FROM pages WHERE source = ?", [source]).fetchone()
        return _moment(due)

    def captured(self, source: str) -> list[datetime]:
        """Return when the articles of a source were first captured, the latest 10,000 of them."""
        sql = (
            "SELECT first_seen FROM pages WHERE source = ? AND first_seen IS NOT NULL "
            "ORDER BY first_seen DESC LIMIT 10000"
        )
        return [datetime.fromtimestamp(at, UTC) for (at,) in self._db.execute(sql, [source])]

    def feed(self, url: str) -> Feed:
        """Return what is known of a feed or sitemap."""
        row = self._db.execute(
            "SELECT etag, last_modified, sha256, unconditional, more FROM feeds WHERE url = ?", [url]
        ).fetchone()
        if row is None:
            return Feed(url)
        return Feed(url, row[0], row[1], row[2], _moment(row[3]), tuple(json.loads(row[4])))

    def keep_feed(self, feed: Feed) -> None:
        """Remember a feed or sitemap."""
        values = [feed.url, feed.etag, feed.last_modified, feed.sha256, _seconds(feed.unconditional)]
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?)", [*values, json.dumps(feed.more)])

    def hosts(self) -> list[Host]:
        """Return what is known of hosts."""
        found = self._db.execute("SELECT name, last, until, refusals FROM hosts")
        return [Host(name, _moment(last), _moment(until), refusals) for name, last, until, refusals in found]

    def keep_host(self, host: Host) -> None:
        """Remember a host."""
        values = [host.name, _seconds(host.last), _seconds(host.until), host.refusals]
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?)", values)

    def rules(self, origin: str) -> Rules | None:
        """Return the robots.txt of an origin as it was last read; None if it never was."""
        row = self._db.execute("SELECT at, status, body, sha256 FROM robots WHERE origin = ?", [origin]).fetchone()
        return Rules(origin, datetime.fromtimestamp(row[0], UTC), row[1], row[2], row[3]) if row else None

    def keep_rules(self, rules: Rules) -> None:
        """Remember a robots.txt."""
        values = [rules.origin, rules.at.timestamp(), rules.status, rules.body, rules.sha256]
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?, ?)", values)

    def declared(self, origin: str) -> dict[str, tuple[str, bytes]]:
        """Return the files that say what an origin's pages may be used for, by address: what each is, and its body."""
        sql = "SELECT url, via, body FROM declared WHERE origin = ? ORDER BY url"
        return {str(url): (str(via), bytes(body)) for url, via, body in self._db.execute(sql, [origin])}

    def keep_declared(self, origin: str, files: Mapping[str, tuple[str, bytes]]) -> None:
        """Remember such files of an origin, and forget those it had before."""
        rows = [(origin, via, url, body) for url, (via, body) in files.items()]
        with self._db:
            self._db.execute("DELETE FROM declared WHERE origin = ?", [origin])
            self._db.executemany("INSERT INTO declared VALUES (?, ?, ?, ?)", rows)

    def source(self, name: str) -> SourceState:
        """Return the state of a source."""
        row = self._db.execute("SELECT * FROM sources WHERE name = ?", [name]).fetchone()
        if row is None:
            return SourceState(name)
        due, run, success, failures, since, detail = row[1:]
        return SourceState(name, _moment(due), _moment(run), _moment(success), failures, _moment(since), detail)

    def keep_source(self, found: SourceState) -> None:
        """Remember the state of a source."""
        values = [_seconds(v) if isinstance(v, datetime) else v for v in astuple(found)]
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def pages(self) -> Iterator[Page]:
        """Yield all that is known of pages."""
        for row in self._db.execute(f"SELECT {_PAGE_COLUMNS} FROM pages ORDER BY key"):  # noqa: S608 - names of ours
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
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _page(row: Sequence[Any]) -> Page:
    values = dict(zip((one.name for one in fields(Page)), row, strict=True))
    for name in _PAGE_MOMENTS:
        values[name] = _moment(values[name])
    return Page(**values)
