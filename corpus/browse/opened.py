"""One version that is open for browsing, with what is read of it once and kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from corpus.browse.figures import Figures
from corpus.browse.locating import Place, rows
from corpus.errors import CorpusError, UsageError
from corpus.report.counting import describe
from corpus.search.query import parse
from corpus.search.reading import rows as found_rows
from corpus.snapshots.about import about, committed
from corpus.snapshots.asof import AsOf, completed
from schemas.tables import ARTICLES, REVISIONS, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corpus.browse.locating import Places
    from corpus.objects.pins import Pinned
    from corpus.report.figures import Holdings
    from corpus.search.answers import Hit
    from corpus.search.searching import Searcher
    from corpus.snapshots.about import About
    from corpus.snapshots.version import Version

# What a list shows of an article. Titles are cut when they are shown.
LISTED: Final = (
    "article_id", "revision", "title", "publisher", "publication", "section", "language", "published_date",
    "authors", "agency", "word_count", "duplicate_of",
)  # fmt: skip
_TEXTS: Final = ("text",)
# If the last days have no more articles than this, the index gives the first ones by id.
_FEW: Final = 2_000
# Files that are read at the same time.
_TOGETHER: Final = 4


@dataclass(frozen=True, slots=True)
class Listed:
    """Some articles of a list, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


class Opened:
    """A version, and what pages want of it. Several threads may ask at once.

    Attributes:
        version: which.
        as_of: the day in the address of its pages, if there is one.
        repo: the git URL of its repository; None of one in a folder.
        ready: returns what searches it, if its index is complete; the index knows where each article is.
        index: the folder of the index, where figures are kept; None to keep none.
    """

    def __init__(self, version: Version, places: Places, as_of: str | None = None, repo: str | None = None) -> None:
        self.version = version
        self.as_of = as_of
        self.repo = repo
        self._places = places
        self._lock = threading.RLock()
        self._figures = Figures(version, lambda: describe(self.scan("articles")))
        self._files: dict[str, list[tuple[Pinned, Path]]] = {}
        self.ready: Callable[[Opened], Searcher | None] | None = None
        self.index: Path | None = None

    @property
    def has_files(self) -> bool:
        """Whether its tables are files; those of a version as of a day are computed."""
        return not isinstance(self.version, AsOf)

    @property
    def about(self) -> About:
        """What the version says of itself."""
        with self._lock:
            return self._about

    @cached_property
    def _about(self) -> About:
        # What was committed has a name, also in the working tree.
        return about(committed(self.version) if self.has_files else self.version)

    @property
    def name(self) -> str:
        """What the version is called in a sentence: with the day if it is as of one."""
        return f"{self.about.name}, as known on {self.as_of}" if self.as_of else self.about.name

    @property
    def holdings(self) -> Holdings:
        """The figures of its articles. Counted once: at a million articles that takes five seconds."""
        with self._lock:
            return self._figures.get(self.index)

    def files(self, table: str) -> list[tuple[Pinned, Path]]:
        """Return the files of a table, verified; none if the version has no such table or no files."""
        return self._files_of(self.version, table) if self.has_files else []

    def files_of_base(self, table: str) -> list[tuple[Pinned, Path]]:
        """Return the files that a table's rows are in: of a version as of a day, those of the version itself."""
        return self._files_of(self.version.base if isinstance(self.version, AsOf) else self.version, table)

    def _files_of(self, version: Version, table: str) -> list[tuple[Pinned, Path]]:
        with self._lock:
            if table not in self._files:
                try:
                    found = version.files(table)
                except UsageError:
                    # Made by an engine that had no such table.
                    found = []
                paths = version.paths(table) if found else []
                self._files[table] = list(zip(found, paths, strict=True))
            return self._files[table]

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table with the columns of this engine; without rows if the version has no such table."""
        if self.has_files and not self.files(table):
            return pl.DataFrame(TABLES[table].empty).lazy()
        return completed(self.version.scan(table), TABLES[table])

    def rows_of(self, hits: Sequence[Hit], columns: Sequence[str]) -> list[dict[str, Any]]:
        """Return columns, `article_id` among them, of the articles that a search found, in their order."""
        if not self.has_files:
            return found_rows(self.version.searchable(), hits, columns)
        paths = {file.path: path for file, path in self.files("articles")}
        wanted_of: dict[str, list[int]] = {}
        for hit in hits:
            wanted_of.setdefault(hit.shard, []).append(hit.row)

        def read(one: tuple[str, list[int]]) -> dict[tuple[str, int], dict[str, Any]]:
            name, numbers = one
            found = rows(paths[name], numbers, columns)
            return {(name, number): row for number, row in zip(numbers, found, strict=True)}

        with ThreadPoolExecutor(_TOGETHER) as pool:
            made = {place: row for some in pool.map(read, wanted_of.items()) for place, row in some.items()}
        return [made[hit.shard, hit.row] for hit in hits]

    def article(self, article_id: str, revision: int | None = None) -> dict[str, Any] | None:
        """Return the row of an article with its text, as it is or as a revision had it; None without one."""
        for table in ("articles", "revisions"):
            for row in self._rows(table, article_id, None):
                if revision is None or row["revision"] == revision:
                    return row
            if revision is None:
                break
        return None

    def revisions(self, article_id: str) -> list[dict[str, Any]]:
        """Return the rows of an article's revisions, oldest first, without their texts."""
        names = [name for name in REVISIONS.names if name not in _TEXTS]
        found = [row for table in ("revisions", "articles") for row in self._rows(table, article_id, names)]
        return sorted(found, key=lambda row: row["revision"])

    def article_row(self, article_id: str, columns: Sequence[str]) -> dict[str, Any] | None:
        """Return some columns of an article's current revision, its id among them; None if there is no such article."""
        return next(iter(self._rows("articles", article_id, columns)), None)

    def _rows(self, table: str, article_id: str, columns: Sequence[str] | None) -> list[dict[str, Any]]:
        names = list(columns or (ARTICLES if table == "articles" else REVISIONS).names)
        if table == "articles" and (hit := self._hit(article_id)) is not None:
            kept = [name for name in names if name in TABLES[table].names]
            return [{**dict.fromkeys(names), **row} for row in self.rows_of([hit], kept)]
        if isinstance(self.version, AsOf):
            return self._rows_of_day(self.version, table, article_id, names)
        return self._in_files(self.files(table), article_id, names)

    def _hit(self, article_id: str) -> Hit | None:
        """Return where the index has an article; None if it has none, or is not complete."""
        try:
            searcher = None if self.ready is None else self.ready(self)
            return None if searcher is None else searcher.find(article_id)
        except CorpusError:
            # Files tell, too.
            return None

    def place(self, article_id: str) -> tuple[Pinned, Place] | None:
        """Return in which of its files of articles an article is; None if the index does not tell."""
        hit = self._hit(article_id) if self.has_files else None
        if hit is None:
            return None
        return next((file, Place(path, hit.row)) for file, path in self.files("articles") if file.path == hit.shard)

    def _in_files(
        self, files: Sequence[tuple[Pinned, Path]], article_id: str, names: Sequence[str]
    ) -> list[dict[str, Any]]:
        found = []
        for path, row in self._places.find(files, article_id):
            found += [one for one in rows(path, [row], names) if one["article_id"] == article_id]
        return found

    def _rows_of_day(self, then: AsOf, table: str, article_id: str, names: Sequence[str]) -> list[dict[str, Any]]:
        """Return rows of a version as of a day: those of its version that the times in them tell, or those apart."""
        kept = [name for name in names if name in TABLES[table].names]
        if then.is_unchanged():
            return self._in_files(self.files_of_base(table), article_id, names)
        if table == "revisions" and not then.is_of_this_engine:
            return self.scan(table).filter(pl.col("article_id") == article_id).select(kept).collect().to_dicts()
        differing = then.difference
        if table == "articles" and any(
            (ids == article_id).any() for ids in (differing.left_out, differing.apart["article_id"])
        ):
            found = then.articles_apart().filter(pl.col("article_id") == article_id).select(kept).collect().to_dicts()
        else:
            wanted = list(dict.fromkeys([*kept, "captured_at", "superseded_at"]))
            found = [
                row
                for one in ("revisions", "articles")
                for row in self._in_files(self.files_of_base(one), article_id, wanted)
                if then.table_of(one, row["captured_at"], row["superseded_at"]) == table
            ]
        return [{**dict.fromkeys(names), **{name: row[name] for name in kept}} for row in found]

    def newest(self, most: int) -> list[dict[str, Any]]:
        """Return the articles that were published last; those without a date only if there is no other."""
        counted, days = 0, list[date]()
        for when, number in reversed(self.holdings.days):
            counted += number
            days.append(when)
            if counted >= most:
                break
        if days and counted <= _FEW and (hits := self._hits_of(days, most)) is not None:
            return self.rows_of(hits, LISTED)
        articles = self.scan("articles")
        if not days:
            return articles.select(LISTED).head(most).collect().to_dicts()
        # The file's statistics leave out all but the last row groups.
        chosen = articles.filter(pl.col("published_date") >= days[-1]).select(LISTED)
        ordered = chosen.sort("published_date", "article_id", descending=[True, False])
        return ordered.head(most).collect().to_dicts()

    def _hits_of(self, days: Sequence[date], most: int) -> list[Hit] | None:
        """Return where the index has the first articles of some days, by day and id; None if it does not tell."""
        try:
            searcher = None if self.ready is None else self.ready(self)
            if searcher is None:
                return None
            everything = parse("")
            of_days = (searcher.ids(everything, {"since": [str(day)], "until": [str(day)]}) for day in days)
            ids = [one for of_day in of_days for one in of_day.to_pylist()][:most]
            hits = [searcher.find(one) for one in ids]
        except CorpusError:
            return None
        found = [hit for hit in hits if hit is not None]
        return found if len(found) == len(hits) else None

    def copies(self, root: str, offset: int, most: int) -> Listed:
        """Return the articles that are marked as duplicates of one, by day and id."""
        chosen = self.scan("articles").filter(pl.col("duplicate_of") == root)
        found = chosen.select(*LISTED, "similarity").sort("published_date", "article_id").collect()
        return Listed(found.slice(offset, most).to_dicts(), found.height)
