"""index.html: one self-contained page. No script, nothing from elsewhere, and every string of a document escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from corpus.report.charts import HEIGHT, WIDTH, timeline
from corpus.report.tabular import OTHERS, UNKNOWN, by_group
from schemas import RULES, Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from corpus.report.figures import Figures

_LONGEST: Final = 300
# Control characters, and those that would reorder the page around them.
_UNSAFE: Final = {
    **dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), None),
}
_NAMES: Final = {
    "url": "URL", "publisher": "publisher", "language": "language", "published_date": "day of publication",
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
    return _environment().get_template("page.html.jinja").render(
        title=title,
        css=(resources.files("corpus.report") / "page.css").read_text(encoding="utf-8"),
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


def _safe(value: object) -> str:
    """Text of unknown origin on one line, of bounded length."""
    shown = " ".join(str(value).translate(_UNSAFE).split())
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _web(value: str | None) -> str | None:
    """An address that may be a link; None otherwise."""
    return value if value and value.startswith(("https://", "http://")) and len(value) <= 2_000 else None


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("corpus.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(safe_text=_safe, web=_web, count=lambda number: f"{number:,}")
    return environment
