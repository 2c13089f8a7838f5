"""Finds in our source files what decides the bytes of each stage."""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING, Final

from corpus.fingerprints import libraries
from corpus.fingerprints.modules import Target
from corpus.fingerprints.parts import INGEST, Covered, Part
from corpus.fingerprints.reach import Reached
from corpus.fingerprints.sources import Sources
from corpus.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The registry of parsers: the fingerprint of each concerns the documents that it reads, and no others.
PARSERS: Final = ("corpus.formats.mediatypes", "PARSERS")
# Lists that name code in strings: code that reads one does not use all that it names.
APART: Final = (PARSERS, ("corpus.stages", "STAGES"))


def find(packages: Mapping[str, Path]) -> Covered:
    """Find what decides the bytes of each stage in the source files of some packages, by their names."""
    sources = Sources(packages)
    reached = {stage.name: Reached(sources, APART).add([_entry(stage.entry)]) for stage in STAGES}
    common = reached[INGEST]
    kinds = registry(sources)
    parsers: dict[str, Reached] = {}
    for entry in {*kinds.values()}:
        parsers[entry] = Reached(sources, APART).add([_entry(entry)])
    given = libraries.giving({name for one in (*reached.values(), *parsers.values()) for name in one.libraries})
    stages = {stage: _part(sources, one, given) for stage, one in reached.items()}
    own = {entry: _part(sources, one, given, beside=common) for entry, one in parsers.items()}
    shared = stages[INGEST].versions
    for entry, part in own.items():
        own[entry] = Part(part.code, {name: one for name, one in part.versions.items() if name not in shared})
    return Covered(stages, {kind: own[entry] for kind, entry in kinds.items()})


def _entry(named: str) -> Target:
    module, _, name = named.partition(":")
    return Target(module, name)


def registry(sources: Sources) -> dict[str, str]:
    """Return `module:Class` of the parser of each media type, as the source of `corpus.formats.mediatypes` says."""
    module = sources.module(PARSERS[0])
    if module is None:
        return {}
    for number in module.bindings[PARSERS[1]]:
        node = module.statements[number]
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            found: dict[str, str] = ast.literal_eval(node.value)
            return found
    return {}


def _part(sources: Sources, reached: Reached, given: Mapping[str, list[str]], beside: Reached | None = None) -> Part:
    modules = reached.modules - (beside.modules if beside else set())
    data = sorted({one for module in modules for one in sources.data_of(module)})
    more = [f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for name, path in data]
    versions = libraries.versions(libraries.packages(reached.libraries, given))
    return Part(reached.digest(beside, more), versions)
