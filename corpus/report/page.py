"""index.html: one self-contained page. No script, nothing from elsewhere, and every string of a document escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.report.charts import HEIGHT, WIDTH, timeline
from corpus.report.markup import css, environment
from corpus.report.tabular import OTHERS, UNKNOWN, by_group
from schemas import RULES, Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.report.figures import Figures

_NAMES: Final = {
    "url": "URL", "publisher": "publisher", "publication": "publication", "page": "page", "edition": "edition",
    "accession": "accession number", "language": "language", "published_date": "day of publication",
    "published_at": "instant of publication", "modified_at": "instant of change", "authors": "authors",
    "agency": "agency", "section": "section", "description": "description", "keywords": "keywords",
    "image_credits": "picture credits",
}  # fmt: skip


def text(found: Figures, *, title: str, top: int) -> str:
    """The page.

    Args:
        found: the figures.
        title: what the corpus is called.
        top: how many publishers and languages are shown; the rest is summed up.
    """
    ledger = found.ledger
    parts = [
        ("articles", ledger.articles, "current revisions of articles"),
        ("superseded", ledger.superseded, "earlier revisions, kept in data/revisions/"),
        ("repeats", ledger.repeats, "said what was known already"),
        ("duplicates", ledger.duplicates, "had another article's text, and were dropped"),
        ("quarantined", ledger.quarantined, "failed a blocking check"),
    ]
    return environment().get_template("page.html.jinja").render(
        title=title,
        css=css(),
        found=found,
        ledger=ledger,
        parts=[{"name": name, "count": count, "meaning": meaning, "share": _percent(count, ledger.documents)}
               for name, count, meaning in parts],
        chart=timeline(found.days),
        width=WIDTH,
        height=HEIGHT,
        publishers=_bars(by_group(found.publishers, top)),
        languages=_bars(by_group(found.languages, top)),
        filled=[(_NAMES[name], count, _percent(count, ledger.articles)) for name, count in found.filled],
        undated=ledger.articles - sum(count for _, count in found.days),
        rules={check.value: rule.meaning for check, rule in RULES.items()},
        checks=len(Check),
        more_held=ledger.quarantined - len(found.held),
        named_publishers=sum(group.name is not None for group in found.publishers),
        named_languages=sum(group.name is not None for group in found.languages),
    )  # fmt: skip


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _bars(rows: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    most = max((count for _, count in rows), default=1)
    return [
        {"name": name, "count": count, "share": round(100 * count / most, 1), "rest": name in {OTHERS, UNKNOWN}}
        for name, count in rows
    ]
