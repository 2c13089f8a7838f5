"""The spool, `.corpus/spool.sqlite`: what was fetched and is not sealed yet. Each answer is written when it arrives.

A killed run loses only unfinished requests. Rows are deleted when the register names the batch that has them.
"""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from corpus.sources.web.declared import signal_of
from corpus.sources.web.outcomes import Observation
from corpus.sources.web.place import connect

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from corpus.rights import Signal

FILE: Final = "spool.sqlite"
# A number beyond that of any row.
EVERY: Final = 2**62
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    at TEXT NOT NULL,
    sha256 TEXT NOT NULL DEFAULT '',
    size INTEGER NOT NULL DEFAULT 0,
    observation TEXT NOT NULL,
    document TEXT,
    body BLOB
);
CREATE INDEX IF NOT EXISTS documents ON rows (seq) WHERE document IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class Capture:
    """A document as it was fetched, without its bytes and its observation.

    Attributes:
        url: its address, after redirects.
        headers: the headers of the answer, in order.
        published: day or instant of publication in a feed or sitemap, or None.
        signals: the signals of robots.txt and similar files for the page, unchanged.
    """

    url: str
    media_type: str
    headers: tuple[tuple[str, str], ...] = ()
    published: str | None = None
    publisher: str | None = None
    licence: str | None = None
    signals: tuple[Signal, ...] = ()

    def as_json(self) -> str:
        """Return it as JSON."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(values, ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Capture:
        """Return the capture that `as_json` gave."""
        values: dict[str, Any] = json.loads(text)
        values["headers"] = tuple((str(name), str(value)) for name, value in values.get("headers") or ())
        values["signals"] = tuple(map(signal_of, values.get("signals") or ()))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the spool: an observation, with the bytes of its document or evidence, if it has any."""

    observation: Observation
    capture: Capture | None = None
    body: bytes | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits to be sealed.

    Attributes:
        rows: how many observations.
        documents: how many of them with a document.
        size: the bytes of all bodies.
        oldest: when the oldest document was fetched; None without one.
    """

    rows: int = 0
    documents: int = 0
    size: int = 0
    oldest: datetime | None = None


@dataclass(slots=True)
class Spool:
    """The spool of a corpus.

    Args:
        root: the repository.
    """

    root: Path
    _db: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._db = connect(self.root, FILE, _SCHEMA)
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('id', ?)", [secrets.token_hex(8)])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @property
    def id(self) -> str:
        """Return the id of this spool, which differs from that of a lost one."""
        return str(self._db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()[0])

    def put(self, row: Row) -> int:
        """Store a row. It survives a kill from then on. Returns its number; numbers grow."""
        observation = row.observation
        with self._db:
            done = self._db.execute(
                "INSERT INTO rows (url, at, sha256, size, observation, document, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    observation.url,
                    observation.at.isoformat(timespec="microseconds"),
                    observation.sha256 or "",
                    len(row.body or b""),
                    json.dumps(observation.as_dict(), separators=(",", ":"), sort_keys=True),
                    row.capture.as_json() if row.capture else None,
                    row.body,
                ],
            )
        return int(done.lastrowid or 0)

    def after(self, seq: int) -> Iterator[tuple[int, Observation]]:
        """Yield the observations after a number, in order, without bodies."""
        for number, text in self._db.execute("SELECT seq, observation FROM rows WHERE seq > ? ORDER BY seq", [seq]):
            yield number, Observation.from_dict(json.loads(text))

    def backlog(self, until: int | None = None) -> Backlog:
        """Return how much waits: of all rows, or of those up to a number."""
        rows, documents, size, oldest = self._db.execute(
            "SELECT count(*), count(document), coalesce(sum(size), 0), "
            "min(CASE WHEN document IS NOT NULL THEN at END) FROM rows WHERE seq <= ?",
            [EVERY if until is None else until],
        ).fetchone()
        return Backlog(rows, documents, size, datetime.fromisoformat(oldest) if oldest else None)

    def first(self) -> datetime | None:
        """Return when the oldest row of any kind was made; None without one."""
        (at,) = self._db.execute("SELECT min(at) FROM rows").fetchone()
        return datetime.fromisoformat(at) if at else None

    def latest(self, seq: int) -> datetime:
        """Return when the last of the rows up to a number was made."""
        (at,) = self._db.execute("SELECT max(at) FROM rows WHERE seq <= ?", [seq]).fetchone()
        return datetime.fromisoformat(at)

    def cut(self, documents: int, size: int, until: int | None = None) -> int:
        """Return the number of the last row of the next batch: bounded in documents and bytes, not empty.

        Args:
            documents: how many at most.
            size: bytes of bodies at most.
            until: the last row to take; all are taken without it.

        Returns:
            The number; 0 if there is no row.
        """
        last, many, total = 0, 0, 0
        for seq, is_document, length in self._db.execute(
            "SELECT seq, document IS NOT NULL, size FROM rows WHERE seq <= ? ORDER BY seq",
            [EVERY if until is None else until],
        ):
            if last and ((is_document and many == documents) or total + length > size):
                break
            last, many, total = seq, many + is_document, total + length
        return last

    def until(self, seq: int) -> Iterator[Row]:
        """Yield the rows up to a number, in an order that depends only on their content."""
        found = self._db.execute(
            "SELECT seq, observation, document, body FROM rows WHERE seq <= ? ORDER BY url, at, sha256, observation",
            [seq],
        )
        for number, observation, document, body in found:
            yield Row(
                Observation.from_dict(json.loads(observation)),
                Capture.from_json(document) if document else None,
                body,
                number,
            )

    def sealing(self, name: str, seq: int) -> None:
        """Note the batch that the rows up to a number will become."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('sealing', ?)", [f"{name} {seq}"])

    def settle(self, is_on_record: Callable[[str], bool]) -> int:
        """Drop the rows whose batch is on record, after a run that may have been killed in between.

        Returns:
            How many rows were dropped.
        """
        found = self._db.execute("SELECT value FROM meta WHERE name = 'sealing'").fetchone()
        if found is None:
            return 0
        name, _, seq = str(found[0]).partition(" ")
        with self._db:
            gone = self._db.execute("DELETE FROM rows WHERE seq <= ?", [int(seq)]).rowcount if is_on_record(name) else 0
            self._db.execute("DELETE FROM meta WHERE name = 'sealing'")
        return gone

    def remove(self, is_withdrawn: Callable[[Row], bool]) -> int:
        """Delete the rows that a function names, so that no byte of them is left in the file. Returns how many."""
        rows = [row.seq for row in self.until(EVERY) if is_withdrawn(row)]
        if rows:
            with self._db:
                self._db.executemany("DELETE FROM rows WHERE seq = ?", [(seq,) for seq in rows])
            self.compact()
        return len(rows)

    def compact(self) -> None:
        """Rewrite the file without what was deleted."""
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def opened(root: Path) -> Iterator[Spool]:
    """Yield the spool of a corpus, and close it."""
    with Spool(root) as spool:
        yield spool
