"""Words that names, messages and docstrings no longer use, and where they still are.

`uv run python -m tests.docs.words` records what is there now in `words.yaml`; it refuses a number that rose.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
RECORD: Final = Path(__file__).with_name("words.yaml")
# word: what to write instead
BANNED: Final = {
    r"told": "named, reported, given, known",
    r"said": "printed, reported, given, stated",
    r"whole(?! number)": "complete, all of, entire; or an adverb's own verb",
    r"(?:is|are|was|were) (?-i:none)": "is not a …, there is no …",
    r"of which": "whose, where; or two sentences",
    r"stands?|stood": "is, remains",
    r"thereof|whence|wherein|whither|hence|ere|hath|lest": "of it, where from, in which, so that",
    r"(?:comes?|came|come) upon": "find",
    r"(?:is|are) to be had": "is available",
    r"no one's|nobody's": "not … of anyone",
    r"whatever|wherever|whoever": "what, everything that, where, who",
}
# Strings in which a word is no English of ours.
KEPT: Final = {
    "corpus/formats/html/labels.py": {"lest"},  # Norwegian: mest lest, most read
    "corpus/formats/lines.py": {"stand"},  # German: Stand, as of
    "corpus/resolve/identity.py": {"said"},  # hashed into article ids
}
_TEXTS: Final = {word: re.compile(rf"\b(?:{word})\b", re.IGNORECASE) for word in BANNED}
_NAMES: Final = frozenset({"told", "said", "held", "whole", "stands", "stood", "whence", "thereof", "ere"})


def found_in(source: str) -> list[tuple[int, str, str]]:
    """Banned words in the names, strings and docstrings of Python source: line, word, where."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for name in _named(node):
            parts = set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))
            found += [(getattr(node, "lineno", 0), word, name) for word in sorted(parts & _NAMES)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [(node.lineno, word, excerpt) for word, excerpt in in_text(node.value)]
    return found


def _named(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name


def in_text(text: str) -> list[tuple[str, str]]:
    """Banned words in a text, each with what is around it."""
    return [
        (match.group().lower(), " ".join(text[max(0, match.start() - 30) : match.end() + 30].split()))
        for pattern in _TEXTS.values()
        for match in pattern.finditer(text)
    ]


def files() -> list[Path]:
    """The modules whose words are counted."""
    return sorted(path for name in ("corpus", "flows", "schemas") for path in (ROOT / name).rglob("*.py"))


def in_module(path: Path) -> list[tuple[int, str, str]]:
    """Return the banned words of a module: line, word, where."""
    kept = KEPT.get(str(path.relative_to(ROOT)), set())
    return [found for found in found_in(path.read_text(encoding="utf-8")) if found[1] not in kept]


def counts() -> dict[str, int]:
    """How many banned words each module has, where it has any."""
    found = {str(path.relative_to(ROOT)): len(in_module(path)) for path in files()}
    return {name: number for name, number in found.items() if number}


def main() -> None:
    """Record the counts, or show where a module has banned words: `python -m tests.docs.words corpus/cli/add.py`."""
    if sys.argv[1:]:
        for name in sys.argv[1:]:
            for line, word, excerpt in in_module(Path(name).resolve()):
                sys.stdout.write(f"{name}:{line}: {word}: {excerpt}\n")
        return
    before = yaml.safe_load(RECORD.read_text()) if RECORD.exists() else None
    now = counts()
    rose = [] if before is None else [name for name, number in now.items() if number > before.get(name, 0)]
    if rose:
        sys.exit(f"More than before in {', '.join(rose)}")
    RECORD.write_text(yaml.safe_dump(now), encoding="utf-8")


if __name__ == "__main__":
    main()
