"""Columns of rights in `documents`: derived from what a page declares and what the headers of its capture say."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from corpus.pipeline import origins
from corpus.pipeline.ingest import documents
from corpus.pipeline.origins import Found
from corpus.rights import signals_of_headers
from corpus.settings import Ingest

PAGE = (
    '<html><head><meta name="robots" content="noarchive"><link rel="license" href="/cc">'
    '<link rel="canonical" href="https://a.example/news/1"></head><body><p>Some words of an article.</p></body></html>'
)


def row(kind: str, data: str, *headers: tuple[str, str]) -> dict[str, Any]:
    found = Found("x", data.encode(), "0" * 64, len(data), kind, "b", signals=signals_of_headers(headers))
    return pl.DataFrame(documents([found], Ingest())).row(0, named=True)


def test_a_page_and_its_headers_together() -> None:
    made = row(
        "text/html", PAGE, ("TDM-Reservation", "1"), ("Content-Signal", "ai-train=no, search=yes"), ("Server", "x")
    )
    assert made["robots_tags"] == ["noarchive"]
    assert made["licence_url"] == "https://a.example/cc"
    assert (made["tdm_reservation"], made["ai_train"], made["search"], made["ai_input"]) == (
        True,
        "deny",
        "allow",
        None,
    )
    assert [(one["where"], one["name"]) for one in made["rights_signals"]] == [
        ("meta", "robots"), ("link", "license"), ("header", "tdm-reservation"), ("header", "content-signal"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data"), [("text/html", "<p>Words</p>"), ("text/plain", "Title\n\nWords"), ("application/pdf", "%PDF")]
)
def test_silence_is_null(kind: str, data: str) -> None:
    made = row(kind, data)
    assert made["rights_signals"] == made["robots_tags"] == made["ai_agents_closed"] == []
    assert {made[name] for name in ("licence_url", "tdm_reservation", "ai_train", "search", "free_access")} == {None}


def test_headers_of_a_batch_that_concern_rights() -> None:
    headers = [{"name": "Content-Type", "value": "text/html"}, {"name": " X-Robots-Tag", "value": "noai"}]
    frame = pl.DataFrame({"headers": [headers, []]}).select(found=origins._signals())
    assert frame["found"].to_list() == [headers[1:], []]
