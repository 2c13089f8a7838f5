"""Whether a statement does something when its module is imported, beside giving a name to a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from corpus.fingerprints import scopes
from corpus.fingerprints.syntax import chains

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.fingerprints.modules import Module

_CHANGES: Final = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "register", "remove",
    "setdefault", "sort", "update",
})  # fmt: skip
_MOST_STEPS: Final = 20


class Definitions:
    """Looks up what names represent, to see whether calling them changes the state of a module."""

    def __init__(self, module: Callable[[str], Module | None]) -> None:
        self._module = module
        self._known: dict[int, bool] = {}
        self._effects: dict[str, list[int]] = {}

    def effects(self, module: Module) -> list[int]:
        """Return the numbers of a module's statements that do more than bind names when it is imported."""
        if module.name not in self._effects:
            numbered = enumerate(module.statements)
            self._effects[module.name] = [number for number, node in numbered if self.has_effect(module, node)]
        return self._effects[module.name]

    def has_effect(self, module: Module, node: ast.stmt) -> bool:
        """Return whether a statement at the top level does more than bind names.

        Imports and definitions do not, unless a decorator of ours registers them; nor does an assignment, unless it
        calls a function of ours that changes something. Any other statement does.
        """
        match node:
            case ast.Import() | ast.ImportFrom():
                return False
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return any(self._calls(module, one) for one in node.decorator_list)
            case ast.ClassDef():
                made_by = any(one.arg == "metaclass" for one in node.keywords)
                return made_by or any(self._calls(module, one) for one in (*node.decorator_list, *node.bases))
            case ast.Assign(targets=targets):
                return not all(map(_is_name, targets)) or self._calls(module, node.value)
            case ast.AnnAssign():
                return not _is_name(node.target) or (node.value is not None and self._calls(module, node.value))
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                return False
        return True

    def _calls(self, module: Module, node: ast.AST) -> bool:
        """Whether an expression uses a definition of ours that changes the state of a module or of its subclasses."""
        return any(self._changes(module, chain) for chain in _names(node))

    def _changes(self, module: Module, chain: tuple[str, ...]) -> bool:
        found = self._definition(module, chain)
        if found is None:
            return False
        where, node = found
        if id(node) not in self._known:
            # While it is being looked at, as when it calls itself, it changes nothing.
            self._known[id(node)] = False
            self._known[id(node)] = self._does(where, node)
        return self._known[id(node)]

    def _does(self, module: Module, node: ast.stmt) -> bool:
        if isinstance(node, ast.ClassDef):
            special = {"__init_subclass__", "__set_name__", "__class_getitem__"}
            own = any(isinstance(one, ast.FunctionDef) and one.name in special for one in node.body)
            return own or any(self._calls(module, one) for one in node.bases)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        local = scopes.of_function(node).bound
        for inner in ast.walk(node):
            match inner:
                case ast.Global():
                    return True
                case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()) if _root(inner) not in local:
                    return True
                case ast.Call(func=ast.Attribute(attr=name) as function):
                    root = _root(function)
                    if name in _CHANGES and root not in local and root in module.bindings:
                        return True
        return any(self._changes(module, chain) for chain in _names(node) if chain[0] not in local)

    def _definition(self, module: Module, chain: tuple[str, ...]) -> tuple[Module, ast.stmt] | None:
        """The function or class of ours that a name represents."""
        for _ in range(_MOST_STEPS):
            name, rest = chain[0], chain[1:]
            for number in module.bindings.get(name, ()):
                node = module.statements[number]
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    return module, node
            targets = module.imports.get(name, ())
            if not targets:
                return None
            target = targets[-1]
            inner = self._module(f"{target.module}.{target.name}") if target.name else None
            imported = inner or (self._module(target.module) if target.name is None else None)
            if imported is not None:
                if not rest:
                    return None
                module, chain = imported, rest
                continue
            found = self._module(target.module)
            if found is None or target.name is None:
                return None
            module, chain = found, (target.name, *rest)
        return None


def _names(node: ast.AST) -> set[tuple[str, ...]]:
    if isinstance(node, ast.expr):
        return chains(node)
    return {(one.id,) for one in ast.walk(node) if isinstance(one, ast.Name)}


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Tuple) and all(map(_is_name, node.elts)))


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
