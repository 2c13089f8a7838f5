"""The least that is read right of the hand-made pages, as shares: a change of many records cannot pass for an improvement."""

from __future__ import annotations

import json

from tests.golden import DOCUMENTS

HEADLINE = "Council approves tram line"
FIRST = "The council of Arden approved the new tram line on Monday after a debate of seven hours, the mayor said."
# Of what stands around the text on these pages, none may be in it.
AROUND = ("© 2016", "Buy this", "Elm too", "is closed for a week", "You may write to us", "Updated: 04.03.2018")


def test_hand_made_pages_are_read_at_least_so_well():
    pages = [
        path
        for path in DOCUMENTS
        if path.suffix == ".html" and FIRST in path.read_text(encoding="utf-8", errors="replace")
    ]
    records = [json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8")) for path in pages]
    assert len(pages) >= 30
    texts = ["\n".join(record["text"]) for record in records]
    assert sum(record["title"].startswith(HEADLINE) for record in records) >= 0.9 * len(records)
    assert sum(FIRST in text for text in texts) == len(records)
    assert not [line for text in texts for line in AROUND if line in text]
