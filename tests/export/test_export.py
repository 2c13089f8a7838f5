"""`corpus export`: what is in the folder, and that it is there whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import corpus
from corpus.errors import UsageError
from corpus.export import Order, export, files, lines
from corpus.export.folder import made_aside
from corpus.export.formats import FORMATS, format_of, names
from corpus.report import tabular
from tests.library import COPIES, HOSTILE, ROWS

SMALL = {"README.md", "LICENCES.md", "dictionary.md", "ledger.json", "metadata.json"}


@pytest.fixture(scope="module")
def version(library):
    return corpus.open("v1.0.0", repo=library.root)


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_with_all_that_it_needs(version, tmp_path):
    made = export(version, tmp_path / "out", Order())
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"data", *SMALL}
    rows = pl.read_parquet(tmp_path / "out/data/articles-00000-of-00001.parquet")
    assert rows.equals(version.scan().collect())
    assert pq.read_schema(tmp_path / "out" / made.files[0].path).equals(version.shards().schema)
    ledger = json.loads((tmp_path / "out/ledger.json").read_text())
    assert ledger["commit"] == version.commit
    assert ledger["ledger"]["articles"] == ledger["exported"]["articles"] == 2 * ROWS
    card = (tmp_path / "out/README.md").read_text()
    header = yaml.safe_load(card.split("---")[1])
    # The seeds have no note: the Hub's name for rights that it cannot name.
    assert header["license"] == "other"
    assert header["language"] == ["en"]
    assert header["size_categories"] == ["n<1K"]
    assert "| CC BY 4.0 | 1 | 24 |" in card
    assert "| no note | 1 | 24 |" in card
    assert f"version | `corpus@v1.0.0` |\n| git commit | `{version.commit}`" in card
    # `mkdtemp` would leave a folder that nobody else can read.
    assert oct((tmp_path / "out").stat().st_mode)[-3:] == oct(0o777 & ~_umask())[-3:]


def _umask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_filters_and_columns_and_why_the_rest_is_left_out(version, tmp_path):
    filters = {"publisher": "beta.org", "since": "2021-02-01", "duplicates": False}
    made = export(version, tmp_path / "out", Order(filters=filters, columns=["title", "published_date"]))
    rows = pl.read_parquet(tmp_path / "out/data/*.parquet")
    assert rows.equals(version.articles(columns=["title", "published_date"], **filters).collect())
    assert made.articles + sum(made.left_out.values()) == 2 * ROWS
    assert made.left_out == {"publisher": ROWS, "since": 4, "duplicate": COPIES - 1}
    ledger = json.loads((tmp_path / "out/ledger.json").read_text())
    assert ledger["filters"] == {"publisher": ["beta.org"], "since": "2021-02-01", "duplicates": False}
    assert ledger["exported"]["left_out"] == made.left_out
    assert "`text`" not in (tmp_path / "out/dictionary.md").read_text()


def test_json_lines(version, tmp_path):
    export(version, tmp_path / "plain", Order("jsonl"))
    export(version, tmp_path / "zst", Order("jsonl.zst"))
    text = (tmp_path / "plain/data/articles-00000-of-00001.jsonl").read_bytes()
    with lines.zstd.open(tmp_path / "zst/data/articles-00000-of-00001.jsonl.zst") as packed:
        assert packed.read() == text
    rows = [json.loads(line) for line in text.decode().splitlines()]
    assert len(rows) == 2 * ROWS
    for row, expected in zip(rows, version.scan().collect().iter_rows(named=True), strict=True):
        assert row["published_date"] == (expected["published_date"] and expected["published_date"].isoformat())
        assert row["authors"] == ["Jane Example", "José Ejemplo"]
        assert row["title"] == expected["title"]
    assert {row["captured_at"] for row in rows} == {None, "2022-01-02T00:00:00Z"}


def test_csv_that_no_spreadsheet_takes_for_formulas(version, tmp_path):
    export(version, tmp_path / "out", Order("csv"))
    with (tmp_path / "out/data/articles-00000-of-00001.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    titles = {row["title"] for row in rows}
    assert titles >= {
        "'=HYPERLINK(0)",
        "'+1 for the tram",
        "'-5 degrees",
        "'@mayor says no",
        "''=quoted",
        "'Integration' talks",
        '"x", y',
    }
    assert not any(cell.startswith(tuple("=+-@|＝＋－＠｜﹦﹢﹣﹫\t\r\n")) for row in rows for cell in row.values())
    # And as the dictionary says, the texts come back.
    back = {re.sub(r"\A'(?='*[=+\-@|＝＋－＠｜﹦﹢﹣﹫\t\r\n])", "", title) for title in titles}
    assert set(HOSTILE) <= back == set(version.scan().collect()["title"])
    assert json.loads(rows[0]["authors"]) == ["Jane Example", "José Ejemplo"]
    assert {row["published_date"] for row in rows} >= {"", "2019-01-01"}


@pytest.mark.parametrize(
    "begin",
    ["＝", "＋", "－", "＠", "｜", "|", "﹦", "﹢", "﹣", "﹫", "'＝", "''|", "\t=", "\r", "\n", "=", " =", "\xa0=", "\u3000＝", "\ufeff=", "\u200b+", "\x00=", "\x0b@", "\x1f-", "\u2028=", "' '="],
)  # fmt: skip
def test_cells_in_any_width_are_guarded(tmp_path, begin):
    sink = files.Sink(tmp_path, "rows", format_of("csv"), pa.schema({"title": pa.string()}))
    sink.write(pa.table({"title": [f"{begin}cmd", f"x{begin}cmd"]}))
    (made,) = sink.finish()
    with (tmp_path.parent / made.path).open(newline="", encoding="utf-8") as file:
        assert [row["title"] for row in csv.DictReader(file)] == [f"'{begin}cmd", f"x{begin}cmd"]
    assert tabular._safe(f"{begin}cmd") == (f"'{begin}cmd" if begin.startswith(tabular.FORMULA) else f"{begin}cmd")


@pytest.mark.parametrize("name", FORMATS)
def test_croissant_is_valid_and_gives_the_rows(version, tmp_path, name):
    export(
        version,
        tmp_path / "out",
        Order(name, {"until": "2019-03-31"}, ["article_id", "title", "published_date", "authors", "links"]),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlcroissant

        dataset = mlcroissant.Dataset(jsonld=tmp_path / "out/metadata.json")
        assert not dataset.metadata.ctx.issues.errors
        assert not dataset.metadata.ctx.issues.warnings
        if name != "jsonl.zst":  # which mlcroissant does not unpack
            rows = list(dataset.records("articles"))
            expected = version.articles(until="2019-03-31").collect()
            assert [row["articles/title"].decode() for row in rows] == list(expected["title"])
            assert [row["articles/published_date"].date() for row in rows] == list(expected["published_date"])


@pytest.mark.parametrize("name", ["huggingface", "csv", "jsonl"])
def test_datasets_load_the_folder(version, tmp_path, name):
    datasets = pytest.importorskip("datasets")
    export(version, tmp_path / "out", Order(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].num_rows == 2 * ROWS
    if name == "huggingface":
        assert loaded["train"][0]["published_date"] == date(2021, 1, 1)


def test_splits_are_those_of_the_version(version, tmp_path):
    made = export(version, tmp_path / "out", Order("huggingface", split_seed="7"))
    for name, part in version.splits(seed="7").items():
        assert pl.read_parquet(tmp_path / f"out/data/{name}-*.parquet").equals(part.collect())
    assert sum(file.rows for file in made.files) == 2 * ROWS
    header = yaml.safe_load((tmp_path / "out/README.md").read_text().split("---")[1])
    assert [part["split"] for part in header["configs"][0]["data_files"]] == ["train", "validation", "test"]
    assert json.loads((tmp_path / "out/ledger.json").read_text())["splits"]["seed"] == "7"


def test_bytes_depend_on_version_filters_format_and_engine_alone(library, far, tmp_path, monkeypatch):
    """Not on the name it was opened by, the cache, the place, the time zone, or the order of filters."""
    at, store = far
    here = corpus.open("v1.0.0", repo=library.root)
    order = Order("csv", {"publisher": ["alpha.com", "beta.org"], "duplicates": False})
    export(here, tmp_path / "one", order)
    again = Order("csv", {"duplicates": False, "publisher": ["beta.org", "alpha.com"]})
    for number, other in enumerate([
        corpus.open(here.commit, repo=library.root), corpus.open("main", repo=library.root),
        corpus.open(repo=library.root), corpus.open("v1.0.0", repo=at(str(store))),
    ]):  # fmt: skip
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        export(other, tmp_path / f"other{number}", again)
        assert tree(tmp_path / f"other{number}") == tree(tmp_path / "one")


def test_files_are_bounded(version, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROW_GROUP", 10)
    monkeypatch.setattr(files, "_MOST_ROWS", 30)
    made = export(version, tmp_path / "out", Order("jsonl"))
    assert [file.path for file in made.files] == [f"data/articles-0000{n}-of-00002.jsonl" for n in range(2)]
    assert sum(len((tmp_path / "out" / file.path).read_text().splitlines()) for file in made.files) == 2 * ROWS


def test_nothing_asked_for_is_there(version, tmp_path):
    for name in FORMATS:
        made = export(version, tmp_path / name, Order(name, {"since": "2050-01-01"}))
        assert made.articles == 0
        assert made.left_out == {"since": 2 * ROWS}
        assert len(made.files) == 1
    assert pl.read_parquet(tmp_path / "parquet/data/*.parquet").columns == version.columns()
    assert (tmp_path / "csv/data/articles-00000-of-00001.csv").read_text().startswith("article_id,revision")


def test_what_is_there_stays_unless_forced(version, library, tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine").write_text("mine")
    with pytest.raises(UsageError, match=r"is not empty\. Choose another folder, or pass --force"):
        export(version, target, Order())
    assert (target / "mine").read_text() == "mine"
    export(version, target, Order(), force=True)
    assert not (target / "mine").exists()
    (tmp_path / "file").touch()
    root = library.root
    for place, said in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "articles.csv", r"articles.csv looks like the name of a file.*name it articles, and .* --format"),
        (root / "data/x", "which the corpus itself uses"),
        (root / "seeds", "which the corpus itself uses"),
        (root, "has the corpus repository in it"),
        (root.parent, "has the corpus repository in it"),
        (Path.home(), "has your home folder in it"),
    ):
        with pytest.raises(UsageError, match=said):
            export(version, place, Order(), force=True)
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "git")], check=True)
    with pytest.raises(UsageError, match="is a git repository"):
        export(version, tmp_path / "git", Order(), force=True)


def test_interrupted_it_leaves_nothing_and_the_old_one(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").touch()
    for error in (KeyboardInterrupt, OSError(28, "No space left on device")):
        with pytest.raises((KeyboardInterrupt, OSError)):
            _fill(target, error)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in target.iterdir()] == ["old"]


def _fill(target, error):
    with made_aside(target) as aside:
        (aside / "half").touch()
        raise error


def test_what_came_there_meanwhile_stays(tmp_path):
    target = tmp_path / "out"

    def slowly():
        with made_aside(target):
            target.mkdir()
            (target / "theirs").touch()

    with pytest.raises(UsageError, match="is not empty"):
        slowly()
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "theirs"]


HOLD = """
import pathlib, sys
from corpus.cli.show import interruptible
from corpus.export.folder import made_aside
from corpus.report import tabular
with interruptible(), made_aside(pathlib.Path(sys.argv[1])) as aside:
    print(aside, flush=True)
    sys.stdin.read()
"""


def hold(target):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return process, Path(process.stdout.readline().strip())


def test_terminated_it_leaves_nothing_and_killed_what_the_next_one_removes(tmp_path):
    target = tmp_path / "out"
    ended, aside = hold(target)
    ended.send_signal(signal.SIGTERM)
    ended.communicate()
    assert not list(tmp_path.iterdir())
    killed, left = hold(target)
    killed.kill()
    killed.communicate()
    running, aside = hold(target)
    assert not left.exists()
    with made_aside(target):
        # Somebody who still works on his is let be.
        assert aside.exists()
    running.kill()
    running.communicate()
    assert target.is_dir()


def test_what_was_never_committed_says_so(library_copy, tmp_path):
    lock = library_copy.root / "dvc.lock"
    lock.write_text(lock.read_text() + "# Another build.\n")
    params = library_copy.root / "params.yaml"
    params.write_text(params.read_text().replace("A news corpus", "Trams & <b>more</b>") + "\nfuture: {key: 1}\n")
    made = export(corpus.open(repo=library_copy.root), tmp_path / "out", Order())
    assert made.version.startswith("uncommitted, articles ")
    card = (tmp_path / "out/README.md").read_text()
    assert "# Trams \\& \\<b\\>more\\</b\\>" in card
    assert "git commit" not in card
    assert "datePublished" not in json.loads((tmp_path / "out/metadata.json").read_text())


def test_the_command(library, tmp_path):
    done = library.run("export", str(tmp_path / "out"), "--rev", "v1.0.0", "--language", "en-GB", "--no-duplicates")
    assert done.stdout.splitlines()[:2] == [
        f"Exported {ROWS - 2 - COPIES} articles of corpus@v1.0.0.",
        f"left out  {ROWS + 2} by language, {COPIES} by duplicate",
    ]
    wrong = library.run("export", str(tmp_path / "no"), "--columns", "title,nope", check=False)
    assert wrong.returncode == 2
    assert "No column 'nope' in articles. There are article_id" in wrong.stderr
    assert not (tmp_path / "no").exists()


def test_a_package_brings_a_format(version, tmp_path, monkeypatch):
    """Nothing else needs to know of it: it is written, described and offered."""
    (tmp_path / "lists.py").write_text(
        "class Titles:\n"
        "    name, suffix, media_type, stem, lists_are_text = 'titles', '.lst', 'text/x-titles', 'articles', True\n"
        "    meaning = 'One title a line.'\n"
        "    def open(self, path, schema): return File(path)\n"
        "    def reading(self, files): return f'open(\"{files}\")'\n"
        "class File:\n"
        "    def __init__(self, path): self.file = path.open('w')\n"
        "    def write(self, rows): self.file.writelines(f'{one}\\n' for one in rows['title'].to_pylist())\n"
        "    def close(self): self.file.close()\n"
    )
    info = tmp_path / "lists-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lists\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[newscorpus.exports]\ntitles = lists:Titles\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert names() == [*FORMATS, "titles"]
    made = export(version, tmp_path / "out", Order("titles"))
    lines = [line for file in made.files for line in (made.folder / file.path).read_text().splitlines()]
    assert len(lines) == made.articles > 0
    assert "One title a line." in (made.folder / "dictionary.md").read_text()
    assert 'open("data/articles-*.lst")' in (made.folder / "README.md").read_text()
    assert "text/x-titles" in (made.folder / "metadata.json").read_text()


def test_a_format_that_nobody_has_is_named():
    with pytest.raises(UsageError, match=r"No format 'xls'. There are parquet, jsonl"):
        format_of("xls")
