"""Questions about nodes of Python's syntax."""

from __future__ import annotations

import ast


def binds(node: ast.AST, name: str) -> bool:
    """Return whether a field that holds text names a variable."""
    match node:
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
            return name == "name"
        case ast.MatchMapping():
            return name == "rest"
        case ast.Global() | ast.Nonlocal():
            return name == "names"
    return False


def last_name(node: ast.expr) -> str:
    """Return the last name of a dotted one, or of what is called; "" for any other expression."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def annotations_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Return the annotations of a function, of its parameters and of what it returns."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    found = [one.annotation for one in every if one is not None and one.annotation is not None]
    return [*found, node.returns] if node.returns is not None else found


def is_text(node: ast.stmt) -> bool:
    """Return whether a statement is nothing but a string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_for_types(node: ast.stmt) -> bool:
    """Return whether a statement is `if TYPE_CHECKING`."""
    return isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below a node, without those that only say whether a name is read or written."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST) and name != "ctx":
            found.append(value)
    return found
