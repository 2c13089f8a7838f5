"""Our own source files, by the dotted names of their modules; read once, never imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.fingerprints.files import files_of
from corpus.fingerprints.modules import Module
from corpus.fingerprints.state import Definitions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SOURCE: Final = ".py"


class Sources:
    """The source files of some packages.

    Args:
        packages: the folder of each package, by its name.
    """

    def __init__(self, packages: Mapping[str, Path]) -> None:
        self.packages = dict(packages)
        self.modules: dict[str, Module] = {}
        self._absent: set[str] = set()
        self.definitions = Definitions(self.module)

    def module(self, name: str) -> Module | None:
        """Return a module of ours; None without one of this name."""
        if name not in self.modules and name not in self._absent:
            path = self._path(name)
            if path is None:
                self._absent.add(name)
                return None
            found = self._read(path, name)
            package = self.module(name.rpartition(".")[0]) if "." in name else None
            found.decides = not found.is_marked and (package is None or package.decides)
            self.modules[name] = found
        return self.modules.get(name)

    def _read(self, path: Path, name: str) -> Module:
        return Module(name, path.read_bytes(), is_package=path.name == "__init__.py")

    def _path(self, name: str) -> Path | None:
        top, *rest = name.split(".")
        if top not in self.packages:
            return None
        folder = self.packages[top].joinpath(*rest)
        # A package comes before a module of the same name, as for Python.
        for path in (folder / f"__init__{_SOURCE}", folder.with_name(f"{folder.name}{_SOURCE}")):
            if path.is_file() and (rest or path.name.startswith("__init__")):
                return path
        return None

    def below(self, beginning: str) -> Iterator[str]:
        """Yield the names of all modules that begin with a dotted name, as `corpus.formats.` or `corpus.formats.ht`."""
        package = beginning.rpartition(".")[0].split(".")
        folder = self.packages[package[0]].joinpath(*package[1:])
        for path in sorted(files_of(folder)) if folder.is_dir() else ():
            if path.suffix == _SOURCE:
                parts = [*package, *path.relative_to(folder).with_suffix("").parts]
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                if name.startswith(beginning):
                    yield name

    def data_of(self, module: str) -> Iterator[tuple[str, Path]]:
        """Yield the files beside a module that are no source: templates, style sheets, tables; each with a name."""
        found = self.module(module)
        parts = module.split(".")
        package = parts if found is not None and found.is_package else parts[:-1]
        folder = self.packages[package[0]].joinpath(*package[1:])
        for path in sorted(files_of(folder, packages=False)):
            if path.suffix != _SOURCE:
                yield f"{'.'.join(package)}/{path.relative_to(folder).as_posix()}", path
