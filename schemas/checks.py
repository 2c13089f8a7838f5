"""The checks on the table of documents: each is an expression that is true for the rows that pass.

`models` makes pandera checks of them. `failing` evaluates them directly, for a few documents, without the
half second that importing pandera takes; a test compares both.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - a dataclass field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from schemas.dates import DateSource
from schemas.rules import CONTROL, Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from schemas.table import Table

# RFC 1035
_LABEL: Final = 63
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


@dataclass(frozen=True, slots=True)
class Passes:
    """A check, and the expression over a column that is true of the rows that pass; null passes."""

    check: Check
    expression: Callable[[str], pl.Expr]

    def of(self, column: str) -> pl.Expr:
        """The expression over a column, without nulls."""
        return self.expression(column).fill_null(value=True)


def checks(limits: Limits) -> dict[str, tuple[Passes, ...]]:
    """Every check that a parsed row can fail, by the column that it is of."""
    low, high = limits.title_length

    def day(name: str) -> pl.Expr:
        column = pl.col(name)
        return column if name == "published_date" else column.dt.date()

    def latest() -> pl.Expr:
        captured = pl.col("captured_at").dt.date() + pl.duration(days=1)
        return captured.fill_null(pl.lit(limits.latest_date, dtype=pl.Date))

    early = Passes(Check.DATE_EARLY, lambda key: day(key) >= limits.earliest_date)
    late = Passes(Check.DATE_LATE, lambda key: day(key) <= latest())
    blank = Passes(
        Check.LIST_BLANK,
        lambda key: pl.col(key).list.eval(pl.element().str.strip_chars() != "").list.all(),
    )
    return {
        "title": (
            Passes(Check.TITLE_MISSING, lambda key: pl.col(key).str.strip_chars().fill_null("") != ""),
            Passes(
                Check.TITLE_LENGTH,
                lambda key: (
                    pl.col(key).str.strip_chars().str.len_chars().is_between(low, high)
                    | (pl.col(key).str.strip_chars() == "")
                ),
            ),
            Passes(Check.CONTROL_CHARACTERS, lambda key: ~pl.col(key).str.contains(CONTROL)),
        ),
        # Counted by ingest, which has the texts at hand: nobody reads them again for this.
        "control_characters": (Passes(Check.CONTROL_CHARACTERS, lambda key: pl.col(key) == 0),),
        "word_count": (Passes(Check.TEXT_SHORT, lambda key: pl.col(key) >= limits.min_words),),
        "published_date": (
            Passes(Check.DATE_MISSING, lambda key: pl.col(key).is_not_null()),
            early,
            late,
        ),
        "published_at": (early, late),
        "modified_at": (
            early,
            late,
            Passes(
                Check.MODIFIED_EARLY,
                lambda key: pl.col(key).dt.date() >= pl.col("published_date") - pl.duration(days=1),
            ),
        ),
        "url": (Passes(Check.URL_NOT_PUBLIC, lambda key: _mapped(_host(key), is_public)),),
        "language": (Passes(Check.LANGUAGE_TAG, lambda key: _mapped(pl.col(key), is_language_tag)),),
        "authors": (blank,),
        "keywords": (blank,),
        "image_credits": (blank,),
    }


# The columns of `documents` that are looked at: all but the long ones.
CHECKED: Final = (
    "document_id", "source", "batch", "captured_at", "url", "title", "authors", "keywords", "language",
    "published_date", "published_at", "modified_at", "image_credits", "word_count", "text_hash", "control_characters",
    "problems",
)  # fmt: skip


def failing(
    known: Mapping[str, Sequence[Passes]],
    frame: pl.DataFrame,
    by: list[str],
    only: Iterable[tuple[str, str]] | None = None,
) -> pl.DataFrame:
    """Which rows fail which check.

    Args:
        known: checks by column.
        frame: the rows, eager.
        by: the columns that identify a row.
        only: columns and names of the checks to look at; None for all.

    Returns:
        `by`, `check` and `found` (the value, shortened), one row a failure, by column and check.
    """
    found = [frame.select(*by, check=pl.lit(""), found=pl.lit(None, pl.String)).clear()]
    asked = None if only is None else set(only)
    each = sorted(
        ((column, one) for column, several in known.items() for one in several),
        key=lambda pair: (pair[0], pair[1].check.value),
    )
    chosen = [(column, one) for column, one in each if asked is None or (column, one.check.value) in asked]
    # All at once, for hardly any fails, and each look at a frame of its own costs more than the check.
    failed = frame.select((~one.of(column)).alias(str(number)) for number, (column, one) in enumerate(chosen))
    for (column, one), mask in zip(chosen, failed.iter_columns(), strict=True):
        if mask.any():
            rows = frame.filter(mask)
            found.append(rows.select(*by, check=pl.lit(one.check.value), found=_shown(column, frame.schema[column])))
    return pl.concat(found)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised of every value of a column; null keeps it, where null is allowed."""

    meaning: str
    expression: Callable[[str], pl.Expr]

    def of(self, column: str) -> pl.Expr:
        """The expression over a column, without nulls."""
        return self.expression(column).fill_null(value=True)


_HEX_128: Final = Promise("128 bits in hex", lambda key: pl.col(key).str.contains(r"^[0-9a-f]{32}$"))
_PROMISES: Final[dict[str, Promise]] = {
    "article_id": _HEX_128,
    "text_hash": _HEX_128,
    "duplicate_of": _HEX_128,
    "contained_in": _HEX_128,
    "document_id": Promise("256 bits in hex", lambda key: pl.col(key).str.contains(r"^[0-9a-f]{64}$")),
    "date_source": Promise("is a known source", lambda key: pl.col(key).is_in([source.value for source in DateSource])),
    "revision": Promise("counts from 1", lambda key: pl.col(key) >= 1),
    "title": Promise("has a title", lambda key: pl.col(key).str.strip_chars() != ""),
    "similarity": Promise("lies in 0 to 1", lambda key: pl.col(key).is_between(0, 1)),
    "containment": Promise("lies in 0 to 1", lambda key: pl.col(key).is_between(0, 1)),
    "word_count": Promise("is no less than 0", lambda key: pl.col(key) >= 0),
}


def promises(table: Table) -> dict[str, Promise]:
    """What a published table promises of its values, by column. Quarantined documents may lack anything."""
    names = {"document_id"} if table.name == "quarantine" else set(table.names)
    return {name: promise for name, promise in _PROMISES.items() if name in names}


def broken(table: Table, frame: pl.DataFrame) -> bool:
    """Whether any row of a frame breaks a promise of its table."""
    kept = frame.select(promise.of(name).all() for name, promise in promises(table).items())
    return not all(kept.row(0))


def _shown(column: str, dtype: Any) -> pl.Expr:
    value = pl.col(column)
    if isinstance(dtype, pl.List):
        value = value.list.join(" | ")
    elif dtype == pl.Datetime:
        value = value.dt.to_string("iso:strict")
    shown = value.cast(pl.String).str.replace_all(CONTROL, "\N{REPLACEMENT CHARACTER}").str.slice(0, 200)
    return pl.format("{}: {}", pl.lit(column), shown.fill_null("none"))


def _host(key: str) -> pl.Expr:
    """The host of an http(s) URL; "" for other values."""
    host = pl.col(key).str.extract(_HTTP, 1)
    return pl.when(pl.col(key).is_not_null()).then(host.fill_null(""))


def _mapped(values: pl.Expr, test: Callable[[str], bool]) -> pl.Expr:
    """Apply a test to each distinct value; there are few hosts and fewer languages."""

    def apply(series: pl.Series) -> pl.Series:
        distinct = series.drop_nulls().unique()
        verdicts = pl.Series([test(value) for value in distinct], dtype=pl.Boolean)
        return series.replace_strict(distinct, verdicts, default=None, return_dtype=pl.Boolean)

    return values.map_batches(apply, return_dtype=pl.Boolean)


def is_public(host: str) -> bool:
    """Whether a host, as written in a URL, is one that the public Internet could know. Asks no name server."""
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
