"""A page that takes too long costs itself, not the build."""

from __future__ import annotations

import polars as pl
import pytest

PROSE = (
    "The council approved the new tram line on Monday after a debate of seven hours, the mayor of the town said. " * 3
)
PAGE = f"<html lang=en><h1>Council approves line</h1><p>{PROSE}</p></html>"


@pytest.mark.trial
def test_a_page_that_takes_too_long_is_quarantined_and_the_others_are_in(corpus_repo):
    repo = corpus_repo
    seeds = repo.root / "seeds"
    for number in range(5):
        (seeds / f"good{number}.html").write_text(PAGE.replace("seven", str(number)))
    box = f'<div class="{"x-" * 250}">'
    slow = "".join(f"{box * 4}<p>{n}</p>{'</div>' * 4}" for n in range(20_000))
    (seeds / "slow.html").write_text(f"<h1>Slow page of the council</h1>{slow}")
    params = repo.root / "params.yaml"
    params.write_text(params.read_text().replace("max_seconds: 20", "max_seconds: 1").replace("20000000", "100000000"))
    repo.build()
    quarantined = pl.read_parquet(repo.root / "data/quarantine/*.parquet")
    assert "seeds/slow.html" in quarantined["source"].to_list()
    reasons = quarantined.filter(source="seeds/slow.html")["reasons"].to_list()[0]
    assert [reason["check"] for reason in reasons] == ["unreadable"]
    articles = pl.read_parquet(repo.root / "data/articles/*.parquet")
    assert articles.filter(pl.col("source").str.contains("good"))["title"].to_list() == ["Council approves line"] * 5
    assert not list((repo.root / "data").glob("tmp/*"))
