from __future__ import annotations

import ast
from pathlib import Path

import pytest

import corpus
from corpus.store import engine

ROOT = Path(corpus.__file__).parent.parent
# What runs a stage and keeps its files, and cannot change what is in them: errors, progress, processes, locks, keys.
RUNNING = {
    "corpus/errors.py",
    # What params.yaml says stands in each key.
    "corpus/settings.py",
    *(f"corpus/stages/{name}.py" for name in ("isolation", "outcome", "progress", "threads", "workers")),
    *(f"corpus/store/{name}.py" for name in ("digest", "engine", "files", "ledger", "raw", "shards")),
}
# A name of a batch, and those of decisions, which stand in the tables that were read.
NAMES = {"corpus/store/batches.py", "corpus/resolve/revisions.py"}
BESIDE = {
    "ingest": RUNNING,
    # The hash of no text: were texts hashed otherwise, the documents would be others, and all keys.
    "validate": RUNNING | {"corpus/text/normalise.py"},
    "resolve": RUNNING | NAMES,
    "write": RUNNING | NAMES,
    # The ledger's sums.
    "report": RUNNING | NAMES | {"corpus/stages/write.py"},
}


def is_for_types(node):
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported(tree):
    """The modules that a file names when it runs, wherever in it."""
    for node in ast.iter_child_nodes(tree):
        if is_for_types(node):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imported(node)


def behind(stage):
    """Our files that a stage runs, packages' own aside, which have names only; not what those beside it need."""
    seen, waiting = set(), [f"corpus/stages/{stage}.py"]
    while waiting:
        path = waiting.pop()
        if path not in seen | BESIDE[stage]:
            seen.add(path)
            names = {name.replace(".", "/") for name in imported(ast.parse((ROOT / path).read_text()))}
            waiting += [f"{name}.py" for name in names if (ROOT / f"{name}.py").is_file()]
            waiting += [f"{name}/__init__.py" for name in names if (ROOT / name / "__init__.py").is_file()]
    return {path for path in seen if path.startswith(("corpus", "schemas")) and not path.endswith("__init__.py")}


@pytest.mark.parametrize("stage", engine.STAGES)
def test_what_a_stage_runs_is_in_its_fingerprint(stage):
    named = engine._SOURCES[stage]
    covered = {path for path in behind(stage) if any(path == one or path.startswith(f"{one}/") for one in named)}
    assert behind(stage) - covered == set()
    assert covered
