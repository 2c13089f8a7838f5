from __future__ import annotations

import os
import shutil
import subprocess
import sys

import polars as pl
import pytest

import corpus
from corpus.errors import DamagedObject, UnknownVersion, UsageError
from tests.conftest import BODY, article


def test_a_release_is_a_tag_that_dvc_understands(released, tmp_path):
    assert released.git("tag").split() == ["corpus@v1.0.0", "corpus@v1.1.0"]
    released.dvc("artifacts", "get", ".", "corpus", "--rev", "v1.0.0", "-o", str(tmp_path / "got"))
    assert pl.read_parquet(tmp_path / "got/*.parquet").height == 2


def test_versions_open_in_place(released):
    v1 = corpus.open("corpus@v1.0.0", repo=released.root)
    assert set(v1.scan().collect()["url"]) == {"https://www.example.com/one", "https://www.example.com/two"}
    now = corpus.open(repo=released.root)
    assert set(now.scan().collect()["url"]) == {"https://www.example.com/one", "https://www.example.com/three"}
    assert v1.arrow().num_rows == 2
    assert str(v1.pandas()["published_date"].dtype) == "date32[day][pyarrow]"
    assert v1.duckdb().aggregate("count(*)").fetchall() == [(2,)]
    assert v1.scan("quarantine").collect().height == 1
    assert [release.version for release in corpus.versions(released.root)] == ["v1.0.0", "v1.1.0"]
    assert corpus.open("v1.0.0", repo=released.root).commit == v1.commit


def test_a_version_is_read_while_the_workspace_is_in_pieces(released):
    shutil.rmtree(released.root / "data")
    assert corpus.open("v1.0.0", repo=released.root).arrow().num_rows == 2
    assert corpus.open(repo=released.root).arrow().num_rows == 2


def test_from_the_remote_when_the_cache_is_gone(built, tmp_path):
    with (built.root / ".dvc/config").open("a") as config:
        # `dvc remote add` would make the path relative, and a clone stands elsewhere.
        config.write(f"['remote \"store\"']\n    url = {tmp_path}/remote\n")
    built.dvc("config", "core.remote", "store")
    # DVC pushes a version by the settings of its own commit.
    built.commit("Remote")
    built.run("release")
    built.dvc("push", "--all-tags")
    shutil.rmtree(built.root / ".dvc/cache")
    assert corpus.open("v1.0.0", repo=built.root).arrow().num_rows == 2
    assert not (built.root / ".dvc/cache/files").exists()
    assert corpus.open("v1.0.0", repo=f"file://{built.root}").arrow().num_rows == 2


def test_nowhere_to_be_had(released):
    shutil.rmtree(released.root / ".dvc/cache")
    # In a process of its own: what this one has fetched already, it need not fetch again.
    done = released.run("diff", "v1.0.0", "v1.1.0", check=False)
    assert done.returncode == 1
    assert "not in the DVC cache. There is no default remote" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_object_is_noticed(released):
    version = corpus.open("v1.0.0", repo=released.root)
    path = version.paths()[0]
    os.chmod(path, 0o644)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedObject, match="is damaged"):
        corpus.open("v1.0.0", repo=released.root).arrow()


def test_unknown_versions_and_tables(released):
    with pytest.raises(UnknownVersion, match=r"No version 'v9.9.9'. Released: v1.0.0, v1.1.0."):
        corpus.open("v9.9.9", repo=released.root)
    with pytest.raises(UnknownVersion):
        corpus.open("--upload-pack=x", repo=released.root)
    with pytest.raises(UsageError, match="There are documents, observations, verdicts"):
        corpus.open(repo=released.root).scan("nonsense")


def test_why_by_path_url_and_ids(released):
    by_path = released.run("why", "seeds/one.txt").stdout
    assert by_path.startswith("seeds/one.txt: article\n")
    assert "v1.0.0, v1.1.0" in by_path
    assert released.run("why", "https://www.example.com/one?utm_source=x").stdout == by_path
    article_id = by_path.split("article    ")[1].split(",")[0].strip()
    assert released.run("why", article_id).stdout == by_path
    assert "empty" in released.run("why", "seeds/bad.txt").stdout
    nothing = released.run("why", "seeds/nothing.txt", check=False)
    assert nothing.returncode == 2
    assert "Nothing is known of" in nothing.stderr


def test_check_adds_nothing_and_tells_all(built, tmp_path):
    before = built.git("status", "--porcelain")
    fresh = tmp_path / "fresh.txt"
    fresh.write_text(article("fresh"))
    corrected = tmp_path / "one.txt"
    corrected.write_text(article("one", body=BODY + " Corrected."))
    assert "a new article" in built.run("check", str(fresh)).stdout
    assert "a new revision of a known article" in built.run("check", str(corrected)).stdout
    assert "a repeat of what is known" in built.run("check", "seeds/one.txt").stdout
    bad = built.run("check", "seeds", check=False)
    assert bad.returncode == 1
    assert "seeds/bad.txt: quarantined" in bad.stdout
    assert "3 documents, 1 would be quarantined." in bad.stdout
    missing = built.run("check", "nowhere.txt", check=False)
    assert "nowhere.txt: there is no such file or folder" in missing.stderr
    assert built.git("status", "--porcelain") == before


def test_check_needs_no_repository(tmp_path):
    (tmp_path / "a.txt").write_text(article("a"))
    done = subprocess.run(
        [sys.executable, "-m", "corpus", "check", "a.txt"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("a.txt: a new article\n")
