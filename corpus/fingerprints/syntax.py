"""A piece of Python as text: the same for code that does the same, on every version of Python.

What is left out: comments and layout, docstrings unless they are asked for, the annotations of functions and variables,
and the names of local variables. Class bodies keep their annotations, for pydantic and dataclasses read them.
"""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any, Final

from corpus.fingerprints import scopes
from corpus.fingerprints.nodes import annotations_of, binds, is_for_types, is_text, last_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.fingerprints.scopes import Scope

# Decorators that read no annotation. Under any other a function keeps its own.
_PLAIN_DECORATORS: Final = frozenset({
    "abstractmethod", "cache", "cached_property", "classmethod", "contextmanager", "deleter", "final", "lru_cache",
    "overload", "override", "property", "setter", "staticmethod", "wraps",
})  # fmt: skip
# Neither syntax that means anything, nor the same in every version.
_LEFT_OUT: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


class Text:
    """Writes nodes as text, and notes on the way which global names and attributes they use.

    Attributes:
        names: global names with the attributes that follow, as `("parquet", "write")`.
        attributes: every attribute that is used.
        strings: every string constant.
        imports: every import statement in it.
        types: global names in annotations that are left out, as `names`.
    """

    def __init__(self, *, docstrings: bool = False) -> None:
        self.names: set[tuple[str, ...]] = set()
        self.attributes: set[str] = set()
        self.strings: set[str] = set()
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.types: set[tuple[str, ...]] = set()
        self._docstrings = docstrings
        self._scopes: list[Scope] = []
        self._called = 0
        self._out: list[str] = []

    def of(self, node: ast.AST) -> str:
        """Return a statement or expression as text; "" if nothing of it is left."""
        self._out = []
        self._node(node)
        return "".join(self._out)

    def block(self, body: Sequence[ast.stmt]) -> str:
        """Return statements as text."""
        self._out = []
        self._body(body)
        return "".join(self._out)

    def _body(self, body: Sequence[ast.stmt]) -> None:
        self._out.append("[")
        for number, node in enumerate(body):
            if number == 0 and self._docstrings and is_text(node):
                self._out.append(f"doc {inspect.cleandoc(node.value.value)!a}")  # type: ignore[attr-defined]
            self._node(node)
        self._out.append("]")

    def _node(self, node: ast.AST) -> None:
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return
            case ast.If() if is_for_types(node):
                for one in node.orelse:
                    self._node(one)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node)
            case ast.ClassDef():
                self._class(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node)
            case ast.AnnAssign():
                self._annotated(node)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case _:
                self._expression(node)

    def _expression(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name):
                self._out.append(f"({self._name(name)})")
            case ast.Attribute():
                self._attribute(node)
            case ast.JoinedStr(values=values):
                self._joined(values)
            case ast.Constant(value=value):
                if isinstance(value, str):
                    self.strings.add(value)
                self._out.append(f"<{type(value).__name__} {value!a}>")
            case _:
                self._plain(node)

    def _plain(self, node: ast.AST) -> None:
        self._out.append(f"{type(node).__name__}(")
        for name, value in ast.iter_fields(node):
            # Fields that later versions have are absent in earlier ones, where they hold nothing.
            if name in _LEFT_OUT or value is None or value == []:
                continue
            self._out.append(f"{name}=")
            self._value(node, name, value)
            self._out.append(",")
        self._out.append(")")

    def _value(self, node: ast.AST, name: str, value: Any) -> None:
        if isinstance(value, ast.AST):
            self._node(value)
        elif isinstance(value, list) and name in {"body", "orelse", "finalbody"}:
            self._body(value)
        elif isinstance(value, list):
            self._out.append("[")
            for one in value:
                if isinstance(one, ast.AST):
                    self._node(one)
                else:
                    self._out.append(f"{self._name(one) if isinstance(one, str) and binds(node, name) else one!r}")
                self._out.append(";")
            self._out.append("]")
        else:
            self._out.append(self._name(value) if isinstance(value, str) and binds(node, name) else ascii(value))

    def _name(self, name: str, *attributes: str) -> str:
        innermost = self._scopes[-1] if self._scopes else None
        for scope in reversed(self._scopes):
            if name in scope.bound and (not scope.is_class or scope is innermost):
                if scope.is_class:
                    # On the right of `x = x` it is the one further out.
                    self.names.add((name, *attributes))
                if name not in scope.free:
                    return name
                if name not in scope.called:
                    scope.called[name] = f"%{self._called}"
                    self._called += 1
                return scope.called[name]
        self.names.add((name, *attributes))
        return name

    def _defined(self, name: str) -> str:
        """The name of a definition, which keeps its own; at the top level it is no use of it."""
        return self._name(name) if self._scopes else name

    def _attribute(self, node: ast.Attribute) -> None:
        chain: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            chain.insert(0, inner.attr)
            inner = inner.value
        self.attributes.update(chain)
        if isinstance(inner, ast.Name):
            self._out.append(f"({self._name(inner.id, *chain)})")
        else:
            self._node(inner)
        self._out.append("".join(f".{one}" for one in chain))

    def _joined(self, values: Sequence[ast.expr]) -> None:
        """An f-string, its constant parts joined: versions of Python cut them in different places."""
        self._out.append("f(")
        constant = ""
        for value in values:
            if isinstance(value, ast.Constant):
                constant += str(value.value)
                continue
            self._out.append(f"{constant!a}")
            self.strings.add(constant)
            constant = ""
            self._node(value)
        self.strings.add(constant)
        self._out.append(f"{constant!a})")

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.imports.append(node)
        where = f"{'.' * node.level}{node.module or ''}:" if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            name = alias.name if alias.name == "*" else self._name(scopes.bound_by(alias))
            self._out.append(f"import({where}{alias.name} {name})")

    def _annotated(self, node: ast.AnnAssign) -> None:
        if self._scopes and self._scopes[-1].is_class:
            self._plain(node)
            return
        self.types |= chains(node.annotation)
        if node.value is not None:
            self._plain(ast.Assign([node.target], node.value))

    def _comprehension(self, node: scopes.Comprehension) -> None:
        self._out.append(f"{type(node).__name__}(")
        # The first iterable is looked up outside.
        self._node(node.generators[0].iter)
        self._scopes.append(scopes.of_comprehension(node))
        for number, generator in enumerate(node.generators):
            self._out.append(f" for{'!' * generator.is_async} ")
            self._node(generator.target)
            if number:
                self._node(generator.iter)
            for condition in generator.ifs:
                self._out.append(" if ")
                self._node(condition)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self._out.append(":")
            self._node(part)
        self._scopes.pop()
        self._out.append(")")

    def _class(self, node: ast.ClassDef) -> None:
        self._out.append(f"class {self._defined(node.name)}(")
        for kind, several in (
            ("@", node.decorator_list), ("", node.bases), ("", node.keywords), ("t", getattr(node, "type_params", ())),
        ):  # fmt: skip
            for part in several:
                self._out.append(kind)
                self._node(part)
                self._out.append(";")
        self._out.append(")")
        self._scopes.append(scopes.of_class(node))
        self._body(node.body)
        self._scopes.pop()

    def _function(self, node: scopes.Function) -> None:
        self._out.append(type(node).__name__)
        reads_annotations = False
        if not isinstance(node, ast.Lambda):
            self._out.append(f" {self._defined(node.name)} ")
            reads_annotations = not all(last_name(one) in _PLAIN_DECORATORS for one in node.decorator_list)
            for part in (*node.decorator_list, *getattr(node, "type_params", ())):
                self._node(part)
                self._out.append(";")
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self._out.append("=")
            if default is not None:
                self._node(default)
        for annotation in () if isinstance(node, ast.Lambda) else annotations_of(node):
            self.types |= chains(annotation)
            if reads_annotations:
                self._out.append("->")
                self._node(annotation)
        # A class body is not seen from the functions in it; its scope stays in the list, and `_name` steps over it.
        self._scopes.append(scopes.of_function(node))
        self._parameters(arguments)
        if isinstance(node, ast.Lambda):
            self._node(node.body)
        else:
            self._body(node.body)
        self._scopes.pop()

    def _parameters(self, arguments: ast.arguments) -> None:
        self._out.append("(")
        for kind, several in (
            ("/", arguments.posonlyargs),
            ("", arguments.args),
            ("*", [arguments.vararg]),
            ("k", arguments.kwonlyargs),
            ("**", [arguments.kwarg]),
        ):
            for one in several:
                if one is not None:
                    self._out.append(f"{kind} {self._name(one.arg)},")
        self._out.append(")")


def chains(annotation: ast.expr) -> set[tuple[str, ...]]:
    """Return the names in an annotation, each with the attributes that follow it."""
    text = Text()
    text.of(annotation)
    quoted = {one for one in text.strings if one.isidentifier()}
    return text.names | {(one,) for one in quoted}
