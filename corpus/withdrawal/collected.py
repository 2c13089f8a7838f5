"""Remove what collecting keeps of a withdrawn article besides its documents: observations, evidence, spool and state.

An observation names an address; the body of a feed has titles and summaries of many articles. Rows about withdrawn
articles are removed. Bodies that mention them are removed completely, because a part of a feed is not evidence.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.batches.mentions import mentions
from corpus.errors import StorageError
from corpus.sources.web import observed
from corpus.sources.web.place import FOLDER
from corpus.sources.web.spool import FILE as SPOOL
from corpus.sources.web.spool import Spool
from corpus.sources.web.state import FILE as STATE
from corpus.sources.web.state import State
from corpus.text.urls import canonical
from corpus.withdrawal.redactedfiles import Redacted
from schemas.observations import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    from corpus.batches.withdrawals import Tombstones
    from corpus.sources.web.outcomes import Observation
    from corpus.sources.web.spool import Row

_REDACTED: Final = re.compile(r"-r[0-9a-f]{12}$")
_TELLING: Final = ("url", "final_url", "redirects", "sha256", "detail", "body")


@dataclass(frozen=True, slots=True)
class Gone:
    """What was withdrawn, by addresses and bytes.

    Attributes:
        tombstones: the record of withdrawals.
        urls: canonical addresses from which withdrawn bytes were fetched; the article may declare another.
    """

    tombstones: Tombstones
    urls: frozenset[str] = frozenset()

    def refuses(self, sha256: str, url: str) -> bool:
        """Return whether bytes or an address were withdrawn."""
        return self.tombstones.refused(sha256, url) is not None or (bool(self.urls) and canonical(url) in self.urls)

    def is_in(self, body: bytes) -> bool:
        """Return whether a text names what was withdrawn."""
        return mentions(body, lambda url: self.refuses("", url))


def withdrawn_from(root: Path, tombstones: Tombstones) -> Gone:
    """Return what was withdrawn, with the addresses at which batches, spool and state have withdrawn bytes."""
    urls: set[str | None] = set()
    if not tombstones:
        return Gone(tombstones)

    def look(seen: Observation) -> None:
        named = [seen.url, seen.final_url or seen.url]
        if any(tombstones.refused(seen.sha256 or "", url) is not None for url in named):
            urls.update(canonical(url) for url in named)

    for batch in raw.load(root):
        if batch.observations is not None:
            for seen in observed.read(batchfiles.path_of(root, batch.observations)):
                look(seen)
    if (root / FOLDER / SPOOL).exists():
        with Spool(root) as spool:
            for _, seen in spool.after(0):
                look(seen)
    return Gone(tombstones, frozenset(url for url in urls if url))


def file_holds(file: Any, gone: Gone) -> bool:
    """Return whether an object is a file of observations that names what was withdrawn.

    Args:
        file: its path, or the object itself, open for reading at any place.
        gone: what was withdrawn.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as opened:
            names = set(opened.schema_arrow.names)
            # The table of observations has no bodies.
            if not {*_TELLING, "via", "outcome"} - {"body"} <= names:
                return False
            telling = [name for name in _TELLING if name in names]
            return any(
                _table_holds(opened.read_row_group(number, columns=telling, use_threads=False), gone)
                for number in range(opened.num_row_groups)
            )
    except (pa.ArrowException, OSError):
        return False


def is_of_withdrawn(values: Mapping[str, Any], gone: Gone) -> bool:
    """Return whether an observation is about a withdrawn article, by its addresses or by its bytes."""
    urls = [values.get("url"), values.get("final_url"), *(hop["url"] for hop in values.get("redirects") or ())]
    sha256 = values.get("sha256") or ""
    detail = values.get("detail") or ""
    return any(gone.refuses(sha256, url) for url in urls if url) or gone.is_in(detail.encode("utf-8", "replace"))


def _table_holds(table: pa.Table, gone: Gone) -> bool:
    return any(is_of_withdrawn(row, gone) or gone.is_in(row.get("body") or b"") for row in _rows(table))


def _rows(table: pa.Table) -> Iterable[dict[str, Any]]:
    import polars as pl

    names = [name for name in _TELLING if name in table.column_names]
    return pl.DataFrame(table.select(names)).iter_rows(named=True)


def stays(table: pa.Table, gone: Gone) -> pa.Array:
    """Return which rows of observations do not name what was withdrawn."""
    import pyarrow as pa

    return pa.array([not is_of_withdrawn(row, gone) for row in _rows(table)], pa.bool_())


def redact(path: Path, gone: Gone, folder: Path) -> Redacted:
    """Write a file of observations without what was withdrawn.

    Args:
        path: the file.
        gone: what was withdrawn.
        folder: where to write; the file there has its final name.

    Returns:
        Its entry in the register, and how many rows and bodies were removed; without any, nothing was written.

    Raises:
        StorageError: The file cannot be read.
        OSError: The new file cannot be written.
    """
    import pyarrow.parquet as pq

    aside = folder / f"{path.name}.redacted"
    lost = rows = groups = 0
    name = hashlib.sha256()
    try:
        with pq.ParquetWriter(
            aside, OBSERVED.arrow, compression="zstd", compression_level=3, write_page_checksum=True
        ) as writer:
            for table in _readable(path):
                kept, changed = _without(table, gone)
                lost += changed
                if kept.num_rows:
                    name.update(repr(kept["url"].to_pylist()).encode())
                    writer.write_table(kept.combine_chunks(), row_group_size=kept.num_rows)
                    rows += kept.num_rows
                    groups += 1
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if not lost or not rows:
        aside.unlink()
        return Redacted(None, lost)
    target = folder / f"{_REDACTED.sub('', path.stem)}-r{name.hexdigest()[:12]}.parquet"
    aside.replace(target)
    with target.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return Redacted(raw.RawFile(target.name, sha256, rows, target.stat().st_size, groups), lost)


def _without(table: pa.Table, gone: Gone) -> tuple[pa.Table, int]:
    """Return the rows that stay, without the bodies that mention what was withdrawn, and how many were changed."""
    import pyarrow as pa

    found = list(_rows(table))
    stays = [not is_of_withdrawn(row, gone) for row in found]
    bodies = [
        None if row["body"] is None or gone.is_in(row["body"]) else row["body"]
        for row, stay in zip(found, stays, strict=True)
        if stay
    ]
    lost = sum(
        row["body"] is not None and body is None
        for row, body in zip((row for row, stay in zip(found, stays, strict=True) if stay), bodies, strict=True)
    )
    kept = table.filter(pa.array(stays, pa.bool_()))
    place = kept.column_names.index("body")
    kept = kept.set_column(place, OBSERVED.arrow.field("body"), pa.array(bodies, pa.large_binary()))
    return kept.cast(OBSERVED.arrow), lost + stays.count(False)


def forget_here(root: Path, gone: Gone) -> dict[str, int]:
    """Remove what was withdrawn from the spool and the state of collecting. No byte of it is left in them.

    Returns:
        How many rows of each were removed.
    """
    folder = root / FOLDER
    done: dict[str, int] = {}
    if (folder / SPOOL).exists():
        with Spool(root) as spool:
            done["spool"] = spool.remove(lambda row: _is_withdrawn(row, gone))
    if (folder / STATE).exists():
        with State(root) as state:
            keys = [
                page.key
                for page in state.pages()
                if any(gone.refuses(page.sha256 or "", url) for url in (page.key, page.url))
            ]
            state.remove(keys)
            done["state"] = len(keys) + state.remove_files(gone.is_in)
            state.refuse(gone.urls)
    return {name: count for name, count in done.items() if count}


def _is_withdrawn(row: Row, gone: Gone) -> bool:
    if is_of_withdrawn(row.observation.as_dict(), gone):
        return True
    return row.capture is None and row.body is not None and gone.is_in(row.body)


def _readable(path: Path) -> Iterator[pa.Table]:
    """Yield the row groups of a file of observations; an error of the caller is not one of reading."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                yield file.read_row_group(number, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from None
