"""`corpus diff` and `corpus history`, as a user runs them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

import corpus
from corpus.cli import cli
from corpus.diff.diff import diff, worded
from corpus.diff.finding import find_article
from corpus.errors import NotFound, UsageError
from corpus.repo.repository import find
from tests.conftest import BODY, Corpus, article, made_once

if TYPE_CHECKING:
    from pathlib import Path

ONE = "https://www.example.com/one"
EVIL = '<script>alert("1")</script> & \u202ereversed\u202c'
LONG = "\n\n".join(
    f"Paragraph {number} tells of tram {number} and of its price, as was to be expected." for number in range(12)
)


@pytest.fixture(scope="session")
def changing(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Two releases: one article corrected by a later capture, one withdrawn, one added. To be read only."""
    return Corpus(made_once(tmp_path_factory, "changing", lambda place: _change(built_once, place)) / "repo")


def _change(built_once: Path, place: Path) -> None:
    root = place / "repo"
    shutil.copytree(built_once, root, symlinks=True)
    repo = Corpus(root)
    repo.run("release", "-m", "The first")
    rows = place / "rows.jsonl"
    text = f"{BODY.replace('four hours', 'five long hours')}\n\n{LONG}\n\n{EVIL}"
    row = {"title": "Council <b>rejects</b> one", "text": text, "url": ONE, "authors": ["Jane Example"]}
    rows.write_text(json.dumps({**row, "date_publish": "2020-09-11"}))
    repo.run("add", "--captured-at", "2024-02-01", str(rows))
    # Another batch that calls its document by the same name.
    rows.write_text(json.dumps({**row, "title": "Council adjourns", "text": f"{BODY} At last.", "url": ONE + "/more"}))
    repo.run("add", "--captured-at", "2024-02-02", str(rows))
    (root / "seeds/two.txt").unlink()
    repo.seed("three.txt", article("three", body=BODY + " A third."))
    repo.build()
    repo.commit("Second")
    repo.run("release", "-m", "The second")


@pytest.fixture
def say(changing: Corpus, monkeypatch: pytest.MonkeyPatch):
    """Run a command that only reads in this process, which knows its imports already. Returns what it printed."""

    def run(*arguments: str) -> str:
        monkeypatch.chdir(changing.root)
        done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_counts_first_then_articles(changing, say):
    lines = say("diff", "v1.0.0", "v1.1.0").splitlines()
    assert lines[0] == "v1.0.0 to v1.1.0: 2 added, 1 withdrawn, 1 corrected"
    assert [line.split()[0] for line in lines[1:]] == ["added", "added", "withdrawn", "corrected"]
    assert lines[4].endswith("  Council <b>rejects</b> one  [title, text]")
    assert say("diff", "v1.1.0") == "v1.1.0 to the working tree: no article differs\n"
    head = changing.git("rev-parse", "HEAD").strip()
    assert say("diff", head, "corpus@v1.0.0").startswith(f"{head} to corpus@v1.0.0: 1 added")


def test_limits_and_filters(say):
    assert say("diff", "v1.0.0", "--limit", "0").splitlines()[1] == "and 2 more added; --limit shows more, --json all"
    assert "no article differs" in say("diff", "v1.0.0", "--publisher", "example.org")
    assert "1 corrected" in say("diff", "v1.0.0", "--publisher", "example.com", "--language", "en")
    assert "no article differs" in say("diff", "v1.0.0", "--since", "2020-09-12")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["v9.9.9"], "No version 'v9.9.9'. Released: v1.0.0, v1.1.0."),
        (["v1.0.0", "nowhere"], "No version 'nowhere'. Released: v1.0.0, v1.1.0."),
        (["v1.0.0", "--since", "yesterday"], "'yesterday' is not a day; write it as 2026-05-04."),
        (["v1.0.0", "--since", "2024-01-02", "--until", "2024-01-01"], "is before --since"),
        (["v1.0.0", "--publisher", "\udcff"], "is not UTF-8"),
        (["v1.0.0", "--html", "/dev/null"], "/dev/null is not a regular file"),
        ([], "Missing argument 'A'"),
    ],
)
def test_wrong_usage(changing, arguments, said):
    done = changing.run("diff", *arguments, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_words(say):
    shown = say("diff", "v1.0.0", "--words")
    assert "after [-four-]{+five long+} hours of debate" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_json(say):
    found = json.loads(say("diff", "v1.0.0", "v1.1.0", "--json", "--words"))
    assert found["counts"] == {"added": 2, "withdrawn": 1, "corrected": 1}
    assert [found[side]["name"] for side in ("old", "new")] == ["v1.0.0", "v1.1.0"]
    corrected = found["changes"][3]
    assert corrected["parts"] == ["title", "text"]
    assert (corrected["old"]["revision"], corrected["new"]["revision"]) == (1, 2)
    kept_and_added = "".join(run["text"] for run in corrected["words"] if run["fate"] != "removed")
    assert kept_and_added.startswith("The town council approved a new tram line on Monday after five long hours")
    assert [change["words"] for change in found["changes"][:3]] == [None] * 3


def test_from_python(changing):
    v1, now = corpus.open("v1.0.0", repo=changing.root), corpus.open(repo=changing.root)
    found = diff(v1, now)
    assert {kind.value: number for kind, number in found.counts.items()} == {"added": 2, "withdrawn": 1, "corrected": 1}
    assert [change.kind.value for change, words in worded(v1, now, found.changes) if words] == ["corrected"]


def test_page(say, tmp_path):
    page = tmp_path / "page.html"
    said = say("diff", "v1.0.0", "v1.1.0", "--html", str(page))
    assert said.splitlines() == ["v1.0.0 to v1.1.0: 2 added, 1 withdrawn, 1 corrected", f"page  {page}"]
    text = page.read_text()
    tree = LexborHTMLParser(text)
    assert not tree.css("script, img, link, iframe, object, [onclick], [src]")
    assert "default-src 'none'" in tree.css_first("meta[http-equiv]").attributes["content"]
    assert "\u202e" not in text
    assert [heading.text() for heading in tree.css("h2")] == ["Added", "Withdrawn", "Corrected"]
    assert [node.text() for node in tree.css("td:first-child del")] == ["approves", "four"]
    added = [node.text() for node in tree.css("td + td ins")]
    assert added[:2] == ["<b>rejects</b>", "five long"]
    assert '<script>alert("1")</script> & reversed' in added[-1]
    assert not tree.css("td:first-child ins, td + td del")


def test_names_that_are_no_text(changing, say, tmp_path):
    changing.git("branch", "--force", "b\udcff", "corpus@v1.0.0")
    page = tmp_path / "page.html"
    assert say("diff", "b\udcff", "--html", str(page)).startswith("b? to the working tree: 2 added")
    assert "b? to the working tree" in page.read_text()
    assert json.loads(say("diff", "b\udcff", "--json"))["old"]["name"] == "b?"


def test_history_across_captures_and_releases(changing, say):
    by_url = say("history", f"{ONE}/?utm_source=x")
    lines = by_url.splitlines()
    assert lines[0] == "Council <b>rejects</b> one"
    article_id = lines[1].split()[-1]
    assert "  releases          v1.0.0 to v1.1.0" in lines
    assert "  the working tree  revision 2" in lines
    assert [line for line in lines if line.startswith("revision")] == [
        "revision 1, time of capture not known, seeds/one.txt",
        "revision 2, captured 2024-02-01 00:00:00 UTC, rows.jsonl#1",
    ]
    assert [line.split("in ")[1].strip() for line in lines if line.startswith("  in  ")] == [
        "v1.0.0",
        "v1.1.0, the working tree",
    ]
    assert "  title     Council [-approves-]{+<b>rejects</b>+} one" in lines
    assert "after [-four-]{+five long+} hours of debate" in by_url
    repository = find(changing.root)
    for name in (article_id, article_id[:6].upper(), "seeds/one.txt", ONE):
        assert find_article(repository, name, corpus.open(repo=changing.root)) == article_id
    assert say("history", ONE, "--rev", "v1.0.0").count("\nrevision") == 2


def test_history_as_json(say):
    found = json.loads(say("history", ONE, "--json"))
    assert (found["first"], found["last"], found["released"]) == ("v1.0.0", "v1.1.0", ["v1.0.0", "v1.1.0"])
    first, second = found["revisions"]
    assert (first["releases"], second["releases"]) == (["v1.0.0"], ["v1.1.0"])
    assert (first["current"], second["current"], first["kept"]) == (False, True, True)
    assert (second["parts"], second["columns"]) == (["title", "text"], ["title", "date_source", "text"])
    assert "".join(run["text"] for run in second["text"] if run["fate"] != "added").startswith(BODY)


def test_history_of_what_only_a_release_has(say):
    shown = say("history", "https://www.example.com/two")
    assert "  releases          v1.0.0\n  the working tree  does not have it\n" in shown
    assert "\nrevision 1 of v1.0.0, " in shown
    assert "  releases          v1.1.0\n" in say("history", "seeds/three.txt")


def test_history_of_what_nobody_knows(changing):
    done = changing.run("history", "seeds/bad\x1b[31m.txt", check=False)
    assert done.returncode == 2
    assert "Nothing is known of" in done.stderr
    assert "`corpus why`" in done.stderr
    assert "\x1b[31m" not in done.stderr
    for name in (
        "seeds/bad.txt",
        "https://example.org/x",
        "f" * 12,
        "f" * 64,
        "",
        "ab",
        "https://[",
        "x" * 10_000,
        "\udcff",
    ):
        with pytest.raises(NotFound):
            find_article(find(changing.root), name, corpus.open(repo=changing.root))
    with pytest.raises(UsageError, match=r"may mean 2 articles\. Give the id of one:\n  [0-9a-f]{32}  Council"):
        find_article(find(changing.root), "rows.jsonl#1", corpus.open(repo=changing.root))
