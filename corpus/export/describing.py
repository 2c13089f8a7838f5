"""Writes the small files beside the data: card, dictionary, licences, ledger and metadata."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

from corpus.export import card, croissant
from corpus.export.contents import Contents
from corpus.report.card import NO_NOTE, rights, summary, table
from corpus.report.untrusted import markdown
from corpus.snapshots.splits import SHARES
from schemas.tables import ARTICLES

__all__ = ["Contents", "texts"]

_NULLS: Final = "A `?` behind a type means that the column may be null; lists never are, but may be empty."


def texts(contents: Contents) -> dict[str, str]:
    """Return the contents of the files by their names."""
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
        "## How they are written", "", contents.format.meaning, "",
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
        "format": contents.format.name,
        "filters": contents.selection.as_dict(),
        "columns": list(contents.columns),
        "splits": None if contents.split_seed is None else {"seed": contents.split_seed, "shares": SHARES},
        "exported": {"articles": contents.holdings.articles, "left_out": dict(contents.left_out)},
        "files": [asdict(file) for file in contents.files],
    }
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
