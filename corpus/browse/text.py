"""Text of unknown origin as it is on a page: controls of direction visible, in paragraphs, cut where it is too long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from corpus.text.visible import without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# The controls of Unicode's bidirectional algorithm (UAX 9), and what they do.
_BIDI: Final = {
    "\u061c": ("ALM", "Arabic letter mark"),
    "\u200e": ("LRM", "left-to-right mark"),
    "\u200f": ("RLM", "right-to-left mark"),
    "\u202a": ("LRE", "left-to-right embedding"),
    "\u202b": ("RLE", "right-to-left embedding"),
    "\u202c": ("PDF", "pop directional formatting"),
    "\u202d": ("LRO", "left-to-right override"),
    "\u202e": ("RLO", "right-to-left override"),
    "\u2066": ("LRI", "left-to-right isolate"),
    "\u2067": ("RLI", "right-to-left isolate"),
    "\u2068": ("FSI", "first strong isolate"),
    "\u2069": ("PDI", "pop directional isolate"),
}
_CONTROL: Final = re.compile(f"([{''.join(_BIDI)}])")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}")
_LONGEST: Final = 300
# Characters of text on one page; longer texts have several.
PART: Final = 30_000
_GAP: Final = re.compile(r"\n{2,}")


def shown(text: str) -> Markup:
    """Return text for a page: markup in it is text, controls of direction are visible, other unseen characters gone."""
    parts = _CONTROL.split(text)
    made = [escape(without(part)) for part in parts]
    for number in range(1, len(parts), 2):
        short, meaning = _BIDI[parts[number]]
        made[number] = Markup('<span class="unseen" title="{} (U+{:04X})">{}</span>').format(
            meaning, ord(parts[number]), short
        )
    return Markup().join(made)


def line(value: object, longest: int = _LONGEST) -> Markup:
    """Return text on one line of bounded length, for a page."""
    text = str(value)
    # A title may be as long as its document.
    flat = " ".join(text[: 20 * longest].split())
    return shown(flat if len(flat) <= longest else f"{flat[:longest]}…")


def tongue(language: str | None) -> Markup:
    """Return the attributes that name a text's language and leave its direction to its letters."""
    known = language is not None and _LANGUAGE.fullmatch(language)
    return Markup(' lang="{}" dir="auto"').format(language) if known else Markup(' dir="auto"')


def ticked(words: str) -> Markup:
    """Return a sentence of ours with what is between backticks as code."""
    made = Markup()
    for number, part in enumerate(words.split("`")):
        made += Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
    return made


def name(value: str) -> Markup:
    """Return a name of ours, as `text_short`, that may break behind its underscores."""
    return Markup("_<wbr>").join(line(part) for part in value.split("_"))


def alike(share: float) -> str:
    """Return a similarity in percent: cut, not rounded, for what is nearly the same is not the same."""
    return f"{int(share * 1000) / 10:g} %"


def day(value: Any) -> str:
    """Return a day as `11 September 2020`; empty without one."""
    return "" if value is None else f"{value.day} {value:%B} {value.year}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or a part of a long one.

    Attributes:
        start: its place in the text, in characters.
        text: its characters.
        is_heading: whether it is a subheading.
    """

    start: int
    text: str
    is_heading: bool = False

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + len(self.text)


def pieces(text: str, headings: Iterable[int] = ()) -> Iterator[Piece]:
    """Yield the paragraphs of a text in order; none is longer than a page.

    Args:
        text: paragraphs with blank lines between them.
        headings: where subheadings start, in characters.
    """
    starts = set(headings)
    start = 0
    for gap in [*_GAP.finditer(text), None]:
        end = len(text) if gap is None else gap.start()
        for at in range(start, end, PART):
            yield Piece(at, text[at : min(at + PART, end)], at in starts)
        start = end if gap is None else gap.end()


def parts(found: Iterable[Piece]) -> list[list[Piece]]:
    """Return paragraphs in groups that fit on a page each; one empty group of nothing."""
    groups: list[list[Piece]] = [[]]
    size = 0
    for piece in found:
        if groups[-1] and size + len(piece.text) > PART:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += len(piece.text)
    return groups


def marked(piece: Piece, spans: Sequence[tuple[int, int]]) -> Markup:
    """Return a paragraph with parts of it marked.

    Args:
        piece: the paragraph.
        spans: what to mark, as places in the text that the paragraph is of: ascending, without overlaps.
    """
    made: list[Markup] = []
    at = piece.start
    for start, end in spans:
        low, high = max(start, at), min(end, piece.end)
        if low >= high:
            continue
        made.append(shown(piece.text[at - piece.start : low - piece.start]))
        made.append(Markup("<mark>{}</mark>").format(shown(piece.text[low - piece.start : high - piece.start])))
        at = high
    made.append(shown(piece.text[at - piece.start :]))
    return Markup().join(made)
