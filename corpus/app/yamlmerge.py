"""Merge YAML files by their keys, as text: comments, layout and order stay.

A file is a list of entries: its keys, and one level below each key its keys or list items. Each entry has the comments
and blank lines before it. The value of a key is merged line by line, so two changes beside each other do not clash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from corpus.text.threeway import Clash, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY: Final = re.compile(
    r"""( *)((?:- +)?(?:"[^"]*"|'[^']*'|[^\s#'"\[\]{},&*!|>%@`-][^\s:]*(?: [^\s:#]+)*)) *(?::(?=\s)|$)"""
)
_QUIET: Final = re.compile(r"\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A key, or an item of a list.

    Attributes:
        key: its name; for an item of a list, with its dash.
        lead: the comments and blank lines before it.
        body: its line, and the lines below it that are not entries of their own.
        inside: the entries below it.
        tail: the comments after the last entry below it.
    """

    key: str
    lead: str
    body: str
    inside: tuple[Entry, ...] = ()
    tail: str = ""

    @property
    def text(self) -> str:
        """The entry as it is in the file."""
        return self.lead + self.body + "".join(one.text for one in self.inside) + self.tail


def parse(text: str) -> tuple[list[Entry], str]:
    """Return the entries of a YAML file, and the lines after the last."""
    lines = [f"{line}\n" for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n")] if text else []
    top, rest = _entries(lines, 0)
    return [_with_inside(one) for one in top], rest


def _entries(lines: Sequence[str], indent: int) -> tuple[list[Entry], str]:
    found: list[Entry] = []
    pending: list[str] = []
    for line in lines:
        key = _KEY.match(line)
        if key and len(key[1]) == indent:
            # A comment that is indented further belongs to what is above.
            last = max((n + 1 for n, one in enumerate(pending) if one.startswith(" " * (indent + 1))), default=0)
            if found and last:
                found[-1] = replace(found[-1], body=found[-1].body + "".join(pending[:last]))
                pending = pending[last:]
            found.append(Entry(key[2].strip("\"'"), "".join(pending), line))
            pending = []
        elif found and not _QUIET.match(line):
            found[-1] = replace(found[-1], body=found[-1].body + "".join(pending) + line)
            pending = []
        else:
            pending.append(line)
    return found, "".join(pending)


def _with_inside(entry: Entry) -> Entry:
    head, *below = entry.body.splitlines(keepends=True)
    first = next((line for line in below if not _QUIET.match(line)), None)
    if first is None:
        return entry
    found, rest = _entries(below, len(first) - len(first.lstrip(" ")))
    if not found or "".join(one.text for one in found) + rest != "".join(below):
        return entry
    return replace(entry, body=head, inside=tuple(found), tail=rest)


def merge_keys(base: str, yours: str, new: str, *, keep_values: bool) -> tuple[str, list[tuple[str, Clash]]]:
    """Merge two YAML files that were made from the same file.

    Args:
        base: the text from which both were made.
        yours: the first text; its changes, additions and removals are kept.
        new: the second text.
        keep_values: keep the values of `yours` in keys of two levels, and merge only comments and new keys there.

    Returns:
        The merged text, and each clash with its key. The merged text has `yours` where the two clash.
    """
    clashes: list[tuple[str, Clash]] = []
    (old, _), (own, rest), (other, _) = parse(base), parse(yours), parse(new)
    merged = "".join(one.text for one in _merge(old, own, other, "", clashes, keep_values=keep_values)) + rest
    return merged.replace("\n", "\r\n") if "\r\n" in yours else merged, clashes


def _merge(
    base: Sequence[Entry],
    yours: Sequence[Entry],
    new: Sequence[Entry],
    above: str,
    clashes: list[tuple[str, Clash]],
    *,
    keep_values: bool,
) -> list[Entry]:
    old, other = {one.key: one for one in base}, {one.key: one for one in new}
    merged = []
    for one in yours:
        name = f"{above}.{one.key}" if above else one.key
        if one.key in other:
            there = old.get(one.key)
            merged.append(_merge_entry(there, one, other[one.key], name, clashes, keep_values=keep_values))
        elif one.key not in old:
            merged.append(one)
        elif old[one.key].text.strip() != one.text.strip():
            merged.append(one)
            clashes.append((name, Clash(0, one.text, "")))
    have = [one.key for one in merged]
    for place, one in enumerate(new):
        if one.key not in old and one.key not in have:
            before = next((key for key in reversed([earlier.key for earlier in new[:place]]) if key in have), None)
            at = have.index(before) + 1 if before is not None else 0
            have.insert(at, one.key)
            merged.insert(at, one)
    return merged


def _merge_entry(
    base: Entry | None,
    yours: Entry,
    new: Entry,
    name: str,
    clashes: list[tuple[str, Clash]],
    *,
    keep_values: bool,
) -> Entry:
    old = base or Entry(new.key, "", "")
    comments = merge(old.lead, yours.lead, new.lead)
    lead = yours.lead if comments.clashes else comments.text
    if yours.inside and (new.inside or not new.body):
        # Entries that hold entries: one by one. A stage is one entry, of lines.
        inside = _merge(old.inside, yours.inside, new.inside, name, clashes, keep_values=keep_values)
        return replace(yours, lead=lead, inside=tuple(inside))
    own, before, after = (_value(one) for one in (yours, old, new))
    if keep_values and "." in name:
        return replace(yours, lead=lead)
    done = merge(before, own, after)
    clashes += [(name, clash) for clash in done.clashes]
    return replace(yours, lead=lead, body=done.text, inside=(), tail="")


def _value(entry: Entry) -> str:
    return entry.body + "".join(one.text for one in entry.inside) + entry.tail
