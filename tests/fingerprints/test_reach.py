"""What a stage can use is in its fingerprint, however it comes by it; and nothing else is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from corpus.fingerprints.modules import Target
from corpus.fingerprints.reach import Reached
from corpus.fingerprints.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path

USED = "def used(): return 1\ndef other(): return 2\n"
CLASS = "class Used:\n    def f(self): return 1\nclass Other:\n    def f(self): return 2\n"
# How a stage comes by `return 1`: the stage's source, and the source of other modules by name.
WAYS: dict[str, tuple[str, dict[str, str]]] = {
    "its own module": ("def helper(): return 1\ndef stage(): helper()", {}),
    "a name of a module": ("from corpus.a import used\ndef stage(): used()", {"corpus.a": USED}),
    "a name with another": ("from corpus.a import used as u\ndef stage(): u()", {"corpus.a": USED}),
    "a module": ("from corpus import a\ndef stage(): a.used()", {"corpus.a": USED}),
    "a module with another name": ("import corpus.a as b\ndef stage(): b.used()", {"corpus.a": USED}),
    "a dotted name": ("import corpus.a\ndef stage(): corpus.a.used()", {"corpus.a": USED}),
    "a module as a value": ("from corpus import a\ndef stage(n): getattr(a, n)()", {"corpus.a": USED}),
    "an import in a function": ("def stage():\n    from corpus.a import used\n    used()", {"corpus.a": USED}),
    "a module in a function": ("def stage():\n    from corpus import a\n    a.used()", {"corpus.a": USED}),
    "a relative import": ("from .b import used\ndef stage(): used()", {"corpus.pipeline.b": USED}),
    "a relative import from above": ("from ..a import used\ndef stage(): used()", {"corpus.a": USED}),
    "everything of a module": ("from corpus.a import *\ndef stage(): used()", {"corpus.a": USED}),
    "a package that hands it on": (
        "from corpus.p import used\ndef stage(): used()",
        {"corpus.p.__init__": "from corpus.p.a import used", "corpus.p.a": USED},
    ),
    "a package that hands on by name": (
        "import corpus.p\ndef stage(): corpus.p.used()",
        {"corpus.p.__init__": "def __getattr__(name):\n    from corpus.p.a import used\n    return used", "corpus.p.a": USED},
    ),
    "two steps": ("from corpus.a import g\ndef stage(): g()", {"corpus.a": "from corpus.b import used\ndef g(): used()", "corpus.b": USED}),
    "another name in the module": ("from corpus.a import g\ndef stage(): g()", {"corpus.a": f"{USED}g = used"}),
    "a dictionary of functions": ("from corpus.a import G\ndef stage(n): G[n]()", {"corpus.a": f"{USED}G = {{'x': used}}"}),
    "a default": ("from corpus.a import used\ndef stage(f=used): f()", {"corpus.a": USED}),
    "a method": ("from corpus.a import Used\ndef stage(): Used().f()", {"corpus.a": CLASS}),
    "a method of what comes in": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from corpus.a import Used\ndef stage(a: Used): a.f()",
        {"corpus.a": CLASS},
    ),
    "a method of a field of what comes in": (
        "from corpus.b import B\ndef stage(a: B): a.x.f()",
        {"corpus.a": CLASS, "corpus.b": "from corpus.a import Used\nclass B:\n    x: Used"},
    ),
    "a base class": ("from corpus.a import B\ndef stage(): B().f()", {"corpus.a": f"{CLASS}class B(Used): x = 1"}),
    "an object of the module": ("from corpus.a import B\ndef stage(): B.f()", {"corpus.a": f"{CLASS}B = Used()"}),
    "a decorator": ("from corpus.a import used\n@used\ndef stage(): pass", {"corpus.a": "def used(f): return 1\n"}),
    "a field's default": (
        "from corpus.a import B\ndef stage(): B()",
        {"corpus.a": "def g(): return 1\nclass B:\n    x: int = field(default_factory=g)"},
    ),
    "text": ("P = {'x': 'corpus.a:used'}\ndef stage(n): load(P[n])", {"corpus.a": USED}),
    "text of a module": ("def stage():\n    import_module('corpus.a').used()", {"corpus.a": USED}),
    "text of a beginning": ("def stage(n):\n    import_module(f'corpus.p.{n}').used()", {"corpus.p.__init__": "", "corpus.p.a": USED}),
    "a relative name as text": ("def stage():\n    import_module('.b', __package__).used()", {"corpus.pipeline.b": USED}),
    "a constant": ("from corpus.a import X\ndef stage(): X", {"corpus.a": "def f(): return 1\nX = f()"}),
    "an import that may fail": (
        "try:\n    from corpus.a import used\nexcept ImportError:\n    used = None\ndef stage(): used()",
        {"corpus.a": USED},
    ),
    "something that runs at import": ("import corpus.a\ndef stage(): pass", {"corpus.a": "def f(): return 1\nf()"}),
    "a value set at import": (
        "from corpus import b\nimport corpus.a\ndef stage(): b.x",
        {"corpus.a": "from corpus import b\ndef f(): return 1\nb.x = f", "corpus.b": "x = None"},
    ),
    "a registry filled by a decorator": (
        "from corpus.r import R\nimport corpus.a\ndef stage(n): R[n]()",
        {
            "corpus.r": "R = {}\ndef register(f):\n    R[f.__name__] = f\n    return f",
            "corpus.a": "from corpus.r import register\n@register\ndef f(): return 1",
        },
    ),
    "a registry filled by a call": (
        "from corpus.r import R\nimport corpus.a\ndef stage(n): R[n]()",
        {
            "corpus.r": "R = []\ndef register(f):\n    R.append(f)\n    return f",
            "corpus.a": "from corpus.r import register\ndef g(): return 1\nf = register(g)",
        },
    ),
    "subclasses that are registered": (
        "from corpus.r import Base\nimport corpus.a\ndef stage(n): Base.known[n]()",
        {
            "corpus.r": "class Base:\n    known = []\n    def __init_subclass__(cls): Base.known.append(cls)",
            "corpus.a": "from corpus.r import Base\nclass A(Base):\n    def f(self): return 1",
        },
    ),
    "the package's own start": ("from corpus.p.a import g\ndef stage(): g()", {"corpus.p.__init__": "def f(): return 1\nf()", "corpus.p.a": "def g(): pass"}),
    "what an import imports": (
        "import corpus.a\ndef stage(): pass",
        {"corpus.a": "import corpus.b", "corpus.b": "def f(): return 1\nf()"},
    ),
    "a name that a class takes over": (
        "from corpus.a import used\nclass A:\n    used = used\ndef stage(): A.used()",
        {"corpus.a": USED},
    ),
    "another package of ours": ("from schemas.a import used\ndef stage(): used()", {"schemas.a": USED}),
    "a loop at import": ("from corpus.a import X\ndef stage(): X", {"corpus.a": "X = []\nfor n in range(3):\n    X.append(n + 1 - 1)"}),
}  # fmt: skip
APART: dict[str, tuple[str, dict[str, str]]] = {
    "another function": ("def helper(): return 1\ndef stage(): pass", {}),
    "another function of an imported module": ("from corpus.a import other\ndef stage(): other()", {"corpus.a": USED}),
    "another class": ("from corpus.a import Other\ndef stage(): Other().f()", {"corpus.a": CLASS}),
    "a module that is imported and not used": ("from corpus.a import used\ndef stage(): pass", {"corpus.a": USED}),
    "a local of the same name": ("from corpus.a import used\ndef stage(x):\n    used = x\n    return used", {"corpus.a": USED}),
    "a marked module": (
        "from corpus.a import used\ndef stage(): used()",
        {"corpus.a": f"__fingerprint__ = False\nfrom corpus.b import b\n{USED}", "corpus.b": "def b(): return 1"},
    ),
    "a program's own part": ("from corpus.a import g\ndef stage(): g()", {"corpus.a": "def g(): pass\nif __name__ == '__main__':\n    return1 = 1"}),
    "a field of what comes in that is not used": (
        "from corpus.b import B\ndef stage(a: B): a.y",
        {"corpus.a": CLASS, "corpus.b": "from corpus.a import Used\nclass B:\n    x: Used\n    y: int"},
    ),
    "text that names nothing": ("def stage(): print('corpus.nothing:used', 'corpus')", {"corpus.a": USED}),
}  # fmt: skip


def tree(folder: Path, stage: str, modules: dict[str, str]) -> Sources:
    """A tree of packages with a stage."""
    files = {
        "corpus.__init__": "",
        "schemas.__init__": "",
        "corpus.pipeline.__init__": "",
        "corpus.pipeline.ingest": stage,
    }
    for name, source in (files | modules).items():
        path = folder.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return Sources({"corpus": folder / "corpus", "schemas": folder / "schemas"})


def digest(folder: Path, stage: str, modules: dict[str, str]) -> str:
    return Reached(tree(folder, stage, modules)).add([Target("corpus.pipeline.ingest", "stage")]).digest()


def edited(stage: str, modules: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The same with another constant."""
    return stage.replace("1", "10"), {name: source.replace("1", "10") for name, source in modules.items()}


@pytest.mark.parametrize("way", WAYS, ids=WAYS.keys())
def test_a_change_of_what_is_used_is_seen(tmp_path: Path, way: str) -> None:
    before, after = WAYS[way], edited(*WAYS[way])
    assert before != after
    assert digest(tmp_path / "before", *before) != digest(tmp_path / "after", *after)
    assert digest(tmp_path / "again", *before) == digest(tmp_path / "before", *before)


@pytest.mark.parametrize("way", APART, ids=APART.keys())
def test_a_change_of_anything_else_is_not(tmp_path: Path, way: str) -> None:
    stage, modules = APART[way]
    changed = (
        stage.replace("return 1\n", "return 10\n"),
        {
            name: source.replace("return 1", "return 10").replace("return1 = 1", "return1 = 10")
            for name, source in modules.items()
        },
    )
    assert digest(tmp_path / "before", stage, modules) == digest(tmp_path / "after", *changed)


@pytest.mark.parametrize(
    ("stage", "modules", "libraries"),
    [
        ("import numpy as np\ndef stage(): np.zeros(1)", {}, {"numpy"}),
        ("import numpy as np\ndef stage(): pass", {}, set()),
        ("def stage():\n    from lxml.html import parse\n    parse(1)", {}, {"lxml"}),
        ("import os.path, json\ndef stage(): json.loads(os.path.sep)", {}, set()),
        ("from corpus.a import used\ndef stage(): used()", {"corpus.a": "import polars as pl\ndef used(): pl.col(1)"}, {"polars"}),
        ("from corpus.a import used\ndef stage(): used()", {"corpus.a": "import polars as pl\ndef used(): pass"}, set()),
        ("def stage(n): import_module(f'dateparser.data.{n}')", {}, {"dateparser"}),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\ndef stage(a: pandas.DataFrame): a.f()",
            {},
            set(),
        ),
        ("from pydantic import BaseModel\nclass A(BaseModel): x: int\ndef stage(): A()", {}, {"pydantic"}),
    ],
)  # fmt: skip
def test_libraries_are_those_that_the_code_uses(
    tmp_path: Path, stage: str, modules: dict[str, str], libraries: set[str]
) -> None:
    found = Reached(tree(tmp_path, stage, modules)).add([Target("corpus.pipeline.ingest", "stage")])
    assert found.libraries == libraries


@pytest.mark.parametrize("reads", ["used.__doc__", "inspect.getdoc(used)", "help(used.__doc__)"])
def test_docstrings_count_where_they_are_read(tmp_path: Path, reads: str) -> None:
    modules = {"corpus.a": 'def used():\n    """Return {}."""\n'}
    stage = f"from corpus.a import used\ndef stage(): return {reads}"
    other = {"corpus.a": modules["corpus.a"].format(2)}
    one = digest(tmp_path / "one", stage, {"corpus.a": modules["corpus.a"].format(1)})
    assert one != digest(tmp_path / "two", stage, other)
    silent = stage.replace(reads, "used()")
    silently = digest(tmp_path / "three", silent, {"corpus.a": modules["corpus.a"].format(1)})
    assert silently == digest(tmp_path / "four", silent, other)


def test_our_own_code_without_its_prose_has_the_same_fingerprint() -> None:
    """All of our source, written again from its syntax without docstrings: no comment, no layout."""
    from corpus.stages import NAMES
    from tests.fingerprints.conftest import ours

    def digests(sources: Sources) -> list[str]:
        return [Reached(sources).add([Target(f"corpus.pipeline.{stage}", stage)]).digest() for stage in NAMES]

    plain, bare = ours(), ours(lambda source: ast.unparse(without_docstrings(ast.parse(source))))
    assert digests(plain) == digests(bare)


def without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree
