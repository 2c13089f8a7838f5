"""The state of reading RTF (groups and fonts), and the paragraphs that it gives."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from corpus.formats.passages import Run
from corpus.press.parsing.rtfwords import CHARSETS, codec

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST: Final = 2_000
# A larger font table, and more open groups, are not repeated before each article of a document: no article of a
# hostile file costs more than a real one does.
_MOST_TABLE: Final = 16_384
_MOST_REPEATED: Final = 200
_MOST_LEVELS: Final = 64
_MOST_FONTS: Final = 10_000
_DEFAULT: Final = re.compile(rb"\\deff(\d{1,10})")
# A font and its character set.
_ENTRY: Final = re.compile(rb"\\f(\d{1,10})\b[^{}]{0,400}?\\((?:fcharset|cpg)\d{1,6})")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

# The control words that change a state.
FORMATTING: Final = frozenset(b"b fs f v deleted plain pard ql qj qr qc uc".split())


class TooDeep(Exception):
    """Groups are nested deeper than any text."""


class Stream(Protocol):
    """Something that bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        ...


class State(NamedTuple):
    """The formatting that a group gives to the text in it."""

    bold: bool = False
    size: int = 24
    hidden: bool = False
    font: int = -1
    skip: int = 1
    centred: bool = False
    place: str = ""

    def words(self) -> bytes:
        """Return the control words that set this state."""
        font = b"\\f%d" % self.font if self.font >= 0 else b""
        flags = (b"\\b" if self.bold else b"") + (b"\\v" if self.hidden else b"") + (b"\\qc" if self.centred else b"")
        return b"\\plain" + font + b"\\fs%d\\uc%d" % (self.size, self.skip) + flags + b" "

    @lru_cache(maxsize=2_048)  # noqa: B019 - equal states are one, and as few as a document has
    def after(self, word: bytes, number: int | None, default: int) -> State | None:
        """Return the state after a control word of formatting; None if the word is another.

        Args:
            word: one of `FORMATTING`, or another.
            number: its parameter, if it has one.
            default: the number of the default font.
        """
        on = number != 0
        match word:
            case b"b":
                return self._replace(bold=on)
            case b"fs":
                return self._replace(size=min(max(number or 24, 0), 400))
            case b"f":
                return self._replace(font=number if number is not None else -1)
            case b"v" | b"deleted":
                return self._replace(hidden=on)
            case b"plain":
                return self._replace(bold=False, size=24, hidden=False, font=default)
            case b"pard" | b"ql" | b"qj" | b"qr":
                return self._replace(centred=False)
            case b"qc":
                return self._replace(centred=True)
            case b"uc":
                return self._replace(skip=min(max(number or 0, 0), 8))
        return None


class Fonts:
    """The encodings of the bytes of a document: by its code page, or by the character set of a font."""

    def __init__(self) -> None:
        self.default = -1
        self._page = "cp1252"
        self._sets: dict[int, str] = {}
        # The control words that say so, in case the table is too large to be repeated.
        self._written: dict[int, bytes] = {}
        self._table = bytearray()
        # Kept while it is the same: a table may be large, and is in front of each paragraph.
        self._header = b""

    def encoding(self, font: int) -> str:
        """Return the codec for text in a font."""
        return self._sets.get(font, self._page)

    def begin(self) -> None:
        """Begin the font table."""
        self._header = b""
        self._table = bytearray(b"{\\fonttbl")

    def add(self, raw: bytes) -> None:
        """Keep bytes of the font table."""
        if len(self._table) <= _MOST_TABLE:
            self._header = b""
            self._table += raw

    def word(self, word: bytes, number: int | None, font: int | None) -> None:
        """Use a control word about encodings; ignore any other.

        Args:
            word: the control word.
            number: its parameter.
            font: the font that the font table is at; None outside of it.
        """
        if word in {b"fcharset", b"cpg"} and font is not None:
            page = CHARSETS.get(number or 0) if word == b"fcharset" else number
            name = codec(page) if page else None
            if name and len(self._sets) < _MOST_FONTS:
                self._sets[font] = name
                if len(self._written) < _MOST_REPEATED:
                    self._header = b""
                    self._written[font] = b"\\%s%d" % (word, number or 0)
        elif word == b"deff":
            self._header = b""
            self.default = number if number is not None else -1
        elif word in {b"ansicpg", b"mac", b"pc", b"pca"}:
            self._header = b""
            self._page = codec({b"mac": 10_000, b"pc": 437, b"pca": 850}.get(word, number or 0)) or self._page

    def header(self) -> bytes:
        """Return the beginning of a document with the same encodings."""
        if not self._header:
            page = {"mac_roman": b"\\mac", "cp437": b"\\pc"}.get(self._page)
            page = page or b"\\ansi\\ansicpg" + (re.sub(r"\D", "", self._page).encode() or b"1252")
            table = bytes(self._table) + b"}" if self._table else b""
            if len(table) > _MOST_TABLE:
                fonts = (b"{\\f%d%s;}" % (font, words) for font, words in self._written.items())
                table = b"{\\fonttbl" + b"".join(fonts) + b"}"
            self._header = b"{\\rtf1" + page + b"\\deff%d" % max(self.default, 0) + table
        return self._header


class Paragraph(NamedTuple):
    """A paragraph, or a cell of a table.

    Attributes:
        runs: its text.
        marks: names of the bookmarks in it; `cell` if it is one.
        link: the address that it leads to, if any.
        centred: whether it is set in the middle.
        raw: its bytes, without what is passed over.
        header: what a document begins with in which bytes are encoded the same way.
        levels: the groups that are open in front of it, from the outermost.
        depth: how many groups are open behind it, one more for an opening that is not of the document's own groups.
    """

    runs: tuple[Run, ...]
    marks: tuple[str, ...]
    link: str
    centred: bool
    raw: bytes
    header: bytes
    levels: tuple[State, ...]
    depth: int

    @property
    def groups(self) -> bytes:
        """What opens the groups that are open in front of it. Behind `header` it makes `raw` a document."""
        # Written where it is asked for: torn files leave thousands of groups open, before each of many paragraphs.
        levels = self.levels[-_MOST_LEVELS:]
        before: tuple[State | None, ...] = (None, *levels)
        words = (state.words() if state != last else b"" for last, state in zip(before, levels, strict=False))
        return b"{".join(words)

    @property
    def text(self) -> str:
        """Its text in one."""
        return "".join(run.text for run in self.runs)


def with_fonts(header: bytes, used: frozenset[bytes]) -> bytes:
    """Return the header of a document with the fonts that are used, and no others.

    Args:
        header: as `Fonts.header` gives it.
        used: the numbers of the fonts.
    """
    start, mark, table = header.partition(b"{\\fonttbl")
    default = _DEFAULT.search(start)
    kept = used | {default[1]} if default else used
    entries = b"".join(b"{\\f%b\\%b;}" % (number, kind) for number, kind in _entries(table) if number in kept)
    return start + (b"{\\fonttbl" + entries + b"}" if mark else b"")


@lru_cache(maxsize=4)
def _entries(table: bytes) -> list[tuple[bytes, bytes]]:
    """Return the numbers and character sets in a font table. The articles of a document have the same."""
    return _ENTRY.findall(table)


def joined(runs: list[Run]) -> Iterator[Run]:
    """Yield runs, neighbours in the same type as one, and halves of surrogate pairs as one letter."""
    if len(runs) == 1 and runs[0].text.isascii():
        # As most are.
        yield runs[0]
        return
    texts: list[str] = []
    for number, run in enumerate(runs):
        texts.append(run.text)
        after = runs[number + 1] if number + 1 < len(runs) else None
        if after is None or (after.bold, after.size) != (run.bold, run.size):
            text = "".join(texts)
            if _SURROGATE.search(text):
                text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            yield Run(text, run.bold, run.size)
            texts = []
