"""Read a YAML file that a person writes, and keep the line of every value, so that each fault names its place."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Node: TypeAlias = yaml.Node
_MOST_FAULTS: Final = 100
_SHOWN: Final = 80


class Faults:
    """The faults of a file, each with its line."""

    def __init__(self, name: str) -> None:
        """Begin an empty list of faults for the file `name`."""
        self._name = name
        self._found: list[tuple[int, str]] = []

    def add(self, place: Node | int, message: str) -> None:
        """Note a fault at a node, or at a line number that counts from 1."""
        line = place if isinstance(place, int) else place.start_mark.line + 1
        if (line, message) not in self._found:
            self._found.append((line, message))

    def __iter__(self) -> Iterator[str]:
        """Give each fault as `file:line: message`, in order of lines."""
        for line, message in sorted(self._found)[:_MOST_FAULTS]:
            yield f"{self._name}:{line}: {message}"
        if len(self._found) > _MOST_FAULTS:
            yield f"{self._name}: {len(self._found) - _MOST_FAULTS:,} more faults"

    def __len__(self) -> int:
        """Return the number of faults."""
        return len(self._found)


def root_of(text: str) -> Node | None:
    """Return the tree of a YAML text, or None for an empty one.

    Args:
        text: the text, of bounded length.

    Raises:
        ValueError: it is not YAML, is nested too deep, or has aliases.
    """
    plain_yaml.load(text, as_written=True)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node: Node | None = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    return node


def kind_of(node: Node) -> str:
    """Return what a node holds, for a message."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "nothing" if node.tag.endswith(":null") else shown(str(node.value))


def shown(text: str) -> str:
    """Return a value in quotes as a message shows it: short, and without control characters."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return repr(cut)


def text_of(node: Node) -> str | None:
    """Return the text of a scalar as it is written; None for anything else, and for an empty value."""
    if not isinstance(node, yaml.ScalarNode) or (node.tag.endswith(":null") and node.style is None):
        return None
    return str(node.value).strip() or None


def items_of(node: Node) -> list[Node]:
    """Return the elements of a list; a single value counts as a list of one, an empty value as none."""
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [] if isinstance(node, yaml.ScalarNode) and text_of(node) is None else [node]


def fields_of(node: Node, where: str, known: Iterable[str], faults: Faults) -> dict[str, Node]:
    """Return the values of a mapping by key; note what is not a mapping, unknown keys and doubled ones.

    Args:
        node: the node that must be a mapping.
        where: what the mapping is, for messages, such as `source 'paper'`.
        known: the keys it may have.
        faults: takes what is wrong.
    """
    names = list(known)
    if not isinstance(node, yaml.MappingNode):
        faults.add(node, f"{where}: found {kind_of(node)}. Write keys and values: {', '.join(names)}")
        return {}
    found: dict[str, Node] = {}
    for key, value in node.value:
        name = text_of(key)
        if name is None:
            faults.add(key, f"{where}: a key must be a plain word, found {kind_of(key)}")
        elif name in found:
            faults.add(key, f"{where}: {name!r} appears twice. Keep one of them")
        elif name not in names:
            faults.add(key, f"{where}: unknown key {shown(name)}. {nearest(name, names)}")
        else:
            found[name] = value
    return found


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice for an unknown word: the nearest known one, or all of them."""
    names = [str(name) for name in known]
    # `max-new`, `maxNew` and `MAX_NEW` all mean max_new.
    plain = {_folded(name): name for name in names}
    folded = _folded(word)
    close = plain.get(folded) or next(
        (plain[one] for one in difflib.get_close_matches(folded, plain, n=1, cutoff=0.6)), None
    )
    return f"Did you mean {close!r}?" if close else f"Choose from {', '.join(names)}"


def _folded(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def value_of(
    node: Node, where: str, convert: Callable[[str], Any], faults: Faults, *, several: bool = False
) -> Any | None:
    """Return a node's value by a converter of texts; note what it refuses, and return None.

    Args:
        node: a scalar; a list of them, if `several`.
        where: the source and key, for messages.
        convert: gives the value of a text, or raises ValueError that says what to write instead.
        faults: takes what is wrong.
        several: whether a list is read, to a tuple of values.
    """
    if not several:
        text = text_of(node)
        if text is None:
            faults.add(node, f"{where}: found {kind_of(node)}. Write one value")
            return None
        try:
            return convert(text)
        except ValueError as error:
            faults.add(node, f"{where}: {error}")
            return None
    values = [value_of(one, where, convert, faults) for one in items_of(node)]
    return None if any(value is None for value in values) else tuple(values)
