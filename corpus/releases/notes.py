"""Write CORPUS.md: what each release changed, for people, the newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.releases.changes import Changes, Count

HEADER: Final = "# Versions of this corpus\n\n`corpus release` writes this, the newest version first.\n"
# So many publishers and months are named; what is left is summed up.
_ROWS: Final = 12
# In metrics.json, by section, and what they are called where both sections have the name.
_FIGURES: Final = {
    "ledger": {
        "documents": "documents", "articles": "articles", "superseded": "superseded", "repeats": "repeats",
        "duplicates": "duplicates_dropped", "quarantined": "quarantined",
    },
    "articles": {
        "publishers": "publishers", "languages": "languages", "duplicates": "duplicates_marked", "words": "words",
        "median_words": "median_words", "first_published": "first_published", "last_published": "last_published",
    },
}  # fmt: skip
# Markdown and HTML would make something else of these.
_SPECIAL: Final = {letter: f"\\{letter}" for letter in "\\`*_[]<>|#~"}
_CONTROL: Final = dict.fromkeys((*range(0x20), 0x7F), " ")


@dataclass(frozen=True, slots=True)
class Description:
    """The description of a release, without its figures.

    Attributes:
        version: as `v1.1.0`.
        before: the release before, if there is one.
        day: the day it was named, `2026-11-25`.
        by: who named it.
        why: why it has this number.
        message: what the user wrote about it.
        digest: the digest of its articles, see `citation`.
        engine: the version of newscorpus that made it.
    """

    version: str
    before: str | None
    day: str
    by: str
    why: str
    message: str | None
    digest: str
    engine: str


def figures(metrics: str | None) -> dict[str, int | float | str]:
    """Return the figures in the text of a metrics.json by name, in the order of the report; empty without a text."""
    try:
        values = json.loads(metrics or "{}")
        found = {
            shown: values.get(section, {}).get(name)
            for section, names in _FIGURES.items()
            for name, shown in names.items()
        }
    except (ValueError, AttributeError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, (int, float, str))}


def entry(
    release: Description,
    changes: Changes | None,
    now: Mapping[str, int | float | str],
    then: Mapping[str, int | float | str],
) -> str:
    """Return the entry of a release, from its heading to its last line.

    Args:
        release: who, when, why.
        changes: what it changes; None if that is not known.
        now: its figures.
        then: the figures of the release before.
    """
    parts = [f"## {release.version} ({release.day})"]
    if release.message:
        # Quoted, so that no line of it can pass for one of ours.
        parts.append("\n".join(f"> {line}".rstrip() for line in release.message.splitlines()))
    parts.append(f"By {plain(release.by)}, with newscorpus {release.engine}. Number: {plain(release.why)}.")
    parts.append(_figures(release, now, then))
    if changes is None:
        parts.append(f"What changed since {release.before} is not known: its data were not at hand.")
    else:
        parts += _changes(release, changes)
    parts.append(f"Digest of the articles: `sha256:{release.digest}`")
    return "\n\n".join(parts) + "\n"


def insert(notes: str | None, new: str) -> str:
    """Return CORPUS.md with a new entry on top. Its present content is not changed."""
    if not notes or not notes.strip():
        return f"{HEADER}\n{new}"
    start = 0 if notes.startswith("## ") else notes.find("\n## ") + 1
    if start == 0 and not notes.startswith("## "):
        return notes.rstrip("\n") + "\n\n" + new
    return f"{notes[:start]}{new}\n{notes[start:]}"


def _figures(release: Description, now: Mapping[str, int | float | str], then: Mapping[str, int | float | str]) -> str:
    if release.before is None:
        return _table(["", release.version], [[name.replace("_", " "), _shown(value)] for name, value in now.items()])
    rows = []
    for name, value in now.items():
        was = then.get(name)
        both = isinstance(value, (int, float)) and isinstance(was, (int, float))
        change = f"{round(value - was, 1):+,}" if both and value != was else ""  # type: ignore[operator]  # both are numbers
        rows.append([name.replace("_", " "), _shown(value), "" if was is None else _shown(was), change])
    return _table(["", release.version, release.before, "change"], rows)


def _shown(value: float | str) -> str:
    return plain(value) if isinstance(value, str) else f"{value:,}"


def _changes(release: Description, changes: Changes) -> list[str]:
    parts = []
    if release.before is not None:
        counts = f"{changes.added:,} added, {changes.removed:,} removed, {changes.changed:,} changed"
        other = f" Re-identified, the same article under another id: {changes.reidentified:,}."
        fields = (
            f" ({', '.join(f'{plain(name)} {number:,}' for name, number in changes.fields)})" if changes.fields else ""
        )
        parts.append(f"Articles: {counts}{fields}.{other if changes.reidentified else ''}")
    if changes.publishers:
        parts.append(_counted("publisher", changes.publishers))
        parts.append(_counted("month of publication", changes.months))
    if changes.columns:
        parts.append("Columns:\n\n" + "\n".join(f"- {plain(str(change))}" for change in changes.columns))
    elif release.before is not None:
        parts.append("Columns: unchanged.")
    return parts


def _counted(what: str, counts: Sequence[Count]) -> str:
    shown = [
        [plain(one.name) if one.name else "unknown", *(f"{n:,}" for n in (one.added, one.removed, one.changed))]
        for one in counts[:_ROWS]
    ]
    rest = counts[_ROWS:]
    if rest:
        sums = (sum(one.added for one in rest), sum(one.removed for one in rest), sum(one.changed for one in rest))
        shown.append([f"{len(rest):,} more", *(f"{number:,}" for number in sums)])
    return _table([what, "added", "removed", "changed"], shown)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = [f"| {' | '.join(columns)} |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])


def plain(text: str) -> str:
    """Return text of unknown origin as one line that Markdown shows exactly."""
    return "".join(_SPECIAL.get(letter, letter) for letter in text.translate(_CONTROL))[:300]
