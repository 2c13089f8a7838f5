"""Write observations into the file of a batch, and read them row by row."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from corpus.batches.register import RawFile
from corpus.errors import InvariantError
from corpus.sources.web.outcomes import Observation
from schemas.observations import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from corpus.sources.web.spool import Row

_GROUP_ROWS: Final = 10_000
_GROUP_BYTES: Final = 32_000_000
_PAGE_BYTES: Final = 64_000_000
_REPEATING: Final = ("source", "via", "outcome", "media_type", "address", "robots_sha256")


class ObservationFile:
    """A file of observations that is being written.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self._writer = pq.ParquetWriter(
            path, OBSERVED.arrow, compression="zstd", compression_level=3, use_dictionary=list(_REPEATING),
            write_statistics=[name for name in OBSERVED.names if name not in {"body", "redirects"}],
            write_page_checksum=True, data_page_size=_PAGE_BYTES,
        )  # fmt: skip
        self._digest = hashlib.sha256()
        self._rows: list[dict[str, Any]] = []
        self._body_bytes = self._count = self._groups = 0

    def add(self, row: Row, *, is_evidence: bool) -> None:
        """Write an observation. Its body is kept if it is evidence and not a document."""
        values = row.observation.as_dict()
        self._digest.update(json.dumps(values, sort_keys=True, separators=(",", ":")).encode())
        values["at"] = row.observation.at
        values["body"] = row.body if is_evidence else None
        self._rows.append(
            {name: values.get(name) for name in OBSERVED.names} | {"redirects": values.get("redirects") or []}
        )
        self._body_bytes += len(values["body"] or b"")
        if len(self._rows) >= _GROUP_ROWS or self._body_bytes >= _GROUP_BYTES:
            self._flush()

    @property
    def digest(self) -> str:
        """Return the sha256, in hex, of the observations so far."""
        return self._digest.hexdigest()

    def finish(self, name: str) -> RawFile:
        """Close the file, and return its entry in the register under the name of its batch."""
        self._flush()
        self._writer.close()
        with self.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = self.path.stat().st_size
        return RawFile(f"{name}-observations.parquet", sha256, self._count, size, self._groups)

    def _flush(self) -> None:
        if not self._rows:
            return
        table = pa.Table.from_pylist(self._rows, schema=OBSERVED.arrow).combine_chunks()
        _require_promised(table)
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._count += table.num_rows
        self._groups += 1
        self._rows, self._body_bytes = [], 0


def _require_promised(table: pa.Table) -> None:
    """Raise InvariantError unless each observation is what its pandera model says."""
    import pandera.errors
    import polars as pl

    from schemas.models import observations

    try:
        observations().validate(pl.DataFrame(table), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        found = errors.failure_cases.select("column", "check", "failure_case").head(5).rows()
        raise InvariantError(f"Observations of a batch fail the checks of their table: {found}") from None


def read(path: Path) -> Iterator[Observation]:
    """Yield the observations in a batch's file, without bodies."""
    import pyarrow.parquet as pq

    columns = [name for name in OBSERVED.names if name != "body"]
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for number in range(file.num_row_groups):
            yield from _observations(file.read_row_group(number, columns=columns, use_threads=False))


def _observations(table: pa.Table) -> Iterable[Observation]:
    import polars as pl

    # Not `to_pylist`, which imports pandas for the sake of instants.
    for values in pl.DataFrame(table).iter_rows(named=True):
        given = {name: value for name, value in values.items() if value is not None}
        yield Observation.from_dict({**given, "at": values["at"].isoformat()})
