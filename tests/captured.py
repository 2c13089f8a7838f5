"""Captures of some days, with corrections and copies, as a corpus that knows on each day what was captured until then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import UNMEASURED, Corpus, article, made_once

if TYPE_CHECKING:
    from pathlib import Path

STORY = " ".join(f"word{number} of the long story about the river and the bridge" for number in range(30))


def row(slug: str, day: str, text: str, title: str | None = None) -> dict[str, str]:
    return {"title": title or f"Report on {slug}", "text": text, "url": f"https://www.{slug}.com/a", "date": day}


BATCHES = {
    "2026-01-05": [
        row("first", "2026-01-04", STORY),
        row("other", "2026-01-05", STORY.upper().replace("WORD", "item")),
    ],
    # A correction, a bad document, and a copy.
    "2026-01-07": [
        row("first", "2026-01-04", STORY.replace("bridge", "tunnel")),
        row("bad", "2026-01-07", "too short"),
        row("copy", "2026-01-06", STORY.replace("word7 ", "")),
    ],
    # The original of all of them turns up last; what was captured late was captured early.
    "2026-01-09": [row("wire", "2026-01-01", STORY), row("other", "2026-01-05", STORY.replace("word", "thing"))],
    "2026-01-06": [row("late", "2026-01-06", STORY[:900])],
}


def made(root: Path, until: str) -> Path:
    """A corpus of the batches captured until a day, added in another order than that of capture."""
    from corpus.app.init import init

    repo = Corpus(init(root / "repo").root)
    repo.seed("one.txt", article("one"))
    for day, rows in BATCHES.items():
        if day <= until:
            (root / f"{day}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
            repo.run("add", "--captured-at", f"{day}T10:00:00", str(root / f"{day}.jsonl"), **UNMEASURED)
    repo.build()
    return repo.root


@pytest.fixture(scope="session")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of all of them; to be read, not changed."""
    return made_once(tmp_path_factory, "captured", lambda place: made(place, "2026-12-31")) / "repo"
