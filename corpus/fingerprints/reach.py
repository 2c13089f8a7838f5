"""Follows names from a root to all of our code that it can use, and to the packages that this code imports.

Followed are names and attributes of modules, imports in functions, what annotations name (its methods may be called),
and strings such as "corpus.formats.text:TextParser". All that runs when a module is imported counts as soon as one of
its names is used. Where it is not known which part of a module is used, all of the module counts.
"""

from __future__ import annotations

import ast
import copy
import re
import sys
from typing import TYPE_CHECKING, Final

from corpus.fingerprints.digest import digest
from corpus.fingerprints.modules import Module, Target, Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.fingerprints.sources import Sources

_REFERENCE: Final = re.compile(r"(?:corpus|schemas)(?:\.\w+)+(?::[\w.]+)?")
_IMPORTERS: Final = frozenset({"import_module", "__import__"})
_DOTTED: Final = re.compile(r"([^\W\d]\w*)\.")
_DOCSTRING: Final = "__doc__"
_READS_DOCSTRINGS: Final = frozenset({_DOCSTRING, "getdoc", "model_json_schema"})

# A statement of a module, and a part of it: "" is all; of a class that only annotations name, each field is one.
Piece = tuple[str, int, str]
_SHELL: Final = "class"


class Reached:
    """Code that some roots can use.

    Args:
        sources: our own source files.
        apart: names, as ("corpus.formats.mediatypes", "PARSERS"), whose strings are not followed.
    """

    def __init__(self, sources: Sources, apart: Iterable[tuple[str, str]] = ()) -> None:
        self.libraries: set[str] = set()
        self.pieces: dict[Piece, Use] = {}
        self.imports: set[tuple[str, str, Target]] = set()
        self._sources = sources
        self._definitions = sources.definitions
        self._apart = frozenset(apart)
        self._seen: set[tuple[str, str, tuple[str, ...], bool]] = set()
        self._executed: set[str] = set()
        self._named: set[str] = set()
        self._attributes: set[str] = set()
        # Fields of classes that only annotations name, until something uses an attribute of that name.
        self._fields: dict[str, list[tuple[Piece, ast.ClassDef]]] = {}
        self._waiting: list[tuple[Module, Use, bool]] = []

    def add(self, roots: Iterable[Target]) -> Reached:
        """Follow some roots. Returns itself."""
        for root in roots:
            self._follow(root, ())
            while self._waiting:
                self._use(*self._waiting.pop())
        return self

    @property
    def modules(self) -> set[str]:
        """The modules that are used in part, or which are named as text: beside them may be files."""
        return {module for module, _, _ in self.pieces} | self._named

    def reads_docstrings(self) -> bool:
        """Return whether any of the code reads docstrings when it runs."""
        return any(use.attributes & _READS_DOCSTRINGS or (_DOCSTRING,) in use.names for use in self.pieces.values())

    def digest(self, beside: Reached | None = None, more: Iterable[str] = ()) -> str:
        """Return 64 bits in hex of the code, but for what `beside` has too."""
        known = beside.pieces if beside else {}
        docstrings = self.reads_docstrings()

        def parts() -> Iterator[str]:
            for piece in sorted(self._final() - known.keys()):
                module, number, part = piece
                yield module
                yield (
                    self._sources.modules[module].use(number, docstrings=True).text
                    if (docstrings and not part)
                    else self.pieces[piece].text
                )
            for module, name, target in sorted(self.imports - (beside.imports if beside else set()), key=str):
                yield f"{module} {name} {target.module} {target.name}"
            if docstrings:
                for module in sorted(self.modules):
                    yield self._sources.modules[module].docstring
            yield from more

        return digest(parts())

    def _final(self) -> set[Piece]:
        """Return the pieces, without the parts of classes that are there completely."""
        return {piece for piece in self.pieces if not piece[2] or (piece[0], piece[1], "") not in self.pieces}

    def _follow(self, target: Target, chain: tuple[str, ...], *, typed: bool = False) -> None:
        top = target.module.partition(".")[0]
        if top not in self._sources.packages:
            if not typed and top and top not in sys.stdlib_module_names:
                self.libraries.add(top)
            return
        module = self._sources.module(target.module)
        if module is None or not module.decides:
            return
        self._execute(module)
        name, rest = (target.name, chain) if target.name is not None else (chain[0], chain[1:]) if chain else ("*", ())
        inner = f"{target.module}.{name}"
        if name == "*":
            self._all(module)
        elif name in module.bindings or name in module.imports:
            self._name(module, name, rest, typed=typed)
        elif self._sources.module(inner) is not None:
            self._follow(Target(inner, None), rest, typed=typed)
        elif "__getattr__" in module.bindings:
            self._name(module, "__getattr__", ())
        for star in module.stars if name not in module.bindings else ():
            self._follow(Target(star, name), rest, typed=typed)

    def _all(self, module: Module) -> None:
        for name in (*module.bindings, *module.imports):
            self._name(module, name, ())

    def _name(self, module: Module, name: str, chain: tuple[str, ...], *, typed: bool = False) -> None:
        if (module.name, name, chain, typed) in self._seen:
            return
        self._seen.add((module.name, name, chain, typed))
        for target in module.imports.get(name, ()):
            self.imports.add((module.name, name, target))
            self._follow(target, chain, typed=typed)
        for number in module.bindings.get(name, ()):
            if not isinstance(module.statements[number], (ast.Import, ast.ImportFrom)):
                self._statement(module, number, typed=typed)

    def _statement(self, module: Module, number: int, *, typed: bool = False) -> None:
        piece = module.name, number, ""
        node = module.statements[number]
        if piece in self.pieces:
            return
        if typed and isinstance(node, ast.ClassDef):
            self._class(module, number, node)
            return
        self.pieces[piece] = use = module.use(number)
        apart = any(
            (module.name, name) in self._apart for name, numbers in module.bindings.items() if number in numbers
        )
        self._waiting.append((module, use, apart))

    def _class(self, module: Module, number: int, node: ast.ClassDef) -> None:
        """Follow a class whose values are used: the types of its fields count where something uses the fields."""
        shell = module.name, number, _SHELL
        if shell in self.pieces:
            return
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
        self._piece(module, shell, _with_body(node, [one for one in node.body if one not in fields]))
        for one in fields:
            alone = _with_body(node, [one])
            alone.bases, alone.keywords, alone.decorator_list = [], [], []
            name = one.target.id if isinstance(one.target, ast.Name) else ""
            self._fields.setdefault(name, []).append(((module.name, number, name), alone))
            if name in self._attributes:
                self._piece(module, (module.name, number, name), alone)

    def _piece(self, module: Module, piece: Piece, node: ast.ClassDef) -> None:
        if piece not in self.pieces:
            self.pieces[piece] = use = Use.of(node, module)
            self._waiting.append((module, use, False))

    def _use(self, module: Module, use: Use, apart: bool) -> None:
        for names, typed in ((use.names, False), (use.types, True)):
            for name, *chain in sorted(names):
                if name in module.bindings or name in module.imports:
                    self._name(module, name, tuple(chain), typed=typed)
                for star in module.stars if name not in module.bindings else ():
                    self._follow(Target(star, name), tuple(chain), typed=typed)
        for _, target in use.imports:
            self._follow(target, ())
        if not apart:
            self._strings(module, use)
        for name in use.attributes - self._attributes:
            for piece, alone in self._fields.get(name, ()):
                found = self._sources.module(piece[0])
                if found is not None:
                    self._piece(found, piece, alone)
        self._attributes |= use.attributes

    def _strings(self, module: Module, use: Use) -> None:
        """Follow names of modules in text: "module:name", and what is given to functions that import."""
        imports = any(_IMPORTERS & {*chain} for chain in use.names)
        for text in use.strings:
            if _REFERENCE.fullmatch(text):
                name, _, inner = text.partition(":")
                if self._sources.module(name) is not None:
                    self._named.add(name)
                    first, *rest = inner.split(".")
                    self._follow(Target(name, first or None), tuple(rest))
            elif imports and text.startswith("."):
                package = module.name if module.is_package else module.name.rpartition(".")[0]
                self._follow(Target(f"{package}{text}", None), ())
            elif imports and (found := _DOTTED.match(text)):
                # The beginning of a name, as in f"corpus.formats.{kind}": any module there may be meant.
                for name in self._sources.below(text) if found[1] in self._sources.packages else [found[1]]:
                    self._follow(Target(name, None), ())

    def _execute(self, module: Module) -> None:
        """Take what runs when a module is imported, its packages' and what they import with it."""
        waiting = [module.name]
        while waiting:
            name = waiting.pop()
            if name in self._executed:
                continue
            self._executed.add(name)
            found = self._sources.module(name)
            if found is None or not found.decides:
                continue
            if "." in name:
                waiting.append(name.rpartition(".")[0])
            for number in self._definitions.effects(found):
                self._statement(found, number)
            for target in found.executed:
                waiting += [target.module, f"{target.module}.{target.name}"]


def _with_body(node: ast.ClassDef, body: list[ast.stmt]) -> ast.ClassDef:
    changed = copy.copy(node)
    changed.body = body
    return changed
