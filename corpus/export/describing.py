"""The small files beside the data: card, dictionary, licences, ledger and metadata."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

from corpus.export import card, croissant
from corpus.export.contents import Contents
from corpus.export.files import Format
from corpus.report.card import NO_NOTE, rights, summary, table
from corpus.report.untrusted import markdown
from corpus.snapshots.splits import SHARES
from schemas import ARTICLES

__all__ = ["Contents", "texts"]

_NULLS: Final = "A `?` behind a type means that the column may be null; lists never are, but may be empty."
_WRITTEN: Final = {
    Format.PARQUET: "Parquet: types as in the table; times are UTC.",
    Format.HUGGINGFACE: "Parquet: types as in the table; times are UTC.",
    Format.JSONL: "JSON Lines, UTF-8: one object a line; days and instants are strings in ISO 8601, instants in UTC.",
    Format.JSONL_ZST: (
        "JSON Lines, UTF-8, compressed by zstd: one object a line; days and instants are strings in ISO 8601, "
        "instants in UTC."
    ),
    Format.CSV: (
        "CSV as in RFC 4180, UTF-8, with a header: days and instants in ISO 8601, instants in UTC; lists are JSON in "
        'their cell; null is an empty cell, an empty string is `""`. So that no spreadsheet takes a text for a '
        "formula, a cell has an apostrophe put before it if it begins with `=`, `+`, `-`, `@`, `|`, one of "
        "these in full width or small, a tab, a carriage return or a line feed, or "
        "with apostrophes and then one of these. Without one it is the text again."
    ),
}  # fmt: skip


def texts(contents: Contents) -> dict[str, str]:
    """The files' contents by name."""
    return {
        "README.md": card.text(contents),
        "dictionary.md": _dictionary(contents),
        "LICENCES.md": _licences(contents),
        "ledger.json": _ledger(contents),
        "metadata.json": croissant.text(contents, summary(contents.holdings)),
    }


def _dictionary(contents: Contents) -> str:
    known = {column.name: column for column in ARTICLES.columns}
    rows = (
        (f"`{name}`", f"`{known[name].type_name}`", known[name].meaning.replace("|", "\\|"))
        for name in contents.columns
        if name in known
    )
    return "\n".join([
        "# Columns", "", f"{ARTICLES.meaning} {_NULLS}", "", *table(("column", "type", "meaning"), rows),
        "## How they are written", "", _WRITTEN[contents.format], "",
    ])  # fmt: skip


def _licences(contents: Contents) -> str:
    about, batches = contents.about, contents.holdings.batches
    rows = (
        (f"`{batch.name}`", f"{batch.articles:,}", markdown(about.licences.get(batch.name or "") or NO_NOTE))
        for batch in sorted(batches, key=lambda batch: batch.name or "")
    )
    return "\n".join([
        "# Licences and rights", "", *rights(batches, about.licences),
        "## By batch", "", *table(("batch", "articles", "licence or rights"), rows),
    ])  # fmt: skip


def _ledger(contents: Contents) -> str:
    about = contents.about
    values = {
        "title": about.title,
        "release": about.release,
        "commit": about.commit,
        "articles_md5": about.md5,
        "engine": about.engine,
        "ledger": dict(about.ledger),
        "format": contents.format.value,
        "filters": contents.selection.as_dict(),
        "columns": list(contents.columns),
        "splits": None if contents.split_seed is None else {"seed": contents.split_seed, "shares": SHARES},
        "exported": {"articles": contents.holdings.articles, "left_out": dict(contents.left_out)},
        "files": [asdict(file) for file in contents.files],
    }
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
