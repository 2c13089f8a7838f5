"""Reading a version in place: filters, columns, remotes, splits."""

from __future__ import annotations

import http.server
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import corpus
from corpus.errors import DamagedObject, MissingObjects, UsageError
from corpus.repo.lock import write_lock
from corpus.snapshots.remote import Remote
from tests.library import COPIES, ROWS


@pytest.fixture(scope="module")
def version(library):
    return corpus.open("v1.0.0", repo=library.root)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 2 * ROWS),
        ({"publisher": "alpha.com"}, ROWS),
        ({"publisher": "www.Alpha.com"}, ROWS),
        ({"publisher": ["alpha.com", "beta.org"]}, 2 * ROWS),
        # RFC 4647: a language has its regions; two articles name none, and are in English as far as one can see.
        ({"language": "en-gb"}, ROWS - 2),
        ({"language": "en"}, 2 * ROWS),
        ({"since": "2020-01-01"}, ROWS - 2),
        ({"since": date(2019, 1, 1), "until": date(2019, 1, 31)}, 2),
        ({"since": datetime(2019, 1, 1, 12, tzinfo=UTC), "until": "2019-01-01"}, 1),
        ({"duplicates": False}, 2 * ROWS - COPIES),
        ({"duplicates": False, "publisher": "beta.org", "until": "2021-12-31"}, ROWS - COPIES - 2),
        ({"since": "2050-01-01"}, 0),
    ],
)
def test_filters(version, filters, expected):
    assert version.articles(**filters).collect().height == expected
    assert version.articles(columns=["title"], **filters).collect().shape == (expected, 1)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"publisher": "alpa.com"}, "No article has the publisher 'alpa.com'. There are alpha.com, beta.org."),
        ({"publisher": []}, "The list of publisher is empty"),
        ({"publisher": 7}, "publisher must be a string or several strings, found 7"),
        ({"language": ["en", "de"]}, "No article has the language 'de'. There are en, en-GB."),
        ({"since": "11/24/2026"}, "since: '11/24/2026' is not a day. Write it as 2026-11-24."),
        ({"until": 2020}, "until: 2020 is not a day"),
        ({"since": "2021-01-01", "until": "2020-01-01"}, "since 2021-01-01 is after until 2020-01-01"),
        ({"duplicates": "no"}, "duplicates must be True or False, found 'no'"),
        ({"publishers": "alpha.com"}, "No filter 'publishers'. There are publisher, since, until"),
        ({"columns": ["title", "headline"]}, "No column 'headline' in articles. There are article_id, revision"),
        ({"columns": []}, "No columns are asked for"),
    ],
)
def test_wrong_filters_say_what_is_known(version, filters, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        version.articles(**filters)


def test_columns_keep_the_order_asked_for(version):
    assert version.articles(columns=["title", "article_id", "title"]).collect().columns == ["title", "article_id"]
    assert version.arrow(columns=["title", "article_id"]).column_names == ["title", "article_id"]
    with pytest.raises(UsageError, match="No column 'x' in quarantine"):
        version.arrow("quarantine", columns=["x"])


def test_opening_takes_no_lock_and_touches_nothing(library_copy):
    before = library_copy.git("status", "--porcelain")
    with write_lock(library_copy.root, "a build"):
        assert corpus.open("v1.0.0", repo=library_copy.root).articles().collect().height == 2 * ROWS
    assert library_copy.git("status", "--porcelain") == before


@contextmanager
def serving(folder: Path, *, ranges: bool = True):
    """A web server over a folder, which gives ranges or does not. Yields its URL and what it moved, in bytes a path."""
    moved: list[tuple[str, int]] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_):
            pass

        def do_GET(self):
            path = Path(self.translate_path(self.path))
            if not path.is_file():
                self.send_error(404)
                return
            data = path.read_bytes()
            asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if asked and ranges:
                start, end = int(asked[1]), min(int(asked[2]) + 1, len(data))
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
                data = data[start:end]
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            if ranges:
                self.send_header("Accept-Ranges", "bytes")
            self.end_headers()
            moved.append((self.path, len(data)))  # before it is sent: who has the answer clears the list
            self.wfile.write(data)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", moved
        finally:
            server.shutdown()
            thread.join()


def test_readers_in_threads_share_one_client(far):
    at, store = far
    with serving(store) as (url, _):
        version = corpus.open("v1.0.0", repo=at(url))
        file = version.files()[0]
        at(f"{url}/")  # other settings: nobody has a client of this remote yet
        barrier = threading.Barrier(8)

        def read(_):
            remote = Remote(version.repository, version.commit)
            barrier.wait()
            with remote.open(file) as opened:
                return opened.read(4), id(remote._store.fs.fs)

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(read, range(8)))) == 1


def test_a_remote_gives_the_shards_and_columns_asked_for(far):
    at, store = far
    with serving(store) as (url, moved):
        version = corpus.open("v1.0.0", repo=at(url))
        columns = ["title", "published_date"]
        frame = version.articles(since="2021-01-01", until="2021-03-31", columns=columns)
        shards = {file.md5[2:]: file.path for file in version.files()}
        moved.clear()
        assert frame.collect().height == 6
        # Of two shards one can hold the days: the footers said so. Of its columns two were moved.
        assert len({path for path, _ in moved}) == 1
        assert "seeds" not in shards[moved[0][0].rpartition("/")[2]]
        assert sum(size for _, size in moved) < 1_000
        moved.clear()
        assert version.scan().select(pl.len()).collect().item() == 2 * ROWS
        assert sum(size for _, size in moved) < 1_000
        # Nothing was brought whole, nothing put into the cache.
        assert not (version.repository.root / ".dvc/cache/files").exists()
        assert version.arrow(columns=["title"]).num_rows == version.arrow().num_rows == 2 * ROWS


def test_the_same_rows_from_cache_and_remote(library, far):
    at, store = far
    with serving(store) as (url, _):
        here, there = corpus.open("v1.0.0", repo=library.root), corpus.open("v1.0.0", repo=at(url))
        for filters in ({}, {"language": "en-GB", "duplicates": False}, {"until": "2019-05-01"}):
            assert here.articles(**filters).collect().equals(there.articles(**filters).collect())
        asked = pl.col("title").str.contains("7")
        assert here.scan().filter(asked).head(3).collect().equals(there.scan().filter(asked).head(3).collect())
        for name, part in here.splits(seed=4).items():
            assert part.collect().equals(there.splits(seed=4)[name].collect())


def test_a_remote_without_ranges_gives_complete_files(far):
    at, store = far
    with serving(store, ranges=False) as (url, _):
        version = corpus.open("v1.0.0", repo=at(url))
        assert version.articles(columns=["title"]).collect().height == 2 * ROWS


def test_a_damaged_object_in_the_remote_is_noticed(far):
    at, store = far
    version = corpus.open("v1.0.0", repo=at(str(store)))
    # Of no other test: what this process has brought whole it would not ask for again.
    broken, another = [store / "files/md5" / file.md5[:2] / file.md5[2:] for file in version.files("documents")]
    data = broken.read_bytes()
    broken.chmod(0o644)
    for damaged in (data[:150] + bytes([data[150] ^ 255]) + data[151:], data[:-9], b"", another.read_bytes()):
        broken.write_bytes(damaged)
        with pytest.raises(DamagedObject, match=broken.name):
            corpus.open("v1.0.0", repo=version.repository.root).scan("documents").collect()


def test_what_is_nowhere_is_named_and_how_to_have_it(far):
    at, store = far
    version = corpus.open("v1.0.0", repo=at(str(store)))
    lost = version.files()
    for file in lost:
        (store / "files/md5" / file.md5[:2] / file.md5[2:]).unlink()
    with pytest.raises(MissingObjects, match="The remote lacks them too") as caught:
        version.scan()
    assert caught.value.objects == tuple(f"{file.path} ({file.md5})" for file in lost)
    assert "run `corpus build`, or `dvc pull`" in str(caught.value)
    with pytest.raises(corpus.CorpusError, match="could not be read from the remote"):
        corpus.open("v1.0.0", repo=at("http://127.0.0.1:9")).scan("decisions")


def test_a_part_of_the_cache_is_named_as_what_it_lacks(library_copy):
    version = corpus.open("v1.0.0", repo=library_copy.root)
    lost, cache = version.files()[0], library_copy.root / ".dvc/cache/files/md5"
    (cache / lost.md5[:2] / lost.md5[2:]).unlink()
    (
        cache
        / version._snapshot.outputs["data/keys/write.json"].md5[:2]
        / version._snapshot.outputs["data/keys/write.json"].md5[2:]
    ).unlink()
    with pytest.raises(MissingObjects, match="There is no default remote") as caught:
        corpus.open("v1.0.0", repo=library_copy.root).articles(publisher="beta.org")
    assert caught.value.objects == (f"{lost.path} ({lost.md5})",)


def test_a_folder_that_is_no_repository_is_not_looked_for_above(library):
    with pytest.raises(UsageError, match="There is no folder"):
        corpus.open(repo=library.root / "nowhere")


def test_a_clone_of_a_url_is_read_without_prompts(library, tmp_path):
    with pytest.raises(corpus.CorpusError, match="could not be cloned"):
        corpus.open(repo=f"file://{tmp_path}/nothing")
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "empty")], check=True)
    with pytest.raises(UsageError, match=r"it has no \.dvc/config"):
        corpus.open(repo=f"file://{tmp_path}/empty")
    with pytest.raises(MissingObjects, match="no default remote"):
        corpus.open("v1.0.0", repo=f"file://{library.root}").scan()


def test_a_damaged_object_in_the_cache_is_noticed(library_copy):
    version = corpus.open(repo=library_copy.root)
    path = version.paths()[0]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedObject):
        corpus.open(repo=library_copy.root).articles()


def test_to_huggingface(version):
    pytest.importorskip("datasets")
    found = version.to_huggingface(columns=["title", "authors", "published_date"], publisher="alpha.com")
    assert found.num_rows == ROWS
    assert found[0]["authors"] == ["Jane Example", "José Ejemplo"]
    assert isinstance(found[0]["published_date"], date)


def test_without_the_extra_it_is_named(version, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'newscorpus[huggingface]'")):
        version.to_huggingface()
