"""Opening a version in place: from the DVC cache, else from its remote. Nothing is checked out."""

from __future__ import annotations

import atexit
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError, MissingObjects, UnknownVersion, UsageError
from corpus.versioning import pins, releases, remote
from corpus.versioning.repository import Repository, find
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_DATA: Final = "data/"
_URL: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|[^/@\s]+@[^/:\s]+:)")


class Version:
    """One version of a corpus.

    Its tables are `articles` (read unless told otherwise), `revisions` and `quarantine`, and those they are made
    from: `documents`, `verdicts` and `decisions`.

    Attributes:
        name: what it was opened as.
        commit: the git commit, or None for the working tree.
    """

    def __init__(self, name: str, commit: str | None, repository: Repository, pinned: Sequence[pins.Pin]) -> None:
        self.name = name
        self.commit = commit
        self._repository = repository
        self._pins = {pin.path.removeprefix(_DATA): pin for pin in pinned}
        self._objects = pins.Objects(repository)
        self._paths: dict[str, list[Path]] = {}

    def __repr__(self) -> str:
        return f"<corpus version {self.name}{f' ({self.commit[:10]})' if self.commit else ''}>"

    def files(self, table: str = "articles") -> list[pins.Pinned]:
        """The shards of a table with their md5s, by path.

        Raises:
            UsageError: there is no such table.
            MissingObjects: the listing is neither in the cache nor in a remote.
        """
        if table not in TABLES:
            raise UsageError(f"No table {table!r}. There are {', '.join(TABLES)}.")
        if table not in self._pins:
            raise UsageError(f"Version {self.name} holds no {table}: its dvc.lock pins none.")
        pin = self._pins[table]
        files = self._objects.files(pin)
        if files is None:
            listing = remote.fetch(self._repository, self.commit, [pins.Pinned(pin.path, pin.md5)])[pin.md5]
            files = pins.listed(pin, listing.read_bytes())
        return files

    def paths(self, table: str = "articles") -> list[Path]:
        """The Parquet files of a table, verified against their md5s.

        What the cache lacks is fetched from the remote into a folder of this process.

        Raises:
            DamagedObject: a file has another digest than was pinned.
            MissingObjects: a file is neither in the cache nor in a remote.
        """
        if table not in self._paths:
            files = self.files(table)
            found = {file.md5: self._objects.get(file.md5) for file in files}
            missing = [file for file in files if found[file.md5] is None]
            if missing:
                found |= remote.fetch(self._repository, self.commit, missing)
            self._objects.remember()
            self._paths[table] = [path for file in files if (path := found[file.md5]) is not None]
        return self._paths[table]

    def scan(self, table: str = "articles") -> pl.LazyFrame:
        """A table as a Polars LazyFrame: filters and columns are pushed down into the files."""
        import polars as pl

        return pl.scan_parquet(self.paths(table), glob=False)

    def arrow(self, table: str = "articles", columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns, as an Arrow table."""
        import pyarrow as pa

        from corpus.store import parquet

        read = [parquet.read(path, columns) for path in self.paths(table)]
        return pa.concat_tables(read) if read else TABLES[table].empty

    def pandas(self, table: str = "articles", columns: list[str] | None = None) -> pd.DataFrame:
        """A table as a pandas DataFrame with Arrow-backed columns, so that the types stay what they are."""
        import pandas as pd

        frame: pd.DataFrame = self.arrow(table, columns).to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def duckdb(self, table: str = "articles") -> duckdb.DuckDBPyRelation:
        """A table as a relation of a DuckDB connection of its own; read when asked."""
        import duckdb

        return duckdb.connect().read_parquet([str(path) for path in self.paths(table)])


def open_version(rev: str | None, repo: str | Path = ".") -> Version:
    """See `corpus.open`."""
    if isinstance(repo, str) and _URL.match(repo):
        repository = _cloned(repo)
        rev = rev or "HEAD"
    else:
        repository = find(repo)
    if rev is None:
        pinned = pins.of_working_tree(repository)
        if not pinned:
            raise MissingObjects("Nothing was built here yet. Run `corpus build`.", [])
        return Version("the working tree", None, repository, pinned)
    commit = resolve(repository, rev)
    pinned = pins.of_commit(repository, commit)
    if not pinned:
        raise UsageError(f"{rev} ({commit[:10]}) has no dvc.lock: nothing had been built then.")
    return Version(rev, commit, repository, pinned)


def resolve(repository: Repository, rev: str) -> str:
    """The commit of a revision; `v1.0.0` means the release of that name first.

    Raises:
        UnknownVersion: it names none.
    """
    names = [rev]
    if releases.NUMBER.fullmatch(rev.removeprefix("v")):
        names.insert(0, releases.tag(f"v{rev.removeprefix('v')}"))
    for name in names:
        if not name.startswith("-") and (commit := repository.commit_of(name)):
            return commit
    raise UnknownVersion(rev, [release.version for release in releases.releases(repository)])


def _cloned(url: str) -> Repository:
    """A clone without work tree files of a remote repository, which goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="corpus-clone-")
    done = subprocess.run(
        ["git", "clone", "--quiet", "--no-checkout", "--", url, folder.name],
        capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != 0:
        raise CorpusError(f"{url} could not be cloned: {done.stderr.strip()}")
    root = Path(folder.name)
    repository = Repository(root)
    # DVC's settings say where the data are.
    config = repository.read_at("HEAD", ".dvc/config")
    if config is None:
        raise UsageError(f"{url} is no corpus repository: it has no .dvc/config.")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text(config)
    atexit.register(folder.cleanup)
    return repository
