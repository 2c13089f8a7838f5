from __future__ import annotations

import json

import pyarrow as pa
import pytest

from corpus.errors import DamagedObject, InvariantError, MissingObjects, StorageError
from corpus.tables import parquet
from corpus.tables.shards import KeyedShards, digests, keys_path, load_keys, require, shard_path, unfinished_path
from schemas.tables import VERDICTS


def rows(*sources: str) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "document_id": "0" * 64,
                "source": source,
                "batch": "b",
                "check": "empty",
                "severity": "block",
                "found": None,
            }
            for source in sources
        ],
        VERDICTS.arrow,
    )


def make(root, keys, content):
    with KeyedShards(root, "validate", [VERDICTS]) as shards:
        stale = shards.stale(keys)
        for name in stale:
            shards.put(name, keys[name], [(VERDICTS, content[name])])
        shards.finish(keys)
    return stale


def test_only_what_is_out_of_date_is_made(tmp_path):
    content = {"a": rows("x", "y"), "b": rows("z")}
    assert make(tmp_path, {"a": "1", "b": "2"}, content) == ["a", "b"]
    assert make(tmp_path, {"a": "1", "b": "2"}, content) == []
    assert make(tmp_path, {"a": "1", "b": "3"}, content) == ["b"]


def test_what_was_finished_before_a_run_broke_off_is_not_made_again(tmp_path):
    content = {"a": rows("x", "y"), "b": rows("z"), "c": rows("w")}
    keys = {"a": "1", "b": "2", "c": "3"}
    with KeyedShards(tmp_path, "validate", [VERDICTS]) as shards:
        for name in ("a", "b"):
            shards.put(name, keys[name], [(VERDICTS, content[name])])
    # A reader of the stage's keys finds none: they are of complete runs.
    assert not keys_path(tmp_path, "validate").exists()
    # Killed while it noted a third.
    with unfinished_path(tmp_path, "validate").open("a") as file:
        file.write('{"name": "c", "key"')
    # What has other bytes than were noted is made again; and what has another key.
    shard_path(tmp_path, "verdicts", "b").write_bytes(b"")
    assert make(tmp_path, keys, content) == ["b", "c"]
    assert not unfinished_path(tmp_path, "validate").exists()
    alone = tmp_path / "alone"
    make(alone, keys, content)
    assert keys_path(alone, "validate").read_bytes() == keys_path(tmp_path, "validate").read_bytes()


def test_a_changed_missing_or_stray_file_is_mended(tmp_path):
    content = {"a": rows("x"), "b": rows("z")}
    keys = {"a": "1", "b": "2"}
    make(tmp_path, keys, content)
    good = shard_path(tmp_path, "verdicts", "a").read_bytes()
    shard_path(tmp_path, "verdicts", "a").write_bytes(good[:-1])
    shard_path(tmp_path, "verdicts", "b").unlink()
    shard_path(tmp_path, "verdicts", "stray").write_bytes(b"")
    (tmp_path / "data/verdicts/folder").mkdir()
    assert make(tmp_path, keys, content) == ["a", "b"]
    assert shard_path(tmp_path, "verdicts", "a").read_bytes() == good
    assert sorted(path.name for path in (tmp_path / "data/verdicts").iterdir()) == ["a.parquet", "b.parquet"]


def test_what_is_no_longer_called_for_goes(tmp_path):
    make(tmp_path, {"a": "1", "b": "2"}, {"a": rows("x"), "b": rows("z")})
    make(tmp_path, {"a": "1"}, {})
    assert list(load_keys(tmp_path, "validate")) == ["a"]
    assert not shard_path(tmp_path, "verdicts", "b").exists()


def test_the_same_rows_under_another_key_leave_the_file_alone(tmp_path):
    make(tmp_path, {"a": "1"}, {"a": rows("x")})
    before = shard_path(tmp_path, "verdicts", "a").stat().st_mtime_ns
    assert make(tmp_path, {"a": "2"}, {"a": rows("x")}) == ["a"]
    assert shard_path(tmp_path, "verdicts", "a").stat().st_mtime_ns == before


def test_a_table_without_rows_has_one_readable_file(tmp_path):
    make(tmp_path, {"a": "1"}, {"a": rows()})
    assert parquet.read(shard_path(tmp_path, "verdicts", "empty")).num_rows == 0
    make(tmp_path, {"a": "2"}, {"a": rows("x")})
    assert not shard_path(tmp_path, "verdicts", "empty").exists()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"shards": {"a": {}}}', b"\xff"])
def test_damaged_keys_mean_that_all_is_made_anew(tmp_path, damage):
    make(tmp_path, {"a": "1"}, {"a": rows("x")})
    keys_path(tmp_path, "validate").write_bytes(damage)
    assert make(tmp_path, {"a": "1"}, {"a": rows("x")}) == ["a"]
    assert json.loads(keys_path(tmp_path, "validate").read_bytes())["shards"]["a"]["key"] == "1"


def test_a_killed_run_leaves_no_half_written_file(tmp_path):
    left = tmp_path / "data/tmp/validate-1"
    left.mkdir(parents=True)
    (left / "verdicts.a.parquet").write_bytes(b"PAR1")
    make(tmp_path, {"a": "1"}, {"a": rows("x")})
    assert not (tmp_path / "data/tmp").exists()


def test_a_reader_downstream_gets_an_error_that_names_the_fault(tmp_path):
    with pytest.raises(MissingObjects, match="has not run"):
        require(tmp_path, "validate", digests(tmp_path))
    make(tmp_path, {"a": "1"}, {"a": rows("x")})
    assert list(require(tmp_path, "validate", digests(tmp_path))) == ["a"]
    path = shard_path(tmp_path, "verdicts", "a")
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(DamagedObject, match="is damaged"):
        require(tmp_path, "validate", digests(tmp_path))
    path.unlink()
    with pytest.raises(MissingObjects, match="missing"):
        require(tmp_path, "validate", digests(tmp_path))


def test_rows_that_do_not_fit_the_table_stop_the_run(tmp_path):
    with pytest.raises(InvariantError, match="lack the columns severity"):
        parquet.conform(VERDICTS, rows("x").drop_columns(["severity"]))
    wrong = rows("x").set_column(1, "source", pa.array([None], pa.string()))
    with pytest.raises(InvariantError, match="source"):
        parquet.conform(VERDICTS, wrong)


def test_bytes_do_not_depend_on_chunks_or_order(tmp_path):
    whole = rows("c", "a", "b")
    chunked = pa.concat_tables([rows("b"), rows("a"), rows("c")])
    parquet.write(tmp_path / "1", VERDICTS, whole)
    parquet.write(tmp_path / "2", VERDICTS, chunked)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_a_flipped_byte_is_noticed(tmp_path):
    path = tmp_path / "1"
    parquet.write(path, VERDICTS, rows(*(f"seeds/{n}" for n in range(100))))
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    with pytest.raises(StorageError, match="cannot be read"):
        parquet.read(path)
