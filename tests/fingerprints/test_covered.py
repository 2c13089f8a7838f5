"""The fingerprints of stages are remembered until a source file or a library changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from corpus.fingerprints import covered, libraries, parts
from corpus.stages import NAMES

if TYPE_CHECKING:
    from pathlib import Path

MODULES = {
    "corpus.__init__": "",
    "corpus.pipeline.__init__": "",
    "corpus.formats.__init__": "",
    "corpus.formats.mediatypes": "PARSERS = {'text/html': 'corpus.formats.page:Page', 'text/plain': 'corpus.formats.text:Text'}\n",
    "corpus.formats.page": "import lxml\nfrom corpus.shared import one\nclass Page:\n    def parse(self): return lxml, one(), 10\n",
    "corpus.formats.text": "from corpus.shared import one\nclass Text:\n    def parse(self): return one(), 20\n",
    "corpus.shared": 'def one():\n    """Return it."""\n    return 30\n',
    "corpus.reading.__init__": "",
    "corpus.reading.look": "def show(): return 40\n",
    "schemas.__init__": "",
    **{f"corpus.pipeline.{name}": f"import polars as pl\ndef {name}(): return pl, 50\n" for name in NAMES},
    "corpus.pipeline.report": (
        "from corpus.reading.look import show\ndef report(): return show(), files('corpus.words') / 'list.txt'\n"
    ),
    "corpus.words.__init__": '"""Nothing but files."""',
}


@pytest.fixture
def packages(tmp_path: Path) -> dict[str, Path]:
    for name, source in MODULES.items():
        path = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    (tmp_path / "corpus/reading/page.css").write_text("a { color: red }")
    (tmp_path / "corpus/words/list.txt").write_text("one")
    return {name: tmp_path / name for name in ("corpus", "schemas")}


def edit(path: Path, before: str, after: str) -> None:
    """Change a file and give it back its times."""
    info = path.stat()
    source = path.read_text()
    assert before in source
    path.write_text(source.replace(before, after))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


@pytest.mark.parametrize(
    ("file", "before", "after", "stages", "kinds"),
    [
        ("corpus/formats/page.py", "10", "11", {"ingest"}, {"text/html"}),
        ("corpus/formats/text.py", "20", "21", {"ingest"}, {"text/plain"}),
        ("corpus/shared.py", "30", "31", {"ingest"}, {"text/html", "text/plain"}),
        ("corpus/shared.py", "it", "me", set(), set()),
        ("corpus/reading/look.py", "40", "41", {"report"}, set()),
        ("corpus/reading/page.css", "red", "tan", {"report"}, set()),
        ("corpus/words/list.txt", "one", "two", {"report"}, set()),
        ("corpus/pipeline/validate.py", "50", "51", {"validate"}, set()),
        ("corpus/pipeline/ingest.py", "50", "51", {"ingest"}, set()),
        ("corpus/formats/mediatypes.py", "text/html", "text/xhtm", {"ingest"}, {"text/html", "text/xhtm"}),
    ],
)
def test_a_change_of_the_same_size_and_time_is_seen(
    packages: dict[str, Path], tmp_path: Path, file: str, before: str, after: str, stages: set[str], kinds: set[str]
) -> None:
    place = tmp_path / "memory" / "fingerprints.json"
    old = covered.of(packages, [place])
    assert place.exists()
    assert covered.of(packages, [place]) == old
    edit(tmp_path / file, before, after)
    new = covered.of(packages, [place])
    assert {name for name in NAMES if old.fingerprint(name) != new.fingerprint(name)} == stages
    one, two = old.by_kind(), new.by_kind()
    assert {kind for kind in one.keys() | two.keys() if one.get(kind) != two.get(kind)} == kinds
    assert (old.common() != new.common()) == (stages == {"ingest"} and not kinds)


def test_another_version_of_a_library_is_seen(
    packages: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "fingerprints.json"
    old = covered.of(packages, [place])
    true = libraries.versions

    def at(changed: str) -> parts.Covered:
        monkeypatch.setattr(
            libraries,
            "versions",
            lambda names: {name: "99" if name == changed else one for name, one in true(names).items()},
        )
        return covered.of(packages, [place])

    assert at("jinja2") == old
    new = at("lxml")
    assert {kind for kind, one in old.by_kind().items() if one != new.by_kind()[kind]} == {"text/html"}
    assert old.common() == new.common()
    new = at("polars")
    assert {name for name in NAMES if old.fingerprint(name) != new.fingerprint(name)} == {*NAMES} - {"report"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"stamps": {}}', b'{"stages": {}, "kinds": {}}'])
def test_a_memory_that_cannot_be_used_is_found_again(packages: dict[str, Path], tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "fingerprints.json"
    old = covered.of(packages, [place])
    place.write_bytes(content)
    assert covered.of(packages, [tmp_path / "corpus" / "shared.py" / "no folder", place]) == old
    assert place.read_bytes() != content


def test_a_new_file_is_seen(packages: dict[str, Path], tmp_path: Path) -> None:
    place = tmp_path / "fingerprints.json"
    old = covered.of(packages, [place])
    # A package comes before a module of the same name.
    (tmp_path / "corpus/shared").mkdir()
    (tmp_path / "corpus/shared/__init__.py").write_text("def one(): return 31\n")
    assert covered.of(packages, [place]).fingerprint("ingest") != old.fingerprint("ingest")


def test_what_a_package_needs_counts_and_what_only_one_python_needs_does_not() -> None:
    imported = ["trafilatura", "tldextract", "pandera", "yaml"]
    given = libraries.giving(imported)
    assert given == {
        "trafilatura": ["trafilatura"],
        "tldextract": ["tldextract"],
        "pandera": ["pandera"],
        "yaml": ["PyYAML"],
    }
    found = libraries.packages(imported, given)
    assert {"trafilatura", "lxml", "lxml-html-clean", "justext", "tldextract", "idna", "pandera", "pyyaml"} <= found
    assert not found & {"certifi", "urllib3", "requests", "tqdm", "setuptools"}
    assert libraries.versions(["no such package"]) == {"no such package": "absent"}
