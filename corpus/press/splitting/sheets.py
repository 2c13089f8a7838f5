"""Spreadsheets of Integrum, BIGKinds and ProQuest, and any other whose columns have names that are known."""

from __future__ import annotations

import json
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.formats.labels import column, field_of
from corpus.press.splitting import workbook
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

# The names of columns are at the top, below at most some lines about the search.
MOST_ABOVE: Final = 20
_MOST_ROW_BYTES: Final = 16_000_000
_SEPARATOR: Final = "\t"


class _Sheets:
    """Workbooks in which a row is an article, and the first row names the columns."""

    database = title = ""
    # Columns that are there in each export, as `labels.column` compares them.
    needed: frozenset[str] = frozenset()

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "xlsx":
            return 0.0
        lines = (line.split(_SEPARATOR) for line in sample.text.split("\n"))
        return 0.95 if any(self.names_columns(cells) for cells in lines) else 0.0

    def names_columns(self, cells: list[str]) -> bool:
        """Return whether a row has the names of this database's columns."""
        return self.needed <= {column(cell) for cell in cells}

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the rows, each as JSON: a list of pairs of a column's name and the cell's value."""
        for _, rows in groupby(workbook.rows(stream), attrgetter("sheet")):
            yield from self._of_sheet(rows)

    def _of_sheet(self, rows: Iterator[workbook.Row]) -> Iterator[Piece | Aside | TooLarge]:
        names: list[str] = []
        for number, row in enumerate(rows):
            if not names:
                if self.names_columns(list(row.cells)):
                    names = [one.strip() for one in row.cells]
                    if number:
                        yield Aside("lines above the columns")
                elif number >= MOST_ABOVE:
                    break
                continue
            pairs = [(name, value) for name, value in zip(names, row.cells, strict=False) if name and value.strip()]
            if not any(field_of(column(name)) in _CONTENT for name, _ in pairs):
                yield Aside("a row without title and text")
            elif all(name == value.strip() for name, value in pairs):
                yield Aside("names of columns again")
            else:
                data = json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
                yield Piece(data, "row") if len(data) <= _MOST_ROW_BYTES else TooLarge(len(data))
        if not names:
            yield Aside("a sheet without articles")


_CONTENT: Final = frozenset({"title", "text", "description"})


class IntegrumSheets(_Sheets):
    """Integrum's XLSX, whose column `Анонс` has the text."""

    database, title = "integrum", "Integrum"
    needed = frozenset(map(column, ("Источник", "Дата", "Заголовок", "Анонс")))


class BigKindsSheets(_Sheets):
    """XLSX of BIGKinds, the Korea Press Foundation's database."""

    database, title = "bigkinds", "BIGKinds"
    needed = frozenset(map(column, ("뉴스 식별자", "일자", "언론사", "제목")))


class ProQuestSheets(_Sheets):
    """ProQuest's XLSX, whose columns have names such as `pubtitle` and `StoreId`."""

    database, title = "proquest", "ProQuest"
    needed = frozenset(map(column, ("Title", "StoreId", "pubtitle")))


class KnownSheets(_Sheets):
    """A workbook of any origin, with columns for title, text, and date or publication in a known language."""

    database, title = "sheet", "a spreadsheet"

    def recognises(self, sample: Sample) -> float:
        """Return how sure it is that a file is of this kind: less than any database's own."""
        return min(super().recognises(sample), 0.6)

    def names_columns(self, cells: list[str]) -> bool:
        """Return whether a row names columns for title, text, and date or publication."""
        fields = {field_of(column(cell)) for cell in cells}
        return {"title", "text"} <= fields and bool(fields & {"date", "publication"})


def sample(stream: BinaryIO, name: str) -> Sample:
    """Return the first rows of a workbook's sheets, a line each, its cells apart by tabs.

    Raises:
        Unreadable: it cannot be read.
    """
    lines: list[str] = []
    above, last = 0, -1
    for row in workbook.rows(stream):
        above = above + 1 if row.sheet == last else 0
        last = row.sheet
        if above <= MOST_ABOVE:
            lines.append(_SEPARATOR.join(" ".join(cell[:200].split()) for cell in row.cells))
        elif row.sheet:
            # Of a workbook with many sheets the first rows of two tell what it is.
            break
    return Sample(name, "xlsx", b"", "\n".join(lines))
