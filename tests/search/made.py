"""Versions made of rows, in eight scripts: files of Parquet in a folder, and nothing of git or DVC."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import UsageError
from corpus.objects.pins import Pinned
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Few words each, so that random queries meet random texts; with inflections, accents, signs and long ones.
WORDS = {
    "latin": [
        "Straße",
        "strasse",
        "ÉLYSÉE",
        "elysee",
        "don't",
        "co-op",
        "Łódź",
        "3.5",
        "x" * 130,
        "the",
        "vote",
        "voter",
        "voting",
    ],
    "cyrillic": ["мой", "мои", "ёлка", "елка", "Київ", "выборы", "выборах", "голос"],
    "greek": ["Αθήνα", "ΑΘΗΝΑ", "εκλογές", "λόγος", "ψήφος"],
    "arabic": ["العَرَبِيَّة", "العربية", "انتخابات", "می‌خواهم", "صوت"],
    "hebrew": ["שָׁלוֹם", "שלום", "בחירות", "קול"],
    "devanagari": ["चुनाव", "चुनावों", "मतदान", "दिल्ली", "दिल्ली‍"],
    "han": ["選挙", "选举", "東京", "東京都", "ニュース", "ﾆｭｰｽ", "投票"],
    "thai": ["เลือกตั้ง", "ข่าว", "กรุงเทพ", "มี", "มา"],
}
_JOINS = [" ", " ", " ", ", ", " — ", "\n\n", "_", "/", ". "]


@dataclass
class Files:
    """A version whose tables are files in a folder."""

    folder: Path
    tables: dict[str, list[Pinned]]
    name: str = "made"

    def md5(self, table: str = "articles") -> str:
        if table not in self.tables:
            raise UsageError(f"No table {table}.")
        return hashlib.md5("".join(file.md5 for file in self.tables[table]).encode(), usedforsecurity=False).hexdigest()

    def files(self, table: str = "articles") -> list[Pinned]:
        return self.tables[table]

    def shard_paths(self, files: Sequence[Pinned]) -> list[Path]:
        return [self.folder / file.md5 for file in files]

    def scan(self, table: str = "articles") -> pl.LazyFrame:
        return pl.scan_parquet(self.shard_paths(self.files(table)), glob=False)


def article(number: int, **given: object) -> dict[str, object]:
    """A row of `articles`."""
    row: dict[str, object] = {
        column.name: [] if pa.types.is_list(column.dtype) else None for column in TABLES["articles"].columns
    }
    row |= {
        "article_id": hashlib.md5(f"article {number}".encode(), usedforsecurity=False).hexdigest(),
        "revision": 1, "title": "", "text": "", "word_count": 0, "text_hash": "0" * 32,
        "document_id": hashlib.sha256(f"document {number}".encode()).hexdigest(),
        "source": f"page-{number}.html", "batch": "made", "parser": "text/1",
    }  # fmt: skip
    return row | given


def version(
    folder: Path, shards: Sequence[Sequence[dict[str, object]]], warnings: Sequence[tuple[dict[str, object], str]] = ()
) -> Files:
    """Write rows as shards, and the checks that warned of an article."""
    folder.mkdir(exist_ok=True)
    tables = {"articles": [_write(folder, "articles", f"{number:03}", rows) for number, rows in enumerate(shards)]}
    verdicts = [
        {
            "document_id": row["document_id"],
            "source": row["source"],
            "batch": row["batch"],
            "check": check,
            "severity": "warn",
            "found": None,
        }
        for row, check in warnings
    ]
    tables["verdicts"] = [_write(folder, "verdicts", "000", verdicts)]
    return Files(folder, tables)


def _write(folder: Path, table: str, name: str, rows: Sequence[dict[str, object]]) -> Pinned:
    made = pa.Table.from_pylist(list(rows), TABLES[table].empty.schema)
    aside = folder / "aside"
    pq.write_table(made, aside, write_page_checksum=True)
    md5 = hashlib.md5(aside.read_bytes(), usedforsecurity=False).hexdigest()
    aside.rename(folder / md5)
    return Pinned(f"data/{table}/{name}.parquet", md5)


def sentence(rng: random.Random, words: Sequence[str], most: int) -> str:
    return "".join(rng.choice(words) + rng.choice(_JOINS) for _ in range(rng.randint(0, most)))


def articles(seed: int, count: int) -> list[dict[str, object]]:
    """Random articles: most in one script, some in two."""
    rng = random.Random(seed)
    scripts = list(WORDS)
    found = []
    for number in range(count):
        script = rng.choice(scripts)
        words = WORDS[script] + (WORDS[rng.choice(scripts)] if rng.random() < 0.3 else [])
        day = None if rng.random() < 0.1 else date(2026, 1, 1) + timedelta(days=rng.randint(0, 150))
        text = sentence(rng, words, 14)
        found.append(
            article(
                seed * 100_000 + number,
                title=sentence(rng, words, 4), text=text, description=rng.choice([None, sentence(rng, words, 3)]),
                authors=[sentence(rng, words, 2) for _ in range(rng.randint(0, 3))],
                publisher=rng.choice([None, "a.example", "b.example"]), publication=rng.choice([None, "Ñews", "news", " "]),
                language=rng.choice(["en", "en-GB", "ja", None]), section=rng.choice([None, "", "a\x00b", "World & more"]),
                agency=rng.choice([None, "AFP"]), published_date=day, date_source=None if day is None else "declared",
                licence_id=rng.choice([None, "CC-BY-4.0"]), licence_url=rng.choice([None, "https://l.example/" + "y" * 300]),
                ai_train=rng.choice([None, "deny", "allow"]), tdm_reservation=rng.choice([None, True, False]),
                duplicate_of=rng.choice([None, None, "0" * 32]), contained_in=rng.choice([None, None, "1" * 32]),
                revision=rng.randint(1, 3), word_count=len(text.split()),
                captured_at=rng.choice([None, datetime(2026, 3, 1, 12, tzinfo=UTC)]),
            )
        )  # fmt: skip
    return found
