"""What is remembered of small files is what reading them gives, and may be lost or damaged at any time."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from corpus.batches import batchfiles
from corpus.repo.files import publish
from corpus.sources import captures
from corpus.sources.batch import Writer
from corpus.sources.captures import identity
from corpus.sources.entries import Item
from corpus.sources.known import Known

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime(2026, 5, 4, tzinfo=UTC)


def add(root, batches, number, *texts, url=True):
    """Add a batch of short texts, captured at one moment."""
    at = DAY + timedelta(minutes=number)
    items = [
        Item(text, text.encode(), "text/plain", url=f"https://a.example/{text}" if url else None, captured_at=at)
        for text in texts
    ]
    with Writer(root / "aside", at, None, Known.of(root, batches), dated=True) as writer:
        for item in items:
            writer.add(item)
        finished = writer.finish()
    assert finished is not None
    batch, (path,) = finished
    publish(path, batchfiles.path_of(root, batch.files[0]))
    (root / "aside").rmdir()
    batches.append(batch)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """Batches of which some hold the bytes of captures in others, some without addresses."""
    root = tmp_path_factory.mktemp("captures")
    (root / "data" / "raw").mkdir(parents=True)
    batches = []
    for number in range(40):
        add(root, batches, number, f"own {number}", f"again {number % 5}", url=number % 7 != 0)
    return root, batches


@pytest.fixture
def made(made_once):
    """The batches, of which nothing is remembered."""
    shutil.rmtree(made_once[0] / ".dvc", ignore_errors=True)
    return made_once


def memory(root) -> Path:
    return root / ".dvc/tmp/corpus/captures-1.parquet"


def test_remembered_and_read_are_the_same(made, monkeypatch):
    root, batches = made
    first = list(captures.captures(root, batches))
    assert memory(root).exists()
    own = [batch.name for batch in batches for _ in range(2)]
    assert sum(one.holder != name for one, name in zip(first, own, strict=True)) > 10
    text = f"own {1}"
    assert first[2].identity == identity(hashlib.sha256(text.encode()).hexdigest(), f"https://a.example/{text}")
    with monkeypatch.context() as patch:
        patch.setattr(batchfiles, "groups", None)
        assert list(captures.captures(root, batches)) == first
        # A batch less, another order: nothing is read for it.
        fewer = list(reversed(batches[:30]))
        assert len(list(captures.captures(root, fewer))) == len(first) - 20
    memory(root).unlink()
    assert list(captures.captures(root, batches)) == first


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[:100],
        lambda data: data[:-1],
        lambda data: data[:-200] + bytes([data[-200] ^ 1]) + data[-199:],
        lambda data: b"0" * 64 + data[64:],
        lambda data: hashlib.sha256(data[:9]).hexdigest().encode() + data[:9],
    ],
)
def test_a_damaged_memory_is_not_believed(made, damage):
    root, batches = made
    first = list(captures.captures(root, batches))
    memory(root).write_bytes(damage(memory(root).read_bytes()))
    assert list(captures.captures(root, batches)) == first


def test_what_is_no_longer_in_the_register_is_forgotten(made, monkeypatch):
    root, batches = made
    list(captures.captures(root, batches))
    gone = identity(hashlib.sha256(b"own 39").hexdigest(), "https://a.example/own 39")
    assert any(gone in row for rows in captures._remembered(memory(root)).values() for row in rows)
    monkeypatch.setattr(captures, "_FEW", 0)
    list(captures.captures(root, batches[:-1]))
    assert len(captures._remembered(memory(root))) == 39
    assert not any(gone in row for rows in captures._remembered(memory(root)).values() for row in rows)


def test_a_memory_that_cannot_be_written_does_not_matter(made):
    root, batches = made
    memory(root).parent.parent.mkdir(parents=True)
    memory(root).parent.write_bytes(b"no folder")
    assert len(list(captures.captures(root, batches))) == 80
    memory(root).parent.unlink()


def test_pandas_is_not_imported_to_read_what_is_remembered(made):
    """It takes longer to import than a year of small batches takes to read."""
    root, batches = made
    Known.of(root, batches)
    memory = root / ".dvc" / "tmp" / "corpus" / "captures-1.parquet"
    program = (
        "import sys; from pathlib import Path; from corpus.sources import captures; "
        "print(len(captures._remembered(Path(sys.argv[1]))), 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, memory], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(len(batches)), "False"]
