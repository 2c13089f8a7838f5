"""A corpus of seeds and a batch for tests that only read: publishers, languages, days, copies, and texts that bite."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

from tests.conftest import Corpus

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 24
COPIES = 4
HOSTILE = (
    "=HYPERLINK(0)",
    "+1 for the tram",
    "-5 degrees",
    "@mayor says no",
    "'=quoted",
    "'Integration' talks",
    '"x", y',
)
_WORDS = re.findall(
    r"\w+",
    "the town council approved a new tram line on monday after hours of debate with construction to begin next spring "
    "and passengers expected three years later region budget minister company election energy court police school",
)


def make(root: Path) -> None:
    """Build and release the library, as `root/repo`."""
    from corpus.app.init import init

    repo = Corpus(init(root / "repo").root)
    old, new = _rows(2019, "alpha.com", "en"), _rows(2021, "beta.org", "en-GB")
    for copy, original in zip(new[:COPIES], old, strict=False):
        copy["text"] = original["text"]
    for row, title in zip(new[COPIES:], HOSTILE, strict=False):
        row["title"] = title
    for row in new[-2:]:
        del row["date"], row["language"]
    for row in old:
        text = row.pop("text")
        front = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in row.items())
        repo.seed(f"{row['date']}.md", f"---\n{front}\n---\n\n{text}\n")
    (root / "new.jsonl").write_text("\n".join(map(json.dumps, new)))
    repo.run("add", "--captured-at", "2022-01-02", "--licence", "CC BY 4.0", str(root / "new.jsonl"))
    repo.build()
    repo.commit()
    repo.git("tag", "--annotate", "-m", "The library", "corpus@v1.0.0")


def _rows(year: int, publisher: str, language: str) -> list[dict[str, object]]:
    choose = random.Random(year)
    return [
        {
            "title": f"Story {number} of {year}",
            "text": " ".join(choose.choices(_WORDS, k=80)),
            "url": f"https://www.{publisher}/{year}/{number}",
            "date": f"{year}-{1 + number % 12:02d}-{1 + number:02d}",
            "language": language,
            "authors": ["Jane Example", "José Ejemplo"],
        }
        for number in range(ROWS)
    ]
