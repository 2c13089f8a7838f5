"""Read and write the text of the register of batches: a line for each batch, so that git can merge additions.

Each line is an entry of a YAML list, and after its dash it is JSON, which is read a hundred times as fast as YAML.
Registers of earlier versions, with several lines for an entry, are read as YAML. `register` knows what entries mean.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEADER: Final = (
    "# The batches of documents in data/raw/, one a line, by name. `corpus add` writes this; git merges it by line.\n"
    "batches:\n"
)
# Two branches that each added the first batch may leave several of these.
_LIST: Final = frozenset({"batches:", "batches: []"})
_DASH: Final = "- "
_BEGINNING: Final = "- {"
# Not in typeshed: the scanner of a decoder, in C.
_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_MARKER: Final = re.compile(r"(<{7}|={7}|>{7}|\|{7})(\s|$)")
_LINE: Final = re.compile(r"^- +\{", re.MULTILINE)
_OVER_SEVERAL: Final = re.compile(r"^- +[\w'\"]+ *:", re.MULTILINE)
# What YAML cannot have as it is, or takes for the end of a line. JSON escapes the rest.
_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def write(entries: Iterable[dict[str, Any]]) -> str:
    """Return the text of a register.

    Args:
        entries: plain values, in the order of their lines.
    """
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    text = "".join([f"{_DASH}{encode(entry)}\n" for entry in entries])
    return _HEADER + _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def read(text: str) -> list[tuple[str, Any]]:
    """Return the entries in the text of a register, each with a text that says where it is.

    Blank lines, comments and repeated headings are left out. The entries, repeated ones too, have the order of the
    text.

    Raises:
        ValueError: a line is damaged or is a conflict marker of git. The error names the line.
    """
    found: list[tuple[str, Any]] = []
    has_list = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(_BEGINNING) or (line.startswith(_DASH) and line[2:].lstrip().startswith("{")):
            found.append((f"line {number}", _entry(number, line)))
        elif line.rstrip() in _LIST:
            has_list = True
        elif _MARKER.match(line):
            raise ValueError(f"line {number} is a conflict marker of git; `corpus merge` settles the merge")
        elif line.strip() and not line.startswith("#"):
            if _OVER_SEVERAL.search(text) or not _LINE.search(text):
                return _read_yaml(text)
            raise ValueError(f"line {number} is damaged: {line[:40]!r} is not a batch")
    if not has_list:
        raise ValueError("it has no line `batches:`")
    return found


def _entry(number: int, line: str) -> Any:
    try:
        # A year's register has 35,000 lines, and what `json.loads` does around this takes as long again.
        value, end = _SCAN(line, len(_DASH))
        if end == len(line):
            return value
    except (StopIteration, ValueError, RecursionError):
        pass
    try:
        return json.loads(line[len(_DASH) :])
    except (ValueError, RecursionError):
        try:
            # Somebody may have written it by hand, without quotes.
            (entry,) = plain_yaml.load(line)
        except (ValueError, TypeError):
            raise ValueError(f"line {number} is damaged: {line[:40]!r} cannot be read") from None
        return entry


def _read_yaml(text: str) -> list[tuple[str, Any]]:
    """Return the entries of a register as earlier versions wrote it, or of a mixture of both forms."""
    rest = [line for line in text.split("\n") if line.rstrip() not in _LIST]
    if len(rest) < text.count("\n") + 1:
        text = "\n".join(["batches:", *rest])
    values = plain_yaml.load(text)
    entries = values.get("batches") if isinstance(values, dict) else None
    if not isinstance(entries, list):
        raise ValueError("it has no list `batches:`")  # noqa: TRY004 - a fault of the text, not of a type of ours
    return [(f"batch {number}", entry) for number, entry in enumerate(entries, start=1)]
