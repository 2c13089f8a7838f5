"""The pandera models: the checks of `documents`, and the promises of the published tables.

A model is derived from a table's columns, so that dtype and nullability are said once. Eager frames only:
on a LazyFrame pandera checks no values.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - a dataclass field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandera.polars as pa
import polars as pl

from schemas.rules import Check
from schemas.tables import DOCUMENTS, QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemas.table import Table

HEX_128: Final = r"^[0-9a-f]{32}$"
HEX_256: Final = r"^[0-9a-f]{64}$"
# C0 and C1 but newline; tabs are gone by then.
CONTROL: Final = r"[\x00-\x09\x0b-\x1f\x7f-\x9f]"
# RFC 1035
_LABEL: Final = 63
# Bytes that stay in the processor's cache.
_AT_ONCE: Final = 1 << 18
_HTTP: Final = r"^https?://(?:[^\s/?#@]*@)?(\[[^\]\s]+\]|[^\s/?#:\[\]]+)(?::\d+)?(?:[/?#]|$)"
# RFC 6761 and 6762, and what home and office networks use.
_PRIVATE_SUFFIXES: Final = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "test", "invalid",
    "onion", "home.arpa",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """The parameters of the checks."""

    min_words: int
    title_length: tuple[int, int]
    earliest_date: date
    latest_date: date | None


def model(table: Table, checks: Mapping[str, list[pa.Check]] | None = None) -> pa.DataFrameSchema:
    """The pandera model of a table, with checks by column."""
    checks = checks or {}
    dtypes = pl.DataFrame(table.arrow.empty_table()).schema
    columns = {
        column.name: pa.Column(dtypes[column.name], nullable=column.nullable, checks=checks.get(column.name))
        for column in table.columns
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.name)


def _check(name: Check, passes: Callable[[str], pl.Expr]) -> pa.Check:
    """A named check whose expression says, of each row, whether it passes; null passes."""

    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(passes(data.key).fill_null(value=True))

    return pa.Check(apply, name=name.value)


def documents(limits: Limits) -> pa.DataFrameSchema:
    """The model of `documents` with every check that a parsed row can fail."""
    low, high = limits.title_length

    def day(name: str) -> pl.Expr:
        column = pl.col(name)
        return column if name == "published_date" else column.dt.date()

    def latest() -> pl.Expr:
        captured = pl.col("captured_at").dt.date() + pl.duration(days=1)
        return captured.fill_null(pl.lit(limits.latest_date, dtype=pl.Date))

    early = _check(Check.DATE_EARLY, lambda key: day(key) >= limits.earliest_date)
    late = _check(Check.DATE_LATE, lambda key: day(key) <= latest())
    clean = _check(Check.CONTROL_CHARACTERS, lambda key: pl.col(key).map_batches(_is_clean, return_dtype=pl.Boolean))
    blank = _check(
        Check.LIST_BLANK,
        lambda key: pl.col(key).list.eval(pl.element().str.strip_chars() != "").list.all(),
    )
    return model(
        DOCUMENTS,
        {
            "title": [
                _check(Check.TITLE_MISSING, lambda key: pl.col(key).str.strip_chars().fill_null("") != ""),
                _check(
                    Check.TITLE_LENGTH,
                    lambda key: (
                        pl.col(key).str.strip_chars().str.len_chars().is_between(low, high)
                        | (pl.col(key).str.strip_chars() == "")
                    ),
                ),
                clean,
            ],
            "text": [clean],
            "word_count": [_check(Check.TEXT_SHORT, lambda key: pl.col(key) >= limits.min_words)],
            "published_date": [
                _check(Check.DATE_MISSING, lambda key: pl.col(key).is_not_null()),
                early,
                late,
            ],
            "published_at": [early, late],
            "modified_at": [
                early,
                late,
                _check(
                    Check.MODIFIED_EARLY,
                    lambda key: pl.col(key).dt.date() >= pl.col("published_date") - pl.duration(days=1),
                ),
            ],
            "url": [_check(Check.URL_NOT_PUBLIC, lambda key: _mapped(_host(key), is_public))],
            "language": [_check(Check.LANGUAGE_TAG, lambda key: _mapped(pl.col(key), is_language_tag))],
            "authors": [blank],
            "keywords": [blank],
            "image_credits": [blank],
        },
    )


def _is_clean(texts: pl.Series) -> pl.Series:
    """Which texts are free of control characters; null is."""
    # Hardly any batch has one: a look at all its bytes together costs half of a pattern on each text.
    if _has_controls(texts):
        return ~texts.str.contains(CONTROL)
    return pl.repeat(True, len(texts), eager=True)


def _has_controls(texts: pl.Series) -> bool:
    """Whether a control character stands, or may stand, in any of the texts."""
    # bytes of UTF-8: C0 but newline, DEL, and what C1 begins with (as do U+00A0 to U+00BF)
    array = texts.to_arrow()
    offsets, data = array.buffers()[1:3]
    if data is None:
        return False
    ends = np.frombuffer(offsets, np.int64)
    letters = np.frombuffer(data, np.uint8)[ends[array.offset] : ends[array.offset + len(array)]]
    for start in range(0, len(letters), _AT_ONCE):
        part = letters[start : start + _AT_ONCE]
        low = np.count_nonzero(part < ord(" ")) - np.count_nonzero(part == ord("\n"))
        if low or (part == 0x7F).any() or (part == 0xC2).any():
            return True
    return False


def _host(key: str) -> pl.Expr:
    """The host of an http(s) URL; "" for what is none."""
    host = pl.col(key).str.extract(_HTTP, 1)
    return pl.when(pl.col(key).is_not_null()).then(host.fill_null(""))


def _mapped(values: pl.Expr, test: Callable[[str], bool]) -> pl.Expr:
    """Apply a test to each distinct value; there are few hosts and fewer languages."""

    def apply(series: pl.Series) -> pl.Series:
        distinct = series.drop_nulls().unique()
        verdicts = pl.Series([test(value) for value in distinct], dtype=pl.Boolean)
        return series.replace_strict(distinct, verdicts, default=None, return_dtype=pl.Boolean)

    return values.map_batches(apply, return_dtype=pl.Boolean)


def failures(schema: pa.DataFrameSchema, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Which rows fail which check.

    Args:
        schema: a model whose checks are named.
        frame: the rows, eager.
        by: the columns that identify a row.

    Returns:
        `by`, `check` and `found` (the value, shortened), one row a failure.

    Raises:
        pandera.errors.SchemaErrors: the frame's columns or types are not the model's.
    """
    nothing = frame.select(*by, check=pl.lit(""), found=pl.lit(None, pl.String)).clear()
    try:
        schema.validate(frame.select(list(schema.columns)), lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        names = {check.name for column in schema.columns.values() for check in column.checks}
        if not set(cases["check"].unique()) <= names:
            raise
        failed = cases.select("column", "check").unique().sort("column", "check").rows()
    else:
        return nothing
    # pandera numbers rows by position; the masks of its checks are keyed by id instead.
    found = [nothing]
    lazy = frame.lazy()
    for column, name in failed:
        check = next(check for check in schema.columns[column].checks if check.name == name)
        mask = check(lazy, column).check_output.collect().to_series()
        found.append(frame.filter(~mask).select(*by, check=pl.lit(name), found=_shown(column, frame.schema[column])))
    return pl.concat(found)


def _shown(column: str, dtype: Any) -> pl.Expr:
    if column == "text":
        return pl.lit(None, pl.String)
    value = pl.col(column)
    if isinstance(dtype, pl.List):
        value = value.list.join(" | ")
    elif dtype == pl.Datetime:
        value = value.dt.to_string("iso:strict")
    shown = value.cast(pl.String).str.replace_all(CONTROL, "\N{REPLACEMENT CHARACTER}").str.slice(0, 200)
    return pl.format("{}: {}", pl.lit(column), shown.fill_null("none"))


def is_public(host: str) -> bool:
    """Whether a host, as it stands in a URL, is one that the public Internet could know. Asks no name server."""
    literal = host[1:].partition("]")[0] if host.startswith("[") else host
    try:
        address = ipaddress.ip_address(literal)
    except ValueError:
        name = literal.rstrip(".").lower()
        last = name.rpartition(".")[2]
        private = any(name == suffix or name.endswith(f".{suffix}") for suffix in _PRIVATE_SUFFIXES)
        labels = all(0 < len(label) <= _LABEL for label in name.split("."))
        return "." in name and labels and not private and not last.isdigit()
    return _is_public_address(address)


def _is_public_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    # Python calls multicast and the translated and tunnelled ranges global.
    if isinstance(address, ipaddress.IPv6Address):
        for inner in (address.ipv4_mapped, address.sixtofour, _translated(address)):
            if inner is not None:
                return _is_public_address(inner)
    return address.is_global and not address.is_multicast


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    inside = address in ipaddress.IPv6Network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if inside else None


def is_language_tag(tag: str) -> bool:
    """Whether a tag is valid BCP 47, by the registry."""
    import langcodes

    return langcodes.tag_is_valid(tag)


def _promise(name: str, holds: Callable[[str], pl.Expr]) -> pa.Check:
    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(holds(data.key).fill_null(value=True))

    return pa.Check(apply, name=name)


def published(table: Table) -> pa.DataFrameSchema:
    """The model of a published table: what `write` promises of every row, or stops."""
    hex_128 = _promise("128 bits in hex", lambda key: pl.col(key).str.contains(HEX_128))
    sound: dict[str, list[pa.Check]] = {
        "article_id": [hex_128],
        "text_hash": [hex_128],
        "duplicate_of": [hex_128],
        "document_id": [_promise("256 bits in hex", lambda key: pl.col(key).str.contains(HEX_256))],
        "revision": [_promise("counts from 1", lambda key: pl.col(key) >= 1)],
        "title": [_promise("has a title", lambda key: pl.col(key).str.strip_chars() != "")],
        "similarity": [_promise("lies in 0 to 1", lambda key: pl.col(key).is_between(0, 1))],
        "word_count": [_promise("is no less than 0", lambda key: pl.col(key) >= 0)],
    }
    if table is QUARANTINE:
        return model(table, {"document_id": sound["document_id"]})
    return model(table, {name: checks for name, checks in sound.items() if name in table.names})
