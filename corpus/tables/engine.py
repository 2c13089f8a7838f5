"""Pin the engine that made a corpus in engine.yaml: a fingerprint of the code behind each stage.

engine.yaml is a DVC `params:` dependency of every stage, so `dvc status` says when the engine has changed, and
a version says which engine made it. `corpus.fingerprints` finds the code that can change a byte of a stage's output and
the versions of the libraries that it uses.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Final

from corpus.errors import EngineMismatch
from corpus.fingerprints import covered, parts
from corpus.formats.plugins import GROUP
from corpus.repo import layout, paths
from corpus.repo.files import write_text
from corpus.stages import NAMES

if TYPE_CHECKING:
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

ENGINE: Final = paths.ENGINE


def fingerprint(stage: str) -> str:
    """Return 64 bits in hex of the code and libraries behind a stage; for `ingest` also of other packages' parsers."""
    return covered.installed().fingerprint(stage, registered() if stage == parts.INGEST else ())


def by_kind() -> tuple[str, dict[str, str]]:
    """Return what `fingerprint("ingest")` covers, in parts.

    Returns:
        A fingerprint of the code for every document, and for some media types the fingerprint of the code for these
        alone.
    """
    found = covered.installed()
    return found.common(registered()), found.by_kind()


def registered() -> list[str]:
    """Return the parsers that other packages register, each with its package and version."""
    found = metadata.entry_points(group=GROUP)
    return sorted(
        f"{one.name}={one.value} {one.dist.name if one.dist else ''}=={one.dist.version if one.dist else ''}"
        for one in found
    )


def installed() -> dict[str, str]:
    """Return the content of engine.yaml for the installed engine."""
    return {"newscorpus": metadata.version("newscorpus"), **{stage: fingerprint(stage) for stage in NAMES}}


def pinned(root: Path) -> dict[str, str]:
    """Return the present content of engine.yaml; empty if the file is missing or not a mapping."""
    import yaml

    try:
        values = yaml.safe_load((root / ENGINE).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {str(key): str(value) for key, value in values.items() if key != layout.NOTES}


def pin(root: Path) -> list[str]:
    """Make engine.yaml name the installed engine; its notes for `corpus upgrade` stay.

    Returns:
        The stages whose code changed.
    """
    before, now = pinned(root), installed()
    lines = [f'{name}: "{value}"' for name, value in now.items()]
    header = "# Which engine made this corpus. `corpus build` writes it; every stage depends on its line."
    text = "\n".join([header, *lines]) + "\n"
    write_text(root / ENGINE, text + layout.notes_as_text(layout.notes(root)))
    return [stage for stage in NAMES if before.get(stage) != now[stage]]


def require(root: Path, stage: str) -> str:
    """Return the fingerprint of a stage, after checking that engine.yaml pins the installed engine.

    Raises:
        EngineMismatch: engine.yaml pins another engine.
    """
    expected, found = pinned(root).get(stage, "nothing"), fingerprint(stage)
    if expected != found:
        raise EngineMismatch(stage, expected, found)
    return found
