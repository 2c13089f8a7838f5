"""Words that names, messages, docstrings and comments do not use, because many readers must decode them.

`uv run python -m tests.docs.words` prints where they are.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
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
    """Return the banned words in names, strings, docstrings and comments of Python source: line, word, where."""
    found = [
        (token.start[0], word, excerpt)
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
        for word, excerpt in in_text(token.string)
    ]
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
    """Return the modules whose words are checked."""
    return sorted(path for name in ("corpus", "flows", "schemas") for path in (ROOT / name).rglob("*.py"))


def in_module(path: Path) -> list[tuple[int, str, str]]:
    """Return the banned words of a module: line, word, where."""
    kept = KEPT.get(str(path.relative_to(ROOT)), set())
    return [found for found in found_in(path.read_text(encoding="utf-8")) if found[1] not in kept]


def main() -> None:
    """Print where banned words are in the modules given, or in all: `python -m tests.docs.words corpus/cli/add.py`."""
    paths = [Path(name).resolve() for name in sys.argv[1:]] or files()
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}: {text}\n" for path in paths for line, word, text in in_module(path)
    ]
    sys.stdout.writelines(found)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
