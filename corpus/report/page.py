"""Writes index.html: a self-contained page without script, in which every string of a document is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.report.card import notes
from corpus.report.charts import HEIGHT, WIDTH, timeline
from corpus.report.markup import css, environment
from corpus.report.tabular import OTHERS, UNKNOWN, by_group, by_language
from schemas.rules import RULES, Check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.report.figures import Figures, Group
    from corpus.tables.ledger import Ledger

NAMES: Final = {
    "url": "URL", "publisher": "publisher", "publication": "publication", "page": "page", "edition": "edition",
    "accession": "accession number", "language": "language", "published_date": "day of publication",
    "published_at": "instant of publication", "modified_at": "instant of change", "authors": "authors",
    "agency": "agency", "section": "section", "description": "description", "keywords": "keywords",
    "image_credits": "picture credits",
}  # fmt: skip


# Licences are few; the card names all of them.
_MOST_LICENCES: Final = 8
# As many digits of the version as name it.
_DIGITS: Final = 12


def text(found: Figures, *, title: str, top: int, licences: Mapping[str, str | None], version: str) -> str:
    """Return the page.

    Args:
        found: the figures.
        title: the title of the corpus.
        top: the number of publishers, languages and sections that are shown; the others are added up.
        licences: the note of licence or rights of each batch that has one.
        version: a digest of the content of the tables, in hex; if it is empty, the page names none.
    """
    ledger = found.ledger
    languages = by_language(found.languages)
    rights = notes(found.batches, licences)
    return environment().get_template("page.html.jinja").render(
        title=title,
        css=css(),
        found=found,
        ledger=ledger,
        parts=parts(ledger),
        chart=timeline(found.days),
        width=WIDTH,
        height=HEIGHT,
        publishers=bars(by_group(found.publishers, top)) if named(found.publishers) else [],
        languages=bars(by_group(languages, top)) if named(languages) else [],
        sections=bars(by_group(found.sections, top)) if named(found.sections) else [],
        version=version[:_DIGITS],
        rights=[{"note": "none noted" if note is None else note, "articles": articles}
                for note, _, articles in rights[:_MOST_LICENCES]],
        more_rights=len(rights) - _MOST_LICENCES,
        filled=[(NAMES[name], count, percent(count, ledger.articles)) for name, count in found.filled],
        undated=ledger.articles - sum(count for _, count in found.days),
        rules={check.value: rule.meaning for check, rule in RULES.items()},
        checks=len(Check),
        more_quarantined=ledger.quarantined - len(found.quarantined_documents),
        named_publishers=named(found.publishers),
        named_languages=named(languages),
        named_sections=named(found.sections),
    )  # fmt: skip


def parts(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the parts of a ledger in the template: name, count, meaning, share and start in percent."""
    rows = [
        ("article", "articles", ledger.articles, "current revisions of articles"),
        ("superseded", "superseded", ledger.superseded, "earlier revisions, kept in data/revisions/"),
        ("repeat", "repeats", ledger.repeats, "the same content as a known document"),
        ("duplicate", "duplicates", ledger.duplicates, "nearly the same text as another article, left out"),
        ("quarantined", "quarantined", ledger.quarantined, "failed a blocking check"),
    ]
    found: list[dict[str, Any]] = []
    before = 0
    for one, many, count, meaning in rows:
        found.append(
            {
                "kind": many,
                "name": one if count == 1 else many,
                "count": count,
                "meaning": meaning,
                "share": percent(count, ledger.documents),
                "start": percent(before, ledger.documents),
            }
        )
        before += count
    return found


def percent(part: int, total: int) -> float:
    """Return a share in percent with two decimals; 0 if the total is 0."""
    return round(100 * part / total, 2) if total else 0.0


def named(groups: Sequence[Group]) -> int:
    """Return the number of groups that have a name."""
    return sum(group.name is not None for group in groups)


def bars(rows: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return rows of names and counts for the template, each with the width of its bar in percent."""
    # What was added up has no bar: it would make those of the named ones too short to compare.
    most = max((count for name, count in rows if name not in {OTHERS, UNKNOWN}), default=1)
    return [
        {"name": name, "count": count, "share": 0 if rest else round(100 * count / most, 1), "rest": rest}
        for name, count in rows
        for rest in [name in {OTHERS, UNKNOWN}]
    ]
