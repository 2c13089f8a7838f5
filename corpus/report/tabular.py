"""Writes the CSV files for `dvc plots`. A spreadsheet takes no cell for a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from corpus.report.figures import Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from corpus.report.figures import Figures

# A cell that begins so may be taken for a formula, to be calculated on opening.
# Spreadsheets in East Asia take the wide forms for the narrow ones, and DDE begins with a bar.
FORMULA: Final = (*"=+-@|", *"＝＋－＠｜", *"﹦﹢﹣﹫", "\t", "\r", "\n")
UNKNOWN: Final = "(unknown)"
OTHERS: Final = "(others)"
# Gaps are filled only where that makes sense: one article of 1605 would make 5,000 empty months.
_MOST_MONTHS: Final = 1_200


def texts(found: Figures, *, top: int) -> dict[str, str]:
    """Return the contents of the files by their names."""
    return {
        "articles_by_month.csv": _csv(("month", "articles"), by_month(found.days)),
        "articles_by_publisher.csv": _csv(("publisher", "articles"), by_group(found.publishers, top)),
        "articles_by_language.csv": _csv(("language", "articles"), by_group(found.languages, top)),
        "verdicts_by_check.csv": _csv(
            ("check", "severity", "documents"), ((v.check, v.severity, v.documents) for v in found.verdicts)
        ),
    }


def by_month(days: Sequence[tuple[date, int]]) -> list[tuple[str, int]]:
    """Return the articles per month from the first to the last, with empty months unless there are too many."""
    counts: dict[int, int] = {}
    for day, count in days:
        month = day.year * 12 + day.month - 1
        counts[month] = counts.get(month, 0) + count
    if not counts:
        return []
    first, last = min(counts), max(counts)
    months: Iterable[int] = range(first, last + 1) if last - first < _MOST_MONTHS else sorted(counts)
    return [(f"{month // 12:04d}-{month % 12 + 1:02d}", counts.get(month, 0)) for month in months]


def by_group(groups: Sequence[Group], top: int) -> list[tuple[str, int]]:
    """Return the largest groups, then all others together, then those without a name."""
    named = [group for group in groups if group.name is not None]
    rows = [(group.name or "", group.articles) for group in named[:top]]
    others = sum(group.articles for group in named[top:])
    unknown = sum(group.articles for group in groups if group.name is None)
    return [*rows, *([(OTHERS, others)] if others else []), *([(UNKNOWN, unknown)] if unknown else [])]


def by_language(groups: Sequence[Group]) -> list[Group]:
    """Return the groups of languages with their regional forms added up: en-GB and en-US are `en`."""
    merged: dict[str | None, Group] = {}
    for group in groups:
        name = None if group.name is None else group.name.partition("-")[0].lower()
        known = merged.get(name, Group(name, 0, 0))
        merged[name] = Group(name, known.articles + group.articles, known.words + group.words)
    return sorted(merged.values(), key=lambda group: (group.name is None, -group.articles, group.name or ""))


def _csv(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return out.getvalue()


def _safe(cell: str | int) -> str | int:
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell
