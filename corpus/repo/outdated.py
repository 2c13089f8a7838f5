"""Check quickly whether an older newscorpus made a repository, by its stages and its keys of params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.repo import layout
from corpus.repo.paths import BATCHES, PIPELINE, WITHDRAWN
from corpus.settings import PARAMS, Settings
from corpus.stages import STAGES
from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corpus.stages import Stage

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

_MOST_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Renamed:
    """A key of params.yaml that has another name now.

    Attributes:
        section: the key's section.
        old: its earlier name.
        new: its name now.
        values: its earlier values, each with its present value. Other values stay.
    """

    section: str
    old: str
    new: str
    values: Mapping[object, object]


RENAMED: Final = (
    # With `true`, only identical texts were marked.
    Renamed("resolve", "mark_duplicates", "duplicates", {True: "exact", False: "ignore"}),
)


def outdated(root: Path) -> list[str]:
    """Return a reason for each thing that an older newscorpus made differently; empty if no upgrade is needed."""
    noted = layout.notes(root)
    pipeline, parameters = _mapping(root / PIPELINE), _mapping(root / PARAMS)
    reasons = [f"{name} is missing" for name in (BATCHES, WITHDRAWN) if not (root / name).exists()]
    if pipeline is not None and not _is_current(noted, PIPELINE):
        stages = pipeline.get("stages")
        there = stages if isinstance(stages, dict) else {}
        other = [stage.name for stage in STAGES if not _is_same(stage, there.get(stage.name))]
        reasons += [f"{PIPELINE}: other definitions of {', '.join(other)}"] if other else []
    if parameters is not None:
        reasons += _parameters(parameters, is_current=_is_current(noted, PARAMS))
    return reasons


def hint(root: Path) -> str | None:
    """Return one line that names `corpus upgrade`, or None if the repository does not need it."""
    found = outdated(root)
    if not found:
        return None
    return f"An older newscorpus made this repository ({'; '.join(found)}). Run `corpus upgrade` to see what to change."


def _is_current(noted: Mapping[str, str], path: str) -> bool:
    return noted.get(path) == layout.digest(layout.current(path))


def _parameters(values: Mapping[str, Any], *, is_current: bool) -> list[str]:
    sections = {name: value for name, value in values.items() if isinstance(value, dict)}
    renamed = [f"{one.section}.{one.old}" for one in RENAMED if one.old in sections.get(one.section, {})]
    found = [f"{PARAMS}: earlier names {', '.join(renamed)}"] if renamed else []
    known = Settings().model_dump(mode="json", by_alias=True)
    missing = [f"{name}.{key}" for name, keys in known.items() for key in keys if key not in sections.get(name, {})]
    if missing and not is_current:
        found.append(f"{PARAMS}: {len(missing)} new keys" if len(missing) > 1 else f"{PARAMS}: new key {missing[0]}")
    return found


def _is_same(stage: Stage, there: object) -> bool:
    """Return whether a stage in dvc.yaml has all that ours has. A user may have added to it."""
    if not isinstance(there, dict):
        return False
    paths = {kind: _names(there.get(kind)) for kind in ("deps", "outs", "metrics", "params")}
    return (
        there.get("cmd") == f"corpus {stage.name}"
        and set(stage.inputs) <= paths["deps"]
        and {*stage.outputs, *stage.reports} <= paths["outs"]
        and set(stage.metrics) <= paths["metrics"]
        and {*([stage.parameters] if stage.parameters else []), "engine.yaml"} <= paths["params"]
    )


def _names(listed: object) -> set[str]:
    entries = listed if isinstance(listed, list) else []
    return {str(name) for one in entries for name in (one if isinstance(one, dict) else [one])}


def _mapping(path: Path) -> dict[str, Any] | None:
    """Return a YAML file as a mapping; None if it cannot be read. Other code reports that."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        values = plain_yaml.load(path.read_bytes().decode(), aliases=True)
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None
