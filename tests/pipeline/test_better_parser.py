"""A better parser parses anew what it reads, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import corpus
from tests.conftest import UNMEASURED, article

PACKAGES = Path(corpus.__file__).parents[1]
PAGE = "<html><head><title>A page</title></head><body><article><h1>A page</h1>{}</article></body></html>"


@pytest.mark.trial
def test_a_changed_parser_concerns_its_documents_alone(built, tmp_path):
    for number in range(2):
        (tmp_path / f"{number}.html").write_text(PAGE.format(f"<p>{article(str(number))}</p>" * 3))
    built.run("add", "--captured-at", "2026-01-05", str(tmp_path / "0.html"), str(tmp_path / "1.html"))
    built.build()
    built.commit()
    engine = tmp_path / "engine"
    for package in ("corpus", "schemas", "flows"):
        shutil.copytree(PACKAGES / package, engine / package, ignore=shutil.ignore_patterns("__pycache__"))

    def run(*arguments):
        environment = {**os.environ, **UNMEASURED, "PYTHONPATH": str(engine)}
        subprocess.run([sys.executable, *arguments], cwd=built.root, env=environment, check=True, capture_output=True)

    def change(changed, before, after):
        source = (engine / changed).read_text()
        assert before in source
        (engine / changed).write_text(source.replace(before, after, 1))

    def ingested(changed, before, after):
        change(changed, before, after)
        # What `corpus build` does of it; the other stages need not run to see what ingest makes anew.
        pin = "from pathlib import Path; from corpus.tables.engine import pin; pin(Path())"
        run("-c", pin)
        run("-m", "corpus", "ingest")
        return keys(built.root)

    before = keys(built.root)
    assert ingested("corpus/text/dates.py", '"""', '"""Better. ') == before
    after = ingested("corpus/formats/html/weights.py", "_DECAY: Final =", "_DECAY: Final = 1 *")
    changed = {name for name in before if before[name] != after[name]}
    assert changed
    assert all(not name.startswith("seeds-") for name in changed)
    last = ingested("corpus/formats/header.py", "_DEEPEST: Final =", "_DEEPEST: Final = 0 +")
    assert {name for name in after if after[name] != last[name]} == {
        name for name in before if name.startswith("seeds-")
    }
    everything = ingested("corpus/text/dates.py", "LONGEST: Final =", "LONGEST: Final = 0 +")
    assert all(everything[name] != last[name] for name in last)

    # And the corpus says what reading anew changed, article by article.
    change("corpus/formats/text.py", "text=", "text='Read anew. ' + ")
    run("-m", "corpus", "build")
    found = json.loads(built.run("diff", "HEAD", "--json").stdout)
    assert found["counts"] == {"re-parsed": 2}
    assert {(one["old"]["source"], *one["parts"]) for one in found["changes"]} == {
        ("seeds/one.txt", "text"),
        ("seeds/two.txt", "text"),
    }


def keys(root):
    shards = json.loads((root / "data/keys/ingest.json").read_bytes())["shards"]
    return {name: shard["key"] for name, shard in shards.items()}
