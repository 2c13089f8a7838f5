"""Summarise in a few lines what a build made and where it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corpus.errors import CorpusError
from corpus.repo.commit import METRICS
from corpus.tables.ledger import Ledger
from corpus.tables.shards import load_keys
from corpus.text.plural import count

if TYPE_CHECKING:
    from corpus.repo.repository import Repository


@dataclass(frozen=True, slots=True)
class Summary:
    """The ledger of the last build, and the files that readers want."""

    ledger: Ledger
    shards: int
    bytes: int
    articles: str = "data/articles/*.parquet"
    report: str = "reports/index.html"

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return asdict(self)

    def in_words(self) -> str:
        """Return a few lines for people."""
        found, led = self.bytes / 1e6, self.ledger
        where = (
            f"{self.articles} ({count(self.shards, 'file')}, {found:.1f} MB)"
            if found >= 1
            else (f"{self.articles} ({count(self.shards, 'file')}, {self.bytes / 1e3:.1f} kB)")
        )
        dropped = f"{count(led.duplicates, 'duplicate')} dropped, " if led.duplicates else ""
        account = (
            f"{count(led.documents, 'document')} in: {count(led.articles, 'article')}, "
            f"{led.superseded:,} superseded, {count(led.repeats, 'repeat')}, "
            f"{dropped}{led.quarantined:,} quarantined"
        )
        lines = [
            account,
            f"articles    {where}",
            f"report      {self.report}",
        ]
        if led.quarantined:
            lines.insert(2, "quarantine  data/quarantine/*.parquet (reasons in the report)")
        if not led.documents:
            lines = ["The corpus is empty. Put articles (.txt, .md, .html) into seeds/ and run `corpus build` again."]
        return "\n".join(lines)


def summarise(repository: Repository) -> Summary:
    """Return the summary of the last build.

    Raises:
        CorpusError: there was no build, or its figures cannot be read.
    """
    try:
        ledger = json.loads((repository.root / METRICS).read_bytes())["ledger"]
        files = [s.files["articles"] for s in load_keys(repository.root, "write").values() if "articles" in s.files]
        # Before there was a policy to drop them, there was no count of duplicates.
        return Summary(Ledger(**{"duplicates": 0, **ledger}), len(files), sum(file.bytes for file in files))
    except (OSError, ValueError, KeyError, TypeError):
        raise CorpusError(f"There is no {METRICS} of a finished build. Run `corpus build`.") from None
