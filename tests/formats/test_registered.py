"""A parser of another package, found by its entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tests.conftest import UNMEASURED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus

MODULE = '''
from corpus.formats.article import Document, Parsed
from corpus.text.normalise import normalise

class PdfParser:
    """Not really: what stands after the first line of a file that begins as a PDF does."""

    name = "pdf/{version}"
    media_types = frozenset({{"application/pdf"}})

    def parse(self, document: Document) -> Parsed:
        title, _, text = document.data.decode().partition("\\n")
        if "crash" in text:
            raise ValueError("crash")
        return Parsed(title=title, text=normalise(text), language="en", parser=self.name)
'''


def install(folder: Path, version: str, module: str = MODULE) -> None:
    info = folder / "newscorpus_pdf.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: newscorpus-pdf\nVersion: {version}\n")
    (info / "entry_points.txt").write_text("[newscorpus.parsers]\npdf = newscorpus_pdf:PdfParser\n")
    (folder / "newscorpus_pdf.py").write_text(module.format(version=version))


# Prints the parser, what becomes of each seed and why, and what `ingest` and `validate` are pinned to.
ASKED = """
import json
from pathlib import Path
from corpus.app.check import check_here
from corpus.formats.plugins import registered
from corpus.tables import engine
found = {one.source: [one.fate, *(" ".join(map(str, verdict)) for verdict in one.verdicts)] for one in check_here([Path("in")]).documents}
(parser,) = {parser.name for parser, _ in registered().values()}
print(json.dumps([parser, found, engine.fingerprint("ingest"), engine.fingerprint("validate")]))
"""


def asked(folder: Path) -> tuple[str, dict[str, list[str]], str, str]:
    """What a process with the installed parser answers to `ASKED`."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=folder, capture_output=True, text=True, check=True,
        env={**os.environ, **UNMEASURED, "PYTHONPATH": str(folder / "site")},
    )  # fmt: skip
    parser, found, *engines = json.loads(done.stdout)
    return parser, {source.rpartition("/")[2]: one for source, one in found.items()}, *engines


def test_an_installed_parser_reads_and_its_version_is_part_of_the_engine(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    words = " ".join(["words of an article"] * 20)
    (tmp_path / "in/a.pdf").write_text(f"%PDF-1.4 A title\n{words}")
    (tmp_path / "in/b.pdf").write_text(f"%PDF-1.4 Another\ncrash {words}")
    install(tmp_path / "site", "1")
    parser, found, *engines = asked(tmp_path)
    assert (parser, found["a.pdf"][0], found["b.pdf"][0]) == ("pdf/1", "a new article", "quarantined")
    assert any("unreadable" in verdict and "ValueError" in verdict for verdict in found["b.pdf"][1:])
    install(tmp_path / "site", "2")
    again, _, *others = asked(tmp_path)
    assert again == "pdf/2"
    assert others[0] != engines[0]
    assert others[1:] == engines[1:]


def rows_of(repo: Corpus, table: str) -> list[dict[str, Any]]:
    return pl.read_parquet(repo.root / "data" / table / "*.parquet").to_dicts()


@pytest.mark.trial
def test_an_installed_parser_reads_what_was_unsupported(corpus_repo: Corpus, tmp_path: Path) -> None:
    words = " ".join(["words of an article"] * 20)
    corpus_repo.seed("a.pdf", f"%PDF-1.4 A title\n{words}")
    corpus_repo.seed("b.pdf", f"%PDF-1.4 Another\ncrash {words}")
    there = {"PYTHONPATH": str(tmp_path / "site"), **UNMEASURED}
    install(tmp_path / "site", "1")
    corpus_repo.run("build", **there)
    (crashed,) = rows_of(corpus_repo, "quarantine")
    assert (crashed["source"], crashed["reasons"][0]["check"]) == ("seeds/b.pdf", "unreadable")
    assert "ValueError" in crashed["reasons"][0]["found"]
    assert [one["parser"] for one in rows_of(corpus_repo, "articles")] == ["pdf/1"]
    # Its version is part of the engine: another one parses anew, and nothing else does.
    install(tmp_path / "site", "2")
    corpus_repo.run("build", **there)
    assert [one["parser"] for one in rows_of(corpus_repo, "articles")] == ["pdf/2"]


def test_a_broken_parser_is_named(corpus_repo: Corpus, tmp_path: Path) -> None:
    corpus_repo.seed("a.pdf", "%PDF-1.4 A title\nwords")
    install(tmp_path / "site", "1", "raise ImportError('no such library')\n")
    done = corpus_repo.run("build", check=False, PYTHONPATH=str(tmp_path / "site"), **UNMEASURED)
    assert done.returncode == 1
    assert "newscorpus-pdf" in done.stderr
    assert "no such library" in done.stderr
    assert "Traceback" not in done.stderr


EVIL = """
import sys
from datetime import datetime
from corpus.formats.article import Document, Parsed

class HtmlParser:
    name = "evil/1"
    media_types = frozenset({{"text/html", "text/plain"}})

    def parse(self, document: Document) -> Parsed:
        word = document.data.decode().split()[-1]
        text = "words of an article " * 20
        return {{
            "good": lambda: Parsed(title="A title", text=text.strip(), language="en", url="https://example.com/good", parser="html/1"),
            "type": lambda: {{"title": "A title"}},
            "surrogate": lambda: Parsed(title="\\ud800", text=text),
            "naive": lambda: Parsed(title="A title", text=text, published_at=datetime(2024, 1, 2)),
            "exit": lambda: sys.exit(0),
            "interrupt": lambda: exec("raise KeyboardInterrupt"),
            "huge": lambda: Parsed(title="x" * 1_000_000, text=text),
            "recursion": lambda: self.parse(document),
        }}[word]()
"""


def test_a_parser_that_replaces_ours_costs_the_documents_that_it_cannot_read(tmp_path: Path) -> None:
    # Ctrl-C ends a check; what a build makes of it is a trial's.
    bad = ("type", "surrogate", "naive", "exit", "huge", "recursion")
    (tmp_path / "in").mkdir()
    for word in ("good", *bad):
        (tmp_path / f"in/{word}.html").write_text(f"<html> {word}")
    install(tmp_path / "site", "1", EVIL.replace("HtmlParser", "PdfParser"))
    parser, found, *_ = asked(tmp_path)
    assert parser == "evil/1"
    assert {name: one[0] for name, one in found.items()} == {
        "good.html": "a new article", **dict.fromkeys((f"{word}.html" for word in bad), "quarantined"),
    }  # fmt: skip
    assert any("without an offset" in verdict for verdict in found["naive.html"][1:])


@pytest.mark.trial
def test_a_parser_that_replaces_ours_is_named_and_costs_its_documents_alone(
    corpus_repo: Corpus, tmp_path: Path
) -> None:
    bad = ("type", "surrogate", "naive", "exit", "interrupt", "huge", "recursion")
    for word in ("good", *bad):
        corpus_repo.seed(f"{word}.html", f"<html> {word}")
    install(tmp_path / "site", "1", EVIL.replace("HtmlParser", "PdfParser"))
    there = {"PYTHONPATH": str(tmp_path / "site"), **UNMEASURED}
    corpus_repo.run("build", **there)
    reasons = {row["source"]: row["reasons"][0] for row in rows_of(corpus_repo, "quarantine")}
    assert len(reasons) == len(bad)
    assert reasons["seeds/naive.html"]["check"] == "unreadable"
    assert "without an offset" in reasons["seeds/naive.html"]["found"]
    good = corpus_repo.run("why", "seeds/good.html", **there).stdout
    assert "evil/1 (of newscorpus-pdf 1, in place of our own)" in good
    for command in ("status", "doctor"):
        done = corpus_repo.run(command, check=False, **there)
        assert "evil/1 of newscorpus-pdf 1 reads text/html, text/plain" in done.stdout, command
        assert "in place of our own for text/html, text/plain" in done.stdout, command


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('media_types = "text/html"', "not a set of texts"), ('media_types = frozenset({{"TEXT/HTML"}})', "not a media type"),
        ('media_types = frozenset({{"text/html; charset=x"}})', "not a media type"), ("name = 3", "no name"),
        ('name = "a\\x1b[2J"', "printable"), ('name = "a" * 200', "printable"), ("import sys; sys.exit(3)", "SystemExit"),
    ],
)  # fmt: skip
def test_a_parser_that_says_nonsense_of_itself_is_named(tmp_path: Path, line: str, told: str) -> None:
    module = MODULE.replace('    name = "pdf/{version}"', f'    name = "pdf/{{version}}"\n    {line}')
    media = '    media_types = frozenset({{"application/pdf"}})\n'
    install(tmp_path / "site", "1", module.replace(media, "" if "media_types" in line else media))
    done = subprocess.run(
        [sys.executable, "-c", "from corpus.formats.plugins import registered; registered()"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "newscorpus-pdf" in done.stderr
    assert told in done.stderr.splitlines()[-1]
