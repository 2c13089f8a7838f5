"""A source file taken apart: what each name at its top level is bound by, and what runs when it is imported."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.fingerprints.nodes import children, is_for_types
from corpus.fingerprints.scopes import bound_by
from corpus.fingerprints.syntax import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a module says of itself that cannot change a byte of a table.
MARK: Final = "__fingerprint__"


class Target(NamedTuple):
    """What an import binds a name to: a module, or a name in one."""

    module: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Use:
    """A piece of code as text, and what it refers to."""

    text: str
    names: frozenset[tuple[str, ...]]
    types: frozenset[tuple[str, ...]]
    attributes: frozenset[str]
    strings: frozenset[str]
    imports: tuple[tuple[str, Target], ...]

    @classmethod
    def of(cls, node: ast.AST, module: Module, *, docstrings: bool = False) -> Use:
        """Return what a statement uses."""
        text = Text(docstrings=docstrings)
        written = text.of(node)
        imports = tuple(one for statement in text.imports for one in module.targets(statement))
        return cls(
            written,
            frozenset(text.names),
            frozenset(text.types),
            frozenset(text.attributes),
            frozenset(text.strings),
            imports,
        )


class Module:
    """One source file.

    Args:
        name: dotted.
        source: the bytes of the file.
        is_package: whether it is the `__init__` of a package.
    """

    def __init__(self, name: str, source: bytes, *, is_package: bool) -> None:
        self.name = name
        self.is_package = is_package
        self.tree = ast.parse(source)
        # Whether it can change a byte of a table: neither it nor its package says that it cannot.
        self.decides = not self.is_marked
        self._uses: dict[int, Use] = {}

    @cached_property
    def is_marked(self) -> bool:
        """Whether it says `__fingerprint__ = False`."""
        return any(
            isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == MARK for one in node.targets)
            and isinstance(node.value, ast.Constant)
            and node.value.value is False
            for node in self.tree.body
        )

    @cached_property
    def statements(self) -> tuple[ast.stmt, ...]:
        """The statements at the top level that run, without docstrings."""
        return tuple(node for node in self.tree.body if not _is_nothing(node))

    @cached_property
    def bindings(self) -> dict[str, list[int]]:
        """For each name the numbers of the statements that bind it."""
        found: dict[str, list[int]] = {}
        for number, node in enumerate(self.statements):
            for name in _bound(node):
                found.setdefault(name, []).append(number)
        return found

    @cached_property
    def imports(self) -> dict[str, list[Target]]:
        """What imports at the top level bind, those for types among them."""
        found: dict[str, list[Target]] = {}
        for node in _at_top(self.tree.body):
            for name, target in self.targets(node):
                found.setdefault(name, []).append(target)
        return found

    @cached_property
    def stars(self) -> list[str]:
        """The modules that are imported completely."""
        return [
            self._absolute(node)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
        ]

    @cached_property
    def executed(self) -> list[Target]:
        """What is imported when the module is."""
        return [target for top in self.statements for node in _at_top([top]) for _, target in self.targets(node)]

    def targets(self, node: ast.AST) -> Iterator[tuple[str, Target]]:
        """What an import statement binds; nothing for any other node."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield bound_by(alias), Target(alias.name if alias.asname else alias.name.partition(".")[0], None)
                if not alias.asname and "." in alias.name:
                    # It makes the longer name known too.
                    yield bound_by(alias), Target(alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield bound_by(alias), Target(self._absolute(node), alias.name)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*parts, node.module] if node.module else parts)

    def use(self, number: int, *, docstrings: bool = False) -> Use:
        """Return what a statement at the top level uses, by its number."""
        if docstrings:
            return Use.of(self.statements[number], self, docstrings=True)
        if number not in self._uses:
            self._uses[number] = Use.of(self.statements[number], self)
        return self._uses[number]

    @cached_property
    def docstring(self) -> str:
        """The module's own docstring."""
        return ast.get_docstring(self.tree) or ""


def _is_nothing(node: ast.stmt) -> bool:
    """Whether a statement does nothing when it runs."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass) or (isinstance(node, ast.If) and is_for_types(node) and not node.orelse)


def _at_top(body: list[ast.stmt] | list[ast.AST]) -> Iterator[ast.AST]:
    """Every node that runs when its module is imported: nothing in functions."""
    waiting: list[ast.AST] = list(body)
    for node in waiting:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += children(node)


def _bound(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import() | ast.ImportFrom():
            yield from (bound_by(alias) for alias in node.names)
        case _:
            for inner in _at_top([node]):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    yield inner.id
                elif inner is not node and isinstance(inner, (ast.stmt, ast.ExceptHandler)):
                    yield from _bound_within(inner)


def _bound_within(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (bound_by(alias) for alias in node.names)
