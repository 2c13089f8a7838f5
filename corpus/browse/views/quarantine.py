"""The documents in quarantine, by the check that they failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from corpus.browse.page import Page, Paging, Wanted
from corpus.errors import NotFound
from schemas.rules import RULES

if TYPE_CHECKING:
    from corpus.browse.opened import Opened

_SIZE: Final = 25
_CUT: Final = 1_000
_REASONS: Final = 8


def quarantine(wanted: Wanted) -> Page:
    """Return a page of the documents in quarantine: all, or those that failed the check in `check`.

    Raises:
        NotFound: no document failed this check.
    """
    opened, check = wanted.opened, wanted.asked.one("check")
    counted, documents = _counted(opened)
    if check and check not in counted:
        raise NotFound(f"No document in quarantine failed the check {check[:80]!r}.")
    paging = Paging.of(wanted.asked, counted[check] if check else documents, _SIZE)
    meanings = {one.value: rule.meaning for one, rule in RULES.items()}
    listed = _listed(opened, check, paging)
    values = {
        "checks": [(name, number, meanings.get(name, "")) for name, number in counted.items()],
        "check": check,
        "documents": documents,
        "listed": listed,
        "paging": paging,
        "most_reasons": _REASONS,
    }
    data = {"checks": counted, "documents": documents, "check": check or None, **paging.data(), "listed": listed}
    return Page("quarantine.html.jinja", "Quarantine", values, data, part="quarantine")


def _checks() -> pl.Expr:
    return pl.col("reasons").list.eval(pl.element().struct.field("check")).list.unique()


def _counted(opened: Opened) -> tuple[dict[str, int], int]:
    """Return how many documents failed each check, most first, and how many there are in all."""
    rows = opened.scan("quarantine")
    each = rows.select(_checks().alias("check")).explode("check").drop_nulls().group_by("check").len().collect()
    order = sorted(each.iter_rows(), key=lambda row: (-row[1], row[0]))
    return dict(order), int(rows.select(pl.len()).collect().item())


def _listed(opened: Opened, check: str, paging: Paging) -> list[dict[str, Any]]:
    rows = opened.scan("quarantine")
    if check:
        rows = rows.filter(_checks().list.contains(check))
    cut = [pl.col(name).str.slice(0, _CUT) for name in ("source", "title", "url", "media_type", "excerpt")]
    reasons = pl.col("reasons").list
    some = rows.slice(paging.offset, paging.size).select(
        "document_id", "batch", "size", "captured_at", *cut, reasons.head(_REASONS), reasons.len().alias("failed")
    )
    found = some.collect().to_dicts()
    for row in found:
        for reason in row["reasons"]:
            reason["found"] = reason["found"] and reason["found"][:_CUT]
    return found
