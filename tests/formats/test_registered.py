"""A parser of another package, found by its entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def test_an_installed_parser_reads_what_was_unsupported(corpus_repo: Corpus, tmp_path: Path) -> None:
    words = " ".join(["words of an article"] * 20)
    corpus_repo.seed("a.pdf", f"%PDF-1.4 A title\n{words}")
    corpus_repo.seed("b.pdf", f"%PDF-1.4 Another\ncrash {words}")
    corpus_repo.build()
    assert "unsupported_media_type" in corpus_repo.run("why", "seeds/a.pdf").stdout
    install(tmp_path / "site", "1")
    there = str(tmp_path / "site")
    corpus_repo.run("build", PYTHONPATH=there)
    assert "pdf/1" in corpus_repo.run("why", "seeds/a.pdf", PYTHONPATH=there).stdout
    crashed = corpus_repo.run("why", "seeds/b.pdf", PYTHONPATH=there).stdout
    assert "unreadable" in crashed
    assert "ValueError" in crashed
    # Its version is part of the engine: another one parses anew, and nothing else does.
    install(tmp_path / "site", "2")
    corpus_repo.run("build", PYTHONPATH=there, **UNMEASURED)
    assert "pdf/2" in corpus_repo.run("why", "seeds/a.pdf", PYTHONPATH=there, **UNMEASURED).stdout


def test_a_broken_parser_is_named(corpus_repo: Corpus, tmp_path: Path) -> None:
    corpus_repo.seed("a.pdf", "%PDF-1.4 A title\nwords")
    install(tmp_path / "site", "1", "raise ImportError('no such library')\n")
    done = corpus_repo.run("build", check=False, PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 1
    assert "newscorpus-pdf" in done.stderr
    assert "no such library" in done.stderr
    assert "Traceback" not in done.stderr
