"""Merge params.yaml: add new keys with their comments, rename keys, and keep the user's values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml

from corpus.app import yamlmerge
from corpus.repo.outdated import RENAMED

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.app.yamlmerge import Entry
    from corpus.repo.outdated import Renamed
    from corpus.text.threeway import Clash


def merge_parameters(base: str, yours: str, new: str) -> tuple[str, list[tuple[str, Clash]], list[str]]:
    """Merge a params.yaml with this version's. Values stay yours, and so do keys that you removed.

    Args:
        base: what `corpus init` wrote.
        yours: the file now.
        new: what `corpus init` writes now.

    Returns:
        The merged text; each clash with its key; and what to say of values that moved or have another default now.
    """
    notes = []
    for renamed in RENAMED:
        found = _value(yours, renamed.section, renamed.old)
        if found is None:
            continue
        base, yours = (_without(text, renamed.section, renamed.old) for text in (base, yours))
        name = f"{renamed.section}.{renamed.old}"
        if _value(yours, renamed.section, renamed.new) is not None:
            notes.append(f"{name} is gone: {renamed.section}.{renamed.new} takes its place.")
            continue
        value = _line(renamed.values.get(found[0], found[0]))
        default = _value(new, renamed.section, renamed.new)
        new = _with_value(new, renamed, value)
        shown = f" (the default is {_line(default[0])})" if default and _line(default[0]) != value else ""
        notes.append(f"{name}: {_line(found[0])} is now {renamed.section}.{renamed.new}: {value}{shown}.")
    merged, clashes = yamlmerge.merge_keys(base, yours, new, keep_values=True)
    return merged, clashes, notes + _other_defaults(base, yours, new)


def _other_defaults(base: str, yours: str, new: str) -> list[str]:
    """Say which values you never changed, though this version has another default."""
    notes = []
    sections, _ = yamlmerge.parse(new)
    for section in sections:
        for one in section.inside:
            was, own, now = (_value(text, section.key, one.key) for text in (base, yours, new))
            if was and own and now and was == own and own != now:
                notes.append(f"{section.key}.{one.key} stays {_line(own[0])}; the default is now {_line(now[0])}.")
    return notes


def _line(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _value(text: str, section: str, key: str) -> tuple[Any] | None:
    """Return the value of a key in a tuple of its own; None if the text is not YAML or has no such key."""
    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    inside = values.get(section) if isinstance(values, dict) else None
    return (inside[key],) if isinstance(inside, dict) and key in inside else None


def _without(text: str, section: str, key: str) -> str:
    return _changed(text, section, lambda one: None if one.key == key else one)


def _with_value(text: str, renamed: Renamed, value: str) -> str:
    def change(one: Entry) -> Entry:
        indent = one.body[: len(one.body) - len(one.body.lstrip(" "))]
        return replace(one, body=f"{indent}{renamed.new}: {value}\n") if one.key == renamed.new else one

    return _changed(text, renamed.section, change)


def _changed(text: str, section: str, change: Callable[[Entry], Entry | None]) -> str:
    """Return a file whose entries in a section were changed, or left out where `change` returns None."""
    entries, rest = yamlmerge.parse(text)
    lines = []
    for one in entries:
        inside = tuple(kept for old in one.inside if (kept := change(old)) is not None)
        lines.append(replace(one, inside=inside).text if one.key == section else one.text)
    return "".join(lines) + rest
