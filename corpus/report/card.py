"""Writes card.md, which describes the corpus on one page: figures, columns, languages, publishers, rights, loading."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from corpus.report.metrics import share
from corpus.report.tabular import by_group
from corpus.report.untrusted import markdown
from schemas.tables import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corpus.report.figures import Figures, Group, Holdings

# Notes are few; a card that lists thousands is not useful.
_MOST_NOTES: Final = 100
NO_NOTE: Final = "no note"

_LOAD: Final = """```python
import corpus

version = corpus.open()  # or a release: corpus.open("corpus@v1.0.0")
version.articles(since="2020-01-01", duplicates=False)  # polars.LazyFrame
version.arrow(), version.pandas(), version.duckdb(), version.to_huggingface()
```"""
_MORE: Final = (
    "`corpus versions` lists the releases, `corpus export` makes a folder of files to pass on. "
    "[dictionary.md](dictionary.md) has every table and check, [index.html](index.html) the figures in pictures."
)
_RIGHTS: Final = (
    "As given with `corpus add --licence`. The rights in each text are its publisher's; this note grants none."
)


def text(found: Figures, *, title: str, top: int, licences: Mapping[str, str | None]) -> str:
    """Return the content of card.md.

    Args:
        found: the figures.
        title: the title of the corpus.
        top: the number of publishers and languages that are named.
        licences: the note of licence or rights of each batch that has one.
    """
    ledger = found.ledger
    rows = [
        *figures(found),
        ("earlier revisions, in `data/revisions/`", f"{ledger.superseded:,}"),
        ("documents that repeat what is known", f"{ledger.repeats:,}"),
        ("documents in quarantine, in `data/quarantine/`", f"{ledger.quarantined:,}"),
    ]
    return "\n".join([
        f"# {markdown(title)}", "", summary(found), "",
        *table(("", ""), rows),
        *body(found, ARTICLES.names, top=top, licences=licences),
        "## Load it", "", _LOAD, "",
        _MORE, "",
    ])  # fmt: skip


def summary(found: Holdings) -> str:
    """Return a sentence that sums up the corpus."""
    publishers = sum(group.name is not None for group in found.publishers)
    languages = sum(group.name is not None for group in found.languages)
    whose = f"from {_count(publishers, 'publisher')} in {_count(languages, 'language')}"
    first, last = (found.days[0][0], found.days[-1][0]) if found.days else (None, None)
    when = f", published from {first} to {last}" if first != last else f", published on {first}" if first else ""
    return f"{_count(found.articles, 'news article')} {whose}{when}."


def figures(found: Holdings) -> list[tuple[str, str]]:
    """Return the most important figures, each with its name."""
    undated = found.articles - sum(count for _, count in found.days)
    captured = "–" if found.captured is None else f"{found.captured[0]} to {found.captured[1]}"
    return [
        ("articles", f"{found.articles:,}"),
        ("words", f"{found.words:,}"),
        ("words in the median article", "–" if found.median_words is None else f"{found.median_words:,.0f}"),
        ("articles marked as duplicates of another", f"{found.duplicates:,}"),
        ("articles without a date", f"{undated:,}"),
        ("captured", captured),
    ]


def body(found: Holdings, columns: Sequence[str], *, top: int, licences: Mapping[str, str | None]) -> list[str]:
    """Return the sections that every card has: columns, languages, publishers, licences."""
    filled = dict(found.filled)
    lines = ["## Columns", ""]
    lines += table(
        ("column", "type", "filled", "meaning"),
        (
            (f"`{column.name}`", f"`{column.type_name}`", _percent(filled.get(column.name), found.articles),
             column.meaning.replace("|", "\\|"))
            for column in ARTICLES.columns if column.name in columns
        ),
    )  # fmt: skip
    for name, groups in (("Languages", found.languages), ("Publishers", found.publishers)):
        rows = ((markdown(group), f"{count:,}") for group, count in by_group(groups, top))
        lines += [f"## {name}", "", *table((name.lower().removesuffix("s"), "articles"), rows)]
    return [*lines, "## Licences and rights", "", *rights(found.batches, licences)]


def rights(batches: Iterable[Group], licences: Mapping[str, str | None]) -> list[str]:
    """Return the notes of rights that were given when documents were added, each with its number of articles."""
    found = notes(batches, licences)
    rows = [
        (NO_NOTE if note is None else markdown(note), f"{named:,}", f"{articles:,}")
        for note, named, articles in found[:_MOST_NOTES]
    ]
    more = [f"And {len(found) - _MOST_NOTES:,} more notes, in `batches.yaml`.", ""] if len(found) > _MOST_NOTES else []
    return [
        _RIGHTS, "", *table(("licence or rights", "batches", "articles"), rows), *more,
    ]  # fmt: skip


def notes(batches: Iterable[Group], licences: Mapping[str, str | None]) -> list[tuple[str | None, int, int]]:
    """Return each note of a licence or rights with its batches and articles, most articles first, no note last."""
    articles: Counter[str | None] = Counter()
    named: Counter[str | None] = Counter()
    for batch in batches:
        note = licences.get(batch.name or "")
        articles[note] += batch.articles
        named[note] += 1
    order = sorted(articles, key=lambda note: (note is None, -articles[note], note or ""))
    return [(note, named[note], articles[note]) for note in order]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table and a blank line."""
    return [
        f"| {' | '.join(header)} |",
        f"|{'---|' * len(header)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def _percent(part: int | None, total: int) -> str:
    found = None if part is None else share(part, total)
    return "" if found is None else f"{100 * found:.4g} %"


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
