"""An observation is the same after it was stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from corpus.sources.web.outcomes import Hop, Observation, Outcome, Via


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"status": 200, "seconds": 0.0, "size": 0, "sha256": "ab" * 32, "detail": ""},
        {
            "redirects": (Hop("https://a.example/", 301), Hop("https://b.example/", 302)),
            "final_url": "https://c.example/",
        },
    ],
)
def test_an_observation_is_the_same_after_it_was_stored(more: dict[str, object]) -> None:
    seen = Observation(
        "paper", Via.PAGE, "https://a.example/", datetime(2026, 1, 2, 3, 4, 5, 6, UTC), Outcome.NEW, **more
    )
    stored = json.dumps(seen.as_dict(), sort_keys=True)
    assert Observation.from_dict(json.loads(stored)) == seen
    assert "null" not in stored
    assert "[]" not in stored
