"""Read records of lines that begin with a label, as ProQuest, EBSCO, Gale, Genios and NewsBank print them.

A record has a head, a text and a tail of fields. HTML and Word are turned into such lines first, so that a database has
one reader for all its containers.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.formats.labels import field_of, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from corpus.formats.passages import Block

_LINE: Final = re.compile(r"^\s*(?P<label>[^\W\d_][^:：\n]{0,47}?)\s*[:：](?:\s+|$)(?P<value>.*)$")
_PLAIN_LABEL: Final = re.compile(r"^[A-ZÀ-ÖØ-ÞА-ЯЁ\u3040-\uffef](?:[^\s]*\s+){0,6}[^\s]*$")
# Fields whose values go on in the lines below.
_MOST_GOING_ON: Final = 3
_LAST_FIELDS: Final = 3
_WIDEST_WRAPPED: Final = 100
_LEAST_WRAPPED: Final = 4
_LONGEST_CELL: Final = 48
# Labels with which paragraphs of newspapers begin, too.
_REMARKS: Final = frozenset(
    {"note", "notes", "update", "nota", "notas", "hinweis", "opmerking", "noot", "by", "type", "time", "zeit", "links"}
)
# `Gazette, The (Town, ST)`: an article behind a name belongs before it.
_ARTICLE: Final = re.compile(
    r"^(?P<name>[^,(]{2,100}), (?P<article>The|A|An|La|Le|Les|El|Los|Las|Der|Die|Das|Il|De)\b(?P<more>.*)$"
)


class Field(NamedTuple):
    """A field of a record, as `title`, with its label as it is compared and its value as it is printed."""

    name: str
    label: str
    value: str


@dataclass(slots=True)
class Record:
    """One record: the lines before any label, its fields in order, and the paragraphs of its text."""

    before: list[str] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)

    def first(self, *names: str) -> str:
        """Return the first filled value of some fields; "" if all are empty."""
        return next((one.value for name in names for one in self.fields if one.name == name and one.value), "")

    def labelled(self, *labels: str) -> str:
        """Return the first filled value under some labels, which are given as they are compared."""
        return next((one.value for label in labels for one in self.fields if one.label == label and one.value), "")


def parse(line: str, own: Mapping[str, str]) -> Field | None:
    """Return the field of a line that begins with a known label; None for any other line.

    Args:
        line: the line.
        own: further labels of a database, as they are compared, and the names of their fields.
    """
    found = _LINE.match(line)
    if found is None:
        return None
    folded = fold(found["label"])
    name = own.get(folded) or field_of(found["label"])
    if name is None and "proquest" in folded and found["value"].strip().isdigit():
        name = "accession"
    return None if name is None else Field(name, folded, found["value"].strip())


def looks_labelled(line: str) -> bool:
    """Return whether a line begins like a field with an unknown label."""
    found = _LINE.match(line)
    return found is not None and _PLAIN_LABEL.match(found["label"]) is not None


def record(text: str, own: Mapping[str, str], *, text_label: bool = True) -> Record:
    """Return a record of labelled lines.

    Args:
        text: the record.
        own: further labels of its database, as they are compared, and the names of their fields.
        text_label: whether the text has a label of its own, as `Full text:`; else it is the lines between the first
            fields and the last.
    """
    lines = lines_of(text)
    found = [parse(line, own) for line in lines]
    at = next((n for n, one in enumerate(found) if one and one.name == "text"), None) if text_label else None
    made = Record()
    head = at if at is not None else _head_end(lines, found, to_the_end=text_label)
    first = next((n for n in range(head) if found[n]), head)
    made.before = [line.strip() for line in lines[:first] if line.strip()]
    made.fields += _fields(lines[first:head], found[first:head])
    start = head + 1 if at is not None else head
    tail = _behind_remarks(found, _tail_start(lines, found, start))
    body = lines[start:tail]
    if at is not None and (label := found[at]) is not None and label.value:
        body = [label.value, *body]
    made.paragraphs = paragraphs(body)
    made.fields += _fields(lines[tail:], found[tail:])
    return made


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with any kind of line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\xa0", " ").split("\n")


def in_order(paper: str) -> str:
    """Return a paper's name as the paper prints it: `Gazette, The (Town, ST)` is `The Gazette (Town, ST)`."""
    found = _ARTICLE.match(paper)
    return f"{found['article']} {found['name']}{found['more']}" if found else paper


def _head_end(lines: Sequence[str], found: Sequence[Field | None], *, to_the_end: bool) -> int:
    """Return where the first fields end: at the first line that is not a field or its continuation."""
    if to_the_end:
        return len(lines)
    at = next((n for n, one in enumerate(found) if one), len(lines))
    while at < len(lines):
        blank = not lines[at].strip()
        if not blank and found[at] is None and not (looks_labelled(lines[at]) and _is_field_near(found, at)):
            return at
        at += 1
    return at


def _is_field_near(found: Sequence[Field | None], at: int) -> bool:
    return any(one is not None for one in found[max(0, at - 2) : at]) and any(
        one is not None for one in found[at + 1 : at + 3]
    )


def _tail_start(lines: Sequence[str], found: Sequence[Field | None], start: int) -> int:
    """Return where the last fields begin: at the first known label after which all lines are fields or continue one."""
    at = len(lines)
    going_on = 0
    tail = len(lines)
    apart = _are_apart(lines, found, start)
    while at > start:
        line = lines[at - 1]
        one = found[at - 1]
        if apart and line.strip() and at - 2 >= start and lines[at - 2].strip():
            # Where blank lines part fields, a line below another is a paragraph of the text.
            return tail
        if one is not None and one.name not in {"caption", "correction"}:
            tail, going_on = at - 1, 0
        elif one is not None or looks_labelled(line):
            going_on = 0
        elif line.strip():
            # A value of several lines continues right below its label, or below its line before.
            going_on += 1
            above = at - 2
            while above >= start and going_on + (at - 2 - above) <= _MOST_GOING_ON and found[above] is None:
                if not lines[above].strip():
                    return tail
                above -= 1
            if above < start or found[above] is None or going_on > _MOST_GOING_ON:
                return tail
        at -= 1
    return tail


def _behind_remarks(found: Sequence[Field | None], tail: int) -> int:
    """Return where the last fields begin, behind paragraphs such as `Note: the master was not there.`."""
    at = tail
    for number in range(tail, len(found)):
        one = found[number]
        if one is None:
            continue
        if one.label not in _REMARKS or not one.value.endswith((".", "!", "?", "”", '"')):
            break
        at = number + 1
    return at


def _are_apart(lines: Sequence[str], found: Sequence[Field | None], start: int) -> bool:
    """Return whether blank lines separate the last fields."""
    last = [number for number in range(start, len(lines)) if found[number] is not None][-_LAST_FIELDS:]
    return len(last) == _LAST_FIELDS and all(not lines[number - 1].strip() for number in last[1:])


def _fields(lines: Sequence[str], found: Sequence[Field | None]) -> list[Field]:
    made: list[Field] = []
    open_value = False
    for line, one in zip(lines, found, strict=True):
        if one is not None:
            made.append(one)
            open_value = True
        elif not line.strip() or looks_labelled(line):
            # A value may begin on the line below its label.
            open_value = open_value and not line.strip() and not made[-1].value
        elif open_value and made:
            made[-1] = made[-1]._replace(value=f"{made[-1].value}\n{line.strip()}".strip())
    return made


def paragraphs(lines: Sequence[str]) -> list[str]:
    """Return the paragraphs of lines: each line, or separated by blank lines if lines are broken for width."""
    filled = [line.strip() for line in lines]
    printed = [line for line in filled if line]
    widest = max((len(line) for line in printed), default=0)
    blanks = any(not line for line in filled[1:-1])
    # A paper's lines are all of about one width, but for the last of each paragraph.
    ends = sum(1 for line, below in itertools.pairwise(filled) if line and below)
    if not blanks or widest > _WIDEST_WRAPPED or (ends < _LEAST_WRAPPED and not _is_wrapped(filled)):
        return printed
    made: list[list[str]] = [[]]
    for line in filled:
        if line:
            made[-1].append(line)
        elif made[-1]:
            made.append([])
    return [" ".join(part) for part in made if part]


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Return whether consecutive lines continue a sentence."""
    pairs = [(line, below) for line, below in itertools.pairwise(lines) if line and below]
    going_on = sum(line[-1].isalnum() or line[-1] in ",;-–" for line, _ in pairs)
    return bool(pairs) and going_on * 2 > len(pairs)


def any_label(_: str) -> bool:
    """Return True: in some databases every short cell that ends in a colon is a label."""
    return True


def text_of(blocks: Sequence[Block], is_label: Callable[[str], bool] | None = None) -> str:
    """Return blocks as lines, with a blank line between any two; a label in a cell of its own goes before its value.

    Args:
        blocks: the blocks of HTML or Word.
        is_label: whether a short block that ends in a colon is a label; by default, whether it is a known one.
    """
    known = is_label or (lambda written: field_of(written) is not None)
    lines: list[str] = []
    waiting = ""
    for one in blocks:
        text = one.text.strip()
        if waiting:
            text, waiting = f"{waiting} {text}", ""
        if text.endswith((":", "：")) and len(text) <= _LONGEST_CELL and known(text.rstrip(" :：")):
            waiting = text
            continue
        lines.append(text)
    return "\n\n".join([*lines, *([waiting] if waiting else [])])
