"""The packages behind imports, with those that they in turn need, and their versions."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ABSENT: Final = "absent"
# What libraries fetch with, and their command lines: no stage uses either, and certificates are new every month.
_UNUSED: Final = frozenset({"certifi", "click", "filelock", "requests", "requests-file", "tqdm", "urllib3"})
# A package that only some versions of Python need makes up for what they lack: it decides nothing.
_PYTHONS: Final = ("3.11", "3.12", "3.13")
# In the header, which ends with an empty line.
_VERSION: Final = re.compile(r"\A(?:.+\n)*?Version:(.+)\n", re.IGNORECASE)


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each package."""
    return {name: _version(name) for name in sorted(names)}


def _version(name: str) -> str:
    try:
        text = metadata.distribution(name).read_text("METADATA") or ""
    except metadata.PackageNotFoundError:
        return ABSENT
    # `metadata.version` parses all of it as mail, which is slow for the 40 packages that each start asks about.
    written = _VERSION.search(text)
    return written[1].strip() if written else metadata.version(name)


def giving(imported: Iterable[str]) -> dict[str, list[str]]:
    """Return for each module the installed packages that provide it, or a package of the same name.

    Like `importlib.metadata.packages_distributions`, which takes ten times as long, for it reads all of all packages.

    Args:
        imported: names of modules, without what follows a dot.
    """
    wanted = {module: re.compile(rf"^{re.escape(module)}(?:/|\.[^/\n]*,)", re.MULTILINE) for module in imported}
    found: dict[str, list[str]] = {module: [] for module in wanted}
    for package in metadata.distributions():
        files = package.read_text("RECORD") or package.read_text("top_level.txt") or ""
        for module, pattern in wanted.items():
            if module in files and pattern.search(files):
                found[module].append(package.name)
    return {module: several or [module] for module, several in found.items()}


def packages(imported: Iterable[str], given: Mapping[str, list[str]]) -> set[str]:
    """Return the packages that provide some modules, and all packages that these need.

    Args:
        imported: names of modules, without what follows a dot.
        given: the packages that provide each of these modules.
    """
    waiting = [(package, frozenset[str]()) for module in imported for package in given[module]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = _normalised(waiting[-1][0]), waiting.pop()[1]
        if one not in seen and one[0] not in _UNUSED:
            seen.add(one)
            waiting += _needs(*one)
    return {name for name, _ in seen}


@cache
def _needs(name: str, extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    """Return the packages that a package needs, each with the extras that it asks for."""
    from packaging.requirements import Requirement

    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    found: dict[tuple[str, frozenset[str]], set[str]] = {}
    for requirement in map(Requirement, lines):
        for python in _PYTHONS:
            version = {"python_version": python, "python_full_version": f"{python}.0"}
            if requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra, **version}) for extra in ("", *extras)
            ):
                found.setdefault((requirement.name, frozenset(requirement.extras)), set()).add(python)
    return [one for one, pythons in found.items() if len(pythons) == len(_PYTHONS)]


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
