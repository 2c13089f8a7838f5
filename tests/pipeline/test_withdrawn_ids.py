"""What was withdrawn stays withdrawn, by whichever rule its article had its id; what was not withdrawn stays."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from corpus.batches import withdrawals
from corpus.batches.withdrawals import IDENTITY, Kind, Tombstones, Withdrawal, article_of, hashed
from corpus.pipeline.ingest import documents
from corpus.pipeline.origins import Found
from corpus.pipeline.withdrawing import blank
from corpus.resolve.identity import hashed as id_of
from corpus.settings import Ingest
from corpus.text.normalise import text_hash

TEXT = "The council approved a new tram line on Monday after four hours of debate."


def tombstones(article: str, identity: int) -> Tombstones:
    articles = frozenset({hashed(Kind.ARTICLE, article)})
    return Tombstones((Withdrawal(date(2026, 1, 2), "asked", articles=articles, identity=identity),))


def is_kept(written: str, known: Tombstones, url: str | None = None) -> bool:
    data = written.encode()
    found = Found("a.txt", data, hashlib.sha256(data).hexdigest(), len(data), "text/plain", "b", url=url)
    return blank(documents([found], Ingest()), known)["text"].to_pylist() == [TEXT]


def export(title: str = "Council approves tram", day: str = "September 11, 2020", url: str | None = None) -> str:
    return "\n\n".join([title, day, TEXT, *([f"Original url: {url}"] if url else [])])


PLAIN = id_of(f"text\0{text_hash(TEXT)}")


@pytest.mark.parametrize(
    ("written", "article"),
    [
        (export(), PLAIN),
        (export("Tram line approved", "September 13, 2020"), PLAIN),
        (export(url="https://faß.de/a"), article_of("https://fass.de/a")),
        (export(url="https://xn--fa-hia.de/a"), article_of("https://fass.de/a")),
        (export(url="https://e.com/#!/news/1"), article_of("https://e.com/")),
        (export(url="https://e.com/x#/1"), article_of("https://e.com/x")),
        (export(url="https://βόλος.gr/a"), article_of("https://xn--nxasmq6b.gr/a")),
        ("---\ntitle: Council approves tram\npublisher: e.com\npublication: The Daily\ndate: 2020-09-11\n---\n" + TEXT,
         id_of("headline\0e.com\0council approves tram\x002020-09-11")),
        ("---\ntitle: Council approves tram\naccession: X1\ndate: 2020-09-11\n---\n" + TEXT, PLAIN),
    ],
)  # fmt: skip
def test_what_was_withdrawn_by_the_first_rule_does_not_come_back(written: str, article: str) -> None:
    assert not is_kept(written, tombstones(article, identity=1))
    # By an id that this rule gives, the same address or text is somebody else's.
    assert is_kept(written, tombstones(article, identity=IDENTITY))


@pytest.mark.parametrize(
    ("written", "article"),
    [
        (export(url="https://fass.de/a"), article_of("https://xn--fa-hia.de/a")),
        (export(url="https://e.com/"), article_of("https://e.com/#!/news/1")),
        # With an address it was another article by the first rule, too.
        (export(url="https://e.com/a"), PLAIN),
    ],
)
def test_what_was_not_withdrawn_stays(written: str, article: str) -> None:
    for identity in (1, IDENTITY):
        assert is_kept(written, tombstones(article, identity))


def test_an_address_is_refused_by_what_it_was_before() -> None:
    for url, before in (
        ("https://faß.de/a", "https://fass.de/a"),
        ("https://e.com/#/1", "https://e.com/"),
        ("https://a\u200db.example/x", "https://ab.example/x"),
    ):
        assert tombstones(article_of(before), 1).refused("0", url) is not None
        assert tombstones(article_of(before), IDENTITY).refused("0", url) is None
    assert tombstones(article_of("https://xn--fa-hia.de/a"), IDENTITY).refused("0", "https://faß.de/a") is not None


def test_the_record_keeps_which_rule_its_ids_are_of(tmp_path) -> None:
    for identity in (1, IDENTITY):
        known = tombstones(PLAIN, identity)
        withdrawals.save(tmp_path, known.withdrawals)
        assert withdrawals.load(tmp_path) == known
        assert ("identity" in (tmp_path / withdrawals.WITHDRAWN).read_text()) == (identity > 1)
