"""The local names of functions: which there are, and what to call them so that renaming one changes nothing."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from corpus.fingerprints.nodes import children

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Code that sees local names as text: all of them, or those that are in a string that it is given.
_SEES_ALL: Final = frozenset({"locals", "vars", "eval", "exec", "dir"})
_SEES_NAMED: Final = frozenset({"sql", "query", "execute", "eval"})
_WORD: Final = re.compile(r"[^\W\d]\w*")


@dataclass(slots=True)
class Scope:
    """The names that a function, a comprehension or a class binds, and what each is called instead.

    A name that is not in `free` keeps its own. `is_class` scopes are not seen from the functions within them.
    """

    bound: frozenset[str]
    free: frozenset[str] = frozenset()
    is_class: bool = False
    called: dict[str, str] = field(default_factory=dict)


def of_function(node: Function) -> Scope:
    """Return the scope of a function: its parameters keep their names, for callers may use them; a lambda's do not."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    parameters = {one.arg for one in every}
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
    names, kept, outer = _bound(body)
    local = frozenset((parameters | names) - outer)
    if isinstance(node, ast.Lambda):
        positional = [*arguments.posonlyargs, *arguments.args]
        free = {one.arg for one in positional} if not arguments.kwonlyargs else set()
    else:
        free = names - kept - parameters
    return Scope(local, frozenset(free - outer) - _seen_as_text(body) - _in_classes(body))


def of_comprehension(node: Comprehension) -> Scope:
    """Return the scope of a comprehension: the targets of its loops."""
    names: set[str] = set()
    for generator in node.generators:
        names |= {one.id for one in ast.walk(generator.target) if isinstance(one, ast.Name)}
    return Scope(frozenset(names), frozenset(names) - _seen_as_text([node]))


def of_class(node: ast.ClassDef) -> Scope:
    """Return the scope of a class body, whose names are attributes and keep their own."""
    names, _, outer = _bound([*node.body])
    return Scope(frozenset(names - outer), is_class=True)


def _in_classes(body: Iterable[ast.AST]) -> set[str]:
    """The names that classes in a function bind: there, they may be those of the function too."""
    classes = [node for part in body for node in ast.walk(part) if isinstance(node, ast.ClassDef)]
    return {name for node in classes for name in of_class(node).bound}


def _seen_as_text(body: Iterable[ast.AST]) -> frozenset[str]:
    """The names that something in a function may look up by their text: all of them, some, or none."""
    names: set[str] = set()
    texts: list[str] = []
    looks = False
    waiting = [*body]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is ast.Name:
            names.add(node.id)  # type: ignore[attr-defined]
        elif kind is ast.Constant:
            texts += [node.value] if isinstance(node.value, str) else []  # type: ignore[attr-defined]
        # Text that is a statement is a docstring, and is given to nobody.
        elif kind is not ast.Expr or type(node.value) is not ast.Constant:  # type: ignore[attr-defined]
            looks = looks or (kind is ast.Attribute and node.attr in _SEES_NAMED)  # type: ignore[attr-defined]
            waiting += children(node)
    if names & _SEES_ALL:
        return frozenset(names)
    return frozenset(word for text in texts for word in _WORD.findall(text)) if looks else frozenset()


def _bound(body: Iterable[ast.AST]) -> tuple[set[str], set[str], set[str]]:
    """The names bound in a scope, which of them are of functions and classes, and those bound further out."""
    names: set[str] = set()
    kept: set[str] = set()
    outer: set[str] = set()
    for node in _of_one_scope(body):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
                kept.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
            case ast.Import() | ast.ImportFrom():
                names.update(bound_by(alias) for alias in node.names)
            case ast.Global(names=several) | ast.Nonlocal(names=several):
                outer.update(several)
    return names, kept, outer


def bound_by(alias: ast.alias) -> str:
    """Return the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def _of_one_scope(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node of a scope; of the scopes within it, only what they bind out here."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += [*node.decorator_list, *node.args.defaults, *(one for one in node.args.kw_defaults if one)]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *(one for one in node.args.kw_defaults if one)]
        elif isinstance(node, ast.ClassDef):
            waiting += [*node.decorator_list, *node.bases, *(one.value for one in node.keywords)]
        elif isinstance(node, COMPREHENSIONS):
            waiting.append(node.generators[0].iter)
            yield from _walruses(node)
        else:
            waiting += children(node)


def _walruses(node: ast.AST) -> Iterator[ast.AST]:
    """What `:=` in a comprehension binds around it."""
    for one in ast.walk(node):
        if isinstance(one, ast.NamedExpr):
            yield one.target
