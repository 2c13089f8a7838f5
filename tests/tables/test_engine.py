"""What decides the bytes of a stage is in its fingerprint: our code, found from what a build runs, and libraries."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib import metadata

import pytest

from corpus.fingerprints import covered, finding, libraries
from corpus.fingerprints.modules import Target
from corpus.fingerprints.nodes import is_for_types
from corpus.fingerprints.reach import Reached
from corpus.stages import NAMES
from tests.conftest import BODY, UNMEASURED, article
from tests.fingerprints.conftest import ROOT, ours

# Runs all stages twice, in two repositories. Of the second run, every function of ours that is called is noted, by stage.
RUN = """
import json, sys, threading
from pathlib import Path
from datetime import UTC, datetime
from corpus import settings
from corpus.pipeline import ingest, report, resolve, validate, write
from corpus.batches import register as raw
from corpus.pipeline.folding import shards
from corpus.pipeline.origins import RowGroups, Seeds
from corpus.pipeline.processes import Processes
from corpus.batches.seeds import list_seeds

roots = [Path(one) for one in sys.argv[2:]]
here = sys.argv[1]
called = {}

def noting(stage):
    found = called.setdefault(stage, set())
    def note(frame, event, _):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith((f"{here}/corpus/", f"{here}/schemas/")) and code.co_filename.endswith(".py") and code.co_name != "<module>":
            found.add((code.co_filename, code.co_firstlineno))
    return note

for root in roots:
    chosen = settings.load(root)
    (root / "alone").mkdir()
    batches = raw.load(root)
    def parsed():
        # In this process, so that it is seen.
        seeds = Seeds(tuple((file, None) for file in list_seeds(root)))
        ingest.make(ingest.Task("seeds", seeds, root / "alone", chosen.ingest, root=root))
        for name, groups in shards(root, batches).items():
            ingest.make(ingest.Task(name, RowGroups(groups), root / "alone", chosen.ingest, root=root))
        return ingest.ingest(root, chosen, Processes(1))
    for stage, work in (
        ("ingest", parsed),
        ("validate", lambda: validate.validate(root, chosen)),
        ("resolve", lambda: resolve.resolve(root, chosen, Processes(1))),
        ("write", lambda: write.write(root)),
        ("report", lambda: report.report(root, chosen)),
    ):
        if root is roots[-1]:
            note = noting(stage)
            threading.setprofile(note)
            sys.setprofile(note)
        work()
        sys.setprofile(None)
        threading.setprofile(None)
tops = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"called": {stage: sorted(found) for stage, found in called.items()}, "imported": sorted(tops)}))
"""
PAGE = f"""<html lang="en"><head><title>Tram</title></head><body><article><h1>Tram line</h1><p>By Jane Example</p>
<time datetime="2020-01-02">2 January 2020</time><p>{BODY}</p><p>{BODY} More.</p></article></body></html>"""
ROWS = [
    {"title": f"Row {number}", "text": f"{BODY} {number}.", "date": "2 janvier 2020", "url": f"https://e.com/{number}"}
    for number in range(3)
]
# Imported for what no stage does: bars, fetching, passing functions to other processes, installing, measuring tests.
BESIDE = {"rich", "backports-zstd", "cloudpickle", "setuptools", "coverage"}


def fill(repo):
    repo.seed("one.txt", article("one"))
    repo.seed("two.md", f"---\ntitle: Two\ndate: 2020-01-02\n---\n\n{BODY} Two thirds would be paid by the region.\n")
    repo.seed("page.html", PAGE)
    repo.seed("bad.txt", "")
    (repo.root / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    repo.run("add", "rows.jsonl", **UNMEASURED)


@pytest.fixture(scope="module")
def ran(tmp_path_factory, _environment):
    from corpus.app.init import init
    from tests.conftest import Corpus

    roots = []
    for name in ("first", "second"):
        repo = Corpus(init(tmp_path_factory.mktemp(name) / "repo").root)
        fill(repo)
        roots.append(str(repo.root))
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(ROOT), *roots], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def statement(sources, file, line):
    """The module and number of the statement at the top level that a line is part of."""
    name = file.removeprefix(f"{ROOT}/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    module = sources.module(name)
    for number, node in enumerate(module.statements):
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        if first <= line <= node.end_lineno:
            return module, number
    return module, None


def reached(sources, stage):
    found = [Reached(sources, finding.APART).add([Target(f"corpus.pipeline.{stage}", stage)])]
    if stage == "ingest":
        for entry in finding.registry(sources).values():
            module, _, name = entry.partition(":")
            found.append(Reached(sources, finding.APART).add([Target(module, name)]))
    return {piece[:2] for one in found for piece in one.pieces}


@pytest.mark.parametrize("stage", NAMES)
def test_every_function_that_a_stage_calls_is_in_its_fingerprint(ran, stage):
    sources = ours()
    known = reached(sources, stage)
    called = [statement(sources, *one) for one in ran["called"][stage]]
    missing = {
        (module.name, number) for module, number in called if module.decides and (module.name, number) not in known
    }
    assert missing == set()
    assert len({(module.name, number) for module, number in called}) > 20


def test_every_library_that_a_build_imports_is_in_a_fingerprint(ran):
    parts = covered.installed()
    versions = {name for part in (*parts.stages.values(), *parts.kinds.values()) for name in part.versions}
    given = metadata.packages_distributions()
    imported = {top for top in ran["imported"] if top in given and top not in {"corpus", "schemas", "flows"}}
    packages = {libraries._normalised(one) for top in imported for one in given[top]}
    assert packages - versions - libraries._UNUSED - BESIDE - {"newscorpus"} == set()
    assert {"pandera", "polars", "pyarrow"} <= versions


def test_what_cannot_change_a_byte_imports_nothing_that_can():
    """A marked module leads to other marked ones alone: nothing that decides can hide behind it."""
    sources = ours()
    marked = [name for name in all_names() if not sources.module(name).decides]
    assert "corpus.progress" in marked
    for name in marked:
        own = {
            target.module
            if sources.module(f"{target.module}.{target.name}") is None
            else f"{target.module}.{target.name}"
            for _, target in every_import(sources.module(name))
            if target.module.partition(".")[0] in {"corpus", "schemas"}
        }
        assert {one for one in own if sources.module(one).decides} <= PLACES | ALLOWED.get(name, set()), name


# Names of files and stages: what changes them changes dvc.yaml too, and that DVC notices.
PLACES = {"corpus.repo.paths", "corpus.stages"}
# Its own business: it reads the group of entry points of parsers, and the code itself.
ALLOWED = {
    "corpus.tables.engine": {"corpus.formats.plugins"},
    "corpus.repo.outdated": {"corpus.settings", "corpus.text.plain_yaml"},
}


def all_names():
    for path in sorted((ROOT / "corpus").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def every_import(module):
    types = {id(inner) for node in ast.walk(module.tree) if is_for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(module.tree):
        if id(node) not in types:
            yield from module.targets(node)


def digests(sources):
    common = {name: Reached(sources, finding.APART).add([Target(f"corpus.pipeline.{name}", name)]) for name in NAMES}
    found = {name: one.digest() for name, one in common.items()}
    for kind, entry in finding.registry(sources).items():
        where, _, name = entry.partition(":")
        found[kind] = Reached(sources, finding.APART).add([Target(where, name)]).digest(common["ingest"])
    return found


@pytest.fixture(scope="module")
def plain():
    return digests(ours())


@pytest.mark.parametrize(
    ("module", "before", "after", "stages", "kinds"),
    [
        ("corpus.progress", "_PAUSE: Final = 0.05", "_PAUSE: Final = 0.5", "", ""),
        ("corpus.repo.lock", "_POLL = 0.1", "_POLL = 0.2", "", ""),
        ("corpus.text.normalise", '"""', '"""Another word. ', "", ""),
        ("corpus.formats.html.weights", "_DECAY: Final", "_DECAY: Final[object]", "", ""),
        ("corpus.formats.html.weights", "_DECAY: Final =", "_DECAY: Final = 2 *", "", "text/html"),
        ("corpus.formats.frontmatter", "_LONGEST: Final =", "_LONGEST: Final = 1 +", "", "text/plain"),
        ("corpus.formats.rows", "RecursionError", "OverflowError", "", "application/json"),
        ("corpus.tables.parquet", "ROW_GROUP: Final =", "ROW_GROUP: Final = 1 +", "ingest validate resolve write", ""),
        ("corpus.settings", "max_seconds: int", "max_seconds: float", "ingest", ""),
        ("corpus.settings", "min_words: int", "min_words: float", "validate", ""),
        ("corpus.settings", "silent_days: int", "silent_days: float", "", ""),
        ("schemas.expected", "class Effect(", "class Effect(str, ", "", ""),
    ],
)
def test_which_fingerprints_an_edit_changes(plain, module, before, after, stages, kinds):
    path = (ROOT / module.replace(".", "/")).with_suffix(".py")
    source = path.read_text()
    assert before in source
    other = digests(ours(lambda text: text.replace(before, after, 1) if text == source else text))
    changed = {name for name in plain if plain[name] != other[name]}
    assert changed >= {*stages.split(), *kinds.split()}
    assert changed - {"application/xhtml+xml", "text/markdown"} == {*stages.split(), *kinds.split()}
