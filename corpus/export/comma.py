"""Exports as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

import polars as pl

from corpus.export.iso import with_iso
from corpus.report.tabular import FORMULA

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

# What a cell must not begin with, also behind what a spreadsheet may pass over: spaces, controls, what is not seen.
# Apostrophes before it count, so that one more can be distinguished from those of the text.
_RISKY: Final = rf"\A['\s\p{{Z}}\p{{C}}]*[{re.escape(''.join(FORMULA))}]"


class Csv:
    """One or more CSV files. See `Format`."""

    name = "csv"
    suffix = ".csv"
    media_type = "text/csv"
    meaning = (
        "CSV as in RFC 4180, UTF-8, with a header: days and instants in ISO 8601, instants in UTC; lists"
        ' are JSON in their cell; null is an empty cell, an empty string is `""`. So that no spreadsheet'
        " takes a text for a formula, a cell has an apostrophe put before it if it begins with `=`, `+`,"
        " `-`, `@`, `|`, one of these in full width or small, a tab, a carriage return or a line feed, "
        "or with apostrophes, spaces or characters that are not seen and then one of these. Without one it is the "
        "text again."
    )
    stem = "articles"
    lists_are_text = True

    def open(self, path: Path, schema: pa.Schema) -> CsvFile:
        """Begin a file of rows of a schema."""
        del schema  # the first rows name the columns
        return CsvFile(path.open("wb"))

    def reading(self, files: str) -> str:
        """Return a line of Python that reads the files."""
        return f'pl.read_csv("{files}")'


class CsvFile:
    """A CSV file by RFC 4180 in UTF-8: lists are JSON, and a spreadsheet takes no cell for a formula."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_first = True

    def write(self, rows: pa.Table) -> None:
        """Write some rows."""
        frame = with_iso(pl.DataFrame(rows))
        frame = frame.select(_as_json(name) if dtype.is_nested() else name for name, dtype in frame.schema.items())
        frame = frame.with_columns(_defused(name) for name, dtype in frame.schema.items() if dtype == pl.String)
        self._file.write(frame.write_csv(include_header=self._is_first, line_terminator="\n").encode())
        self._is_first = False

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _as_json(name: str) -> pl.Expr:
    # Only structs can be encoded: the list is wrapped, and its name and braces cut off again.
    wrapped = pl.struct(pl.col(name).alias("_")).struct.json_encode()
    return wrapped.str.slice(len('{"_":')).str.head(-1).alias(name)


def _defused(name: str) -> pl.Expr:
    column = pl.col(name)
    return pl.when(column.str.contains(_RISKY)).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).alias(name)
