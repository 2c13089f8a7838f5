"""The state of collecting, `.corpus/collect.sqlite`: pages, feeds, hosts, robots.txt and the state of sources.

It follows from what was observed. If it is lost, it is made again from the observations in batches and spool. What the
batches do not have costs a round of requests, but never a second copy of a document. No build reads it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from corpus.sources.web.pacing import Host
from corpus.sources.web.pages import PAGES, Pages, key_of, moment, seconds
from corpus.sources.web.place import connect
from corpus.sources.web.robots import Rules
from corpus.sources.web.schedule import SourceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

FILE: Final = "collect.sqlite"
_SCHEMA: Final = """
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
    name TEXT PRIMARY KEY, last_run REAL, last_success REAL, failures INTEGER NOT NULL, failing_since REAL, detail TEXT
) WITHOUT ROWID;
"""
_REFUSED: Final = "refused "
# Files of earlier versions have further columns.
_SOURCE: Final = "name, last_run, last_success, failures, failing_since, detail"


def hashed(url: str) -> str:
    """Return the hash by which an address is remembered that must not be written down."""
    return hashlib.sha256(key_of(url).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of a feed or sitemap: validators, the digest of its body, and further files that it names.

    Attributes:
        unconditional: when it was last requested without validators, because some servers answer 304 for ever.
        more: addresses of child sitemaps and next pages.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    unconditional: datetime | None = None
    more: tuple[str, ...] = ()


@dataclass(slots=True)
class State(Pages):
    """The state of collecting in a corpus. Use as a context manager.

    Args:
        root: the repository.
    """

    root: Path

    def __post_init__(self) -> None:
        self._db = connect(self.root, FILE, _SCHEMA + PAGES)
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

    def feed(self, url: str) -> Feed:
        """Return what is known of a feed or sitemap."""
        row = self._db.execute(
            "SELECT etag, last_modified, sha256, unconditional, more FROM feeds WHERE url = ?", [url]
        ).fetchone()
        if row is None:
            return Feed(url)
        return Feed(url, row[0], row[1], row[2], moment(row[3]), tuple(json.loads(row[4])))

    def keep_feed(self, feed: Feed) -> None:
        """Remember a feed or sitemap."""
        values = [feed.url, feed.etag, feed.last_modified, feed.sha256, seconds(feed.unconditional)]
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?)", [*values, json.dumps(feed.more)])

    def hosts(self) -> list[Host]:
        """Return what is known of hosts."""
        found = self._db.execute("SELECT name, last, until, refusals FROM hosts")
        return [Host(name, moment(last), moment(until), refusals) for name, last, until, refusals in found]

    def keep_host(self, host: Host) -> None:
        """Remember a host."""
        values = [host.name, seconds(host.last), seconds(host.until), host.refusals]
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
        """Return the files that declare what an origin's pages may be used for, by address, with kind and body."""
        sql = "SELECT url, via, body FROM declared WHERE origin = ? ORDER BY url"
        return {str(url): (str(via), bytes(body)) for url, via, body in self._db.execute(sql, [origin])}

    def keep_declared(self, origin: str, files: Mapping[str, tuple[str, bytes]]) -> None:
        """Remember such files of an origin, and forget those it had before."""
        rows = [(origin, via, url, body) for url, (via, body) in files.items()]
        with self._db:
            self._db.execute("DELETE FROM declared WHERE origin = ?", [origin])
            self._db.executemany("INSERT INTO declared VALUES (?, ?, ?, ?)", rows)

    def remove_files(self, is_wanted: Callable[[bytes], bool]) -> int:
        """Forget files of origins, such as licences, for good. They are requested again when they are needed.

        Args:
            is_wanted: tells by its body whether to forget a file.

        Returns:
            How many were forgotten.
        """
        files = self._db.execute(
            "SELECT origin, body FROM declared UNION ALL SELECT origin, body FROM robots"
        ).fetchall()
        origins = [origin for origin, body in files if body and is_wanted(bytes(body))]
        with self._db:
            for origin in origins:
                self._db.execute("DELETE FROM robots WHERE origin = ?", [origin])
                self._db.execute("DELETE FROM declared WHERE origin = ?", [origin])
                self._db.execute("DELETE FROM meta WHERE name = ?", [f"tdmrep {origin}"])
        self.vacuum()
        return len(origins)

    def refuse(self, urls: Iterable[str]) -> None:
        """Remember, by their hashes, addresses at which a withdrawn article was found under another one."""
        with self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, '')", [(f"{_REFUSED}{hashed(url)}",) for url in urls]
            )

    def refused(self) -> set[str]:
        """Return the hashes of the addresses that must not be requested."""
        found = self._db.execute("SELECT name FROM meta WHERE name GLOB ?", [f"{_REFUSED}*"])
        return {str(name).removeprefix(_REFUSED) for (name,) in found}

    def source(self, name: str) -> SourceState:
        """Return the state of a source."""
        row = self._db.execute(f"SELECT {_SOURCE} FROM sources WHERE name = ?", [name]).fetchone()  # noqa: S608 - names of ours
        if row is None:
            return SourceState(name)
        _, run, success, failures, since, detail = row
        return SourceState(name, moment(run), moment(success), failures, moment(since), detail)

    def keep_source(self, found: SourceState) -> None:
        """Remember the state of a source."""
        values = [seconds(v) if isinstance(v, datetime) else v for v in astuple(found)]
        with self._db:
            self._db.execute(f"INSERT OR REPLACE INTO sources ({_SOURCE}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608 - names of ours
