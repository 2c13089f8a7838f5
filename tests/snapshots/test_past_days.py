"""The decisions of a past day, found from the times in a version's tables, are those of a build of that day."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import polars as pl
import pyarrow as pa
import pytest

from corpus.pipeline import compared
from corpus.pipeline.deciding import decide
from corpus.pipeline.signed import SignedDocuments
from corpus.resolve.revisions import Decision
from corpus.resolve.signatures import signatures
from corpus.settings import Resolve
from corpus.snapshots import linked, pastday
from corpus.tables import parquet
from schemas.tables import DECISIONS, PAIRS, SIGNATURES, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

DAYS = 6
_FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Stories, and what makes a copy, a part and a correction of them.
_STORIES = [" ".join(f"w{story}x{number}" for number in range(120)) for story in range(6)]


def texts(rng: random.Random) -> str:
    words = rng.choice(_STORIES).split()
    match rng.randint(0, 3):
        case 0:
            words[rng.randrange(120)] = "corrected"
        case 1:
            words = words[: rng.randint(40, 110)]
        case 2:
            words = words[:2]
    return " ".join(words)


def documents(rng: random.Random, count: int) -> pl.DataFrame:
    """Captures of a few addresses on some days, some at one instant and some without a time; one in ten is bad."""
    rows: list[dict[str, object]] = []
    for number in range(count):
        slug = rng.randint(0, count // 3)
        rows.append({
            "document_id": f"{number:064x}", "source": f"s{number}", "batch": f"b{rng.randint(0, 2)}",
            "captured_at": None if not rng.randint(0, 6) else _FIRST + timedelta(days=rng.randrange(DAYS)),
            "url": f"https://example.com/{slug}", "title": f"Title {rng.choice(['', slug])}", "text": (text := texts(rng)),
            "published_date": rng.choice([None, date(2026, 1, 1) + timedelta(days=slug % 4)]),
            "text_hash": hashlib.sha256(text.encode()).hexdigest()[:32], "authors": [],
        })  # fmt: skip
    types = pl.DataFrame(TABLES["documents"].empty).schema
    made = pl.DataFrame(rows, schema={name: types[name] for name in rows[0]})
    return made.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in types.items() if name not in rows[0])


@dataclass
class Version:
    tables: pastday.Tables
    decided: pl.DataFrame


def version(folder: Path, rows: pl.DataFrame, settings: Resolve, bad: set[str]) -> Version:
    """The tables of a version, as a build writes them, in two shards."""
    parts = [part.sort("source", "batch") for part in (rows[: len(rows) // 2], rows[len(rows) // 2 :])]
    signed = [signatures(part.to_arrow(), settings) for part in parts]
    table = SignedDocuments([len(part) for part in parts], lambda number, _: signed[number])
    sources = pl.concat(parts)["source"]
    numbers = sources.is_in(list(bad)).arg_true().cast(pl.Int32)
    blocked = pl.DataFrame({"document": numbers}).with_columns(rule=pl.lit("bad"))

    def read(shard: int, numbers: NDArray[np.int64]) -> pa.Array:
        return parts[shard]["text"].to_arrow().take(pa.array(numbers))

    decided = decide(table, blocked, settings, [], read)
    asked = compared.rows(decided.asked, slice(0, len(table)), decided.facts.text_hash)
    files: dict[str, list[Path]] = {"signatures": [], "decisions": [], "pairs": [folder / "pairs.parquet"]}
    for number, table in enumerate(signed):
        for name, made in (("signatures", table), ("decisions", decided.rows(number).to_arrow().cast(DECISIONS.arrow))):
            files[name].append(folder / f"{name}-{number}.parquet")
            parquet.write(files[name][-1], SIGNATURES if name == "signatures" else DECISIONS, made)
    parquet.write(files["pairs"][0], PAIRS, asked.select(PAIRS.names).to_arrow().cast(PAIRS.arrow))
    return Version(
        pastday.Tables(files["signatures"], files["decisions"], files["pairs"], read),
        pl.concat(decided.rows(number) for number in range(len(parts))),
    )


def _articles(decided: pl.DataFrame) -> pl.DataFrame:
    columns = ["article_id", "revision", "document_id", "duplicate_of", "contained_in", "similarity", "containment"]
    return decided.filter(pl.col("decision") == Decision.ARTICLE.value).select(columns).sort("article_id")


@pytest.mark.parametrize("duplicates", ["mark", "drop", "exact", "ignore"])
def test_decisions_of_a_day_are_those_of_a_build_of_that_day(
    tmp_path: Path, duplicates: Literal["mark", "drop", "exact", "ignore"]
) -> None:
    settings = Resolve(duplicates=duplicates, minor_change=0.01, url_reuse="split", url_reuse_below=0.1)
    differed = 0
    for seed in range(3):
        rng = random.Random(f"{duplicates} {seed}")
        folder = tmp_path / str(seed)
        folder.mkdir()
        rows = documents(rng, 60)
        now = version(folder, rows, settings, {f"s{number}" for number in range(60) if rng.random() < 0.1})
        for day in range(-1, DAYS - 1, 2):
            end = _FIRST + timedelta(days=day, hours=12)
            wanted = pastday.decide_again(now.tables, end, settings)
            found = pastday.difference(now.tables, end, settings)
            assert pastday.decisions(now.tables, end, found).equals(wanted), (seed, day)
            # What the version's articles and revisions tell by their times, and what they do not.
            captured = pl.read_parquet(now.tables.signatures, columns=["captured_at"])["captured_at"]
            known = now.decided.with_columns(captured).filter(pastday.until(pl.col("captured_at"), end))
            superseded = (pl.col("decision") == Decision.SUPERSEDED.value) & pastday.was_current(end)
            told = known.filter(superseded | (pl.col("decision") == Decision.ARTICLE.value))
            told = told.filter(~pl.col("article_id").is_in(found.left_out.implode()))
            assert _articles(
                pl.concat([told.with_columns(decision=pl.lit(Decision.ARTICLE.value)), found.apart], how="diagonal")
            ).equals(_articles(wanted)), (seed, day)
            assert pastday.difference_of_older(now.tables, end, wanted).apart.equals(found.apart)
            differed += len(found.left_out)
    assert (differed > 0) == (duplicates != "ignore")


def test_links_that_are_kept_are_those_that_were_found(tmp_path: Path) -> None:
    rng = random.Random(5)
    made = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        tables = version(folder, documents(rng, 60), Resolve(), {"s3"}).tables
        made.append((tables.signatures, tables.decisions))
    kept = tmp_path / "index" / linked.NAME
    assert len(links(*made[0], None).text)
    links(*made[0], kept)
    assert not kept.parent.exists()
    kept.parent.mkdir()
    links(*made[0], kept)
    written = kept.read_bytes()

    def read(files: tuple[list[Path], list[Path]]) -> bool:
        again = links(*files, kept)
        wanted = links(*files, None)
        assert again.rows.equals(wanted.rows)
        assert again.rows.schema == wanted.rows.schema
        assert [again.alone.tolist(), again.text.tolist(), again.hashes.tolist()] == [
            wanted.alone.tolist(), wanted.text.tolist(), wanted.hashes.tolist(),
        ]  # fmt: skip
        return kept.read_bytes() == written

    assert read(made[0])
    # Those of another version take their place, and what cannot be read is found anew.
    assert not read(made[1])
    for damaged in (b"", b"PAR1", written[:-40], written[:200] + bytes(8) + written[208:]):
        kept.write_bytes(damaged)
        assert read(made[0])
    assert [path.name for path in kept.parent.iterdir()] == [linked.NAME]
    # A process that has them in memory keeps them anew for others.
    kept.unlink()
    linked.linked(*made[0], kept)
    assert kept.read_bytes() == written


def links(signatures: list[Path], decisions: list[Path], kept: Path | None) -> linked.Linked:
    """Return links as a process that begins finds them."""
    linked._last.clear()
    return linked.linked(signatures, decisions, kept)
