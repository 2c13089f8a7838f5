from __future__ import annotations

import contextlib
import csv
import io
import json

from hypothesis import example, given
from hypothesis import strategies as st

from corpus.sources import rows
from corpus.sources.entries import Item, Reason, Selection, Skipped

FIELDS = st.text(st.sampled_from('ab,;"\n\r\t \x00\x1f\x7f\x85\u2028é東😀\\/'), max_size=12)


def plainly(text):
    """What the csv and json modules say of a table, row by row; a line by itself may have stray quotation marks."""
    told = []
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []
    reader = csv.reader(lines, strict=True)
    header = None
    while True:
        before = reader.line_num
        try:
            fields = next(reader)
        except StopIteration:
            return told
        except csv.Error:
            fields = [None]
            if reader.line_num == before + 1:
                with contextlib.suppress(csv.Error):
                    fields = next(csv.reader([lines[before]]))
        if fields and header is None and fields != [None]:
            header = [name.strip() for name in fields]
        elif fields and header and len(fields) == len(header):
            row = {name: value for name, value in zip(header, fields, strict=True) if value}
            told.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())
        elif fields:
            told.append(None)


class Slow(io.BytesIO):
    """As few bytes at a time as a slow pipe gives."""

    def __init__(self, data, size):
        super().__init__(data)
        self.size = size

    def read(self, asked=-1, /):
        return super().read(min(asked, self.size))


def found(data, size=1 << 20):
    entries = list(rows.read(Slow(data, size), "x.csv", "x", Selection(), seekable=False))
    return [one for one in entries if isinstance(one, Item) or one.detail != "no row"]


def check(text, size):
    expected = plainly(text)
    for entries in (found(text.encode()), found(text.encode(), size)):
        # What a quotation mark holds that is never closed is no row; it is told, and has a test of its own.
        if entries and isinstance(entries[-1], Skipped) and entries[-1].reason is Reason.TORN:
            entries.pop()
            expected = expected[: len(entries)]
        assert [one.data if isinstance(one, Item) else None for one in entries] == expected


@given(st.lists(st.lists(FIELDS, min_size=2, max_size=3), max_size=6), st.integers(1, 40))
# The module writes a carriage return as it is, which breaks the row.
@example(table=[["", ""], ["\r", "\n", ","]], size=1)
def test_rows_are_what_csv_and_json_make_of_them(table, size):
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([["title", "te,xt"], *table])
    check(written.getvalue(), size)


@given(FIELDS.map(lambda text: "title,text\n" + text * 3), st.integers(1, 40))
@example(text='title,text\n"\n,";"\n,";"\n,";', size=1)
def test_so_are_tables_that_nobody_wrote_by_the_rules(text, size):
    check(text, size)


@given(st.lists(st.binary(max_size=8).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.integers(1, 12))
def test_lines_and_what_is_too_long(lines, most):
    data = b"\n".join(lines)
    whole = data.removesuffix(b"\n").split(b"\n") if data else []
    expected = [line if len(line) <= most else len(line) for line in whole]
    for size in (1, 3, 100):
        assert list(rows.lines(Slow(data, size), most)) == expected, size
