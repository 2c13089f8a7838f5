"""Read Rich Text Format as a stream, paragraph by paragraph: text with its type, bookmarks and links, nothing else.

Nothing is run or fetched, and only text is decoded. Pictures, objects, styles, headers and all else that is not the
text are passed over. Groups are a list of states, so that no nesting costs more than its bytes.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from corpus.formats.passages import Block, Run, block
from corpus.press.parsing.rtfstate import DEEPEST, FORMATTING, Fonts, Paragraph, State, Stream, TooDeep, joined
from corpus.press.parsing.rtfwords import ENDS, PASSED_OVER, SPECIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK: Final = 262_144
# No token but text is longer.
_LONGEST_TOKEN: Final = 64
_MOST_LINK: Final = 4_000
_MOST_MARKS: Final = 50
_TOKEN: Final = re.compile(
    rb"([^\\{}\r\n]+)|\\(?:([a-zA-Z]{1,32})(-?\d{1,10})?\x20?|'([0-9a-fA-F]{2})|([^a-zA-Z']|'))|([{}])|[\r\n]+"
)
_LINK: Final = re.compile(r"HYPERLINK\s+(?:\\\w\s+)*\"?([^\"\s]+)", re.IGNORECASE)


def read(data: bytes) -> list[Block]:
    """Return the blocks of a document of RTF.

    Raises:
        TooDeep: its groups are nested deeper than any text.
    """
    found: list[Block] = []
    for number, one in enumerate(paragraphs(io.BytesIO(data))):
        made = block(list(one.runs), centred=one.centred, division=number, marks=one.marks, link=one.link)
        if made is not None:
            found.append(made)
    return found


def paragraphs(stream: Stream, most: int = 1 << 62) -> Iterator[Paragraph]:
    """Yield the paragraphs of a document.

    Args:
        stream: the stream. It is read from its position to its end, in bounded memory.
        most: the largest number of bytes in `raw` and `runs` of a paragraph.

    Raises:
        TooDeep: groups are nested deeper than any text.
    """
    return _Reader(most).read(stream)


class _Reader:
    """The state of reading."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._state = State()
        self._stack: list[State] = []
        # Where each open group begins in `_raw`, so that one that is passed over can be taken out.
        self._starts: list[int] = []
        self._raw = bytearray()
        self._runs: list[Run] = []
        self._bytes = bytearray()
        self._marks: list[str] = []
        self._link = ""
        self._captured: list[str] = []
        self._fonts = Fonts()
        self._to_skip = 0
        self._star = False
        self._size = 0
        self._levels: tuple[State, ...] = ()
        # Whether the paragraph began before the document's own group.
        self._is_first = True
        self._centred = False

    def read(self, stream: Stream) -> Iterator[Paragraph]:
        buffer = b""
        drop = 0
        while True:
            chunk = stream.read(_CHUNK)
            buffer += chunk
            if drop:
                buffer, drop = buffer[drop:], max(0, drop - len(buffer))
            last = len(buffer) - (_LONGEST_TOKEN if chunk else 0)
            at = 0
            while at < last:
                found = _TOKEN.match(buffer, at)
                if found is None:
                    at += 1
                    continue
                at = found.end()
                text, word, number, code, symbol, brace = found.groups()
                if word == b"bin":
                    size = max(0, int(number or 0))
                    drop, at = max(0, at + size - len(buffer)), min(len(buffer), at + size)
                    continue
                if word is not None and word in ENDS and self._state.place != "over":
                    yield self._ended(found[0], ENDS[word])
                elif brace is not None:
                    self._brace(brace)
                elif self._state.place != "over":
                    self._token(found[0], text, word, number, code, symbol)
            buffer = buffer[at:]
            if not chunk:
                break
        if self._runs or self._bytes:
            yield self._ended(b"", "")

    def _token(
        self,
        raw: bytes,
        text: bytes | None,
        word: bytes | None,
        number: bytes | None,
        code: bytes | None,
        symbol: bytes | None,
    ) -> None:
        place = self._state.place
        if place != "fonts" and self._size <= self._most:
            self._raw += raw
            self._size += len(raw)
        elif place == "fonts":
            self._fonts.add(raw)
        if text is not None:
            self._text(text)
        elif code is not None:
            if self._to_skip:
                self._to_skip -= 1
            else:
                self._bytes.append(int(code, 16))
        elif word is not None:
            self._word(word, int(number) if number else None)
        elif symbol is not None:
            self._symbol(symbol)

    def _text(self, text: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        if self._size <= self._most:
            self._bytes += text

    def _symbol(self, symbol: bytes) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif symbol == b"*":
            self._star = True
        elif symbol in {b"\\", b"{", b"}"}:
            self._bytes += symbol
        elif symbol in {b"~", b"_"}:
            self._say("\xa0" if symbol == b"~" else "-")
        elif symbol in {b"\n", b"\r"}:
            # An escaped line end is a paragraph's end to some writers; a line break keeps its text together.
            self._say("\n")

    def _brace(self, brace: bytes) -> None:
        self._to_skip = 0
        self._star = False
        if brace == b"{":
            if len(self._stack) >= DEEPEST:
                raise TooDeep
            self._flush()
            self._stack.append(self._state)
            self._starts.append(len(self._raw))
        else:
            self._flush()
            if not self._stack:
                return
            before = self._state
            self._state = self._stack.pop()
            self._starts.pop()
            if before.place != self._state.place:
                self._close(before.place)
            if before.place == "over":
                # `raw` does not have the group itself.
                return
            if before.place == "fonts":
                if self._state.place == "fonts":
                    self._fonts.add(brace)
                return
        if self._state.place == "fonts":
            self._fonts.add(brace)
        elif self._state.place != "over" and self._size <= self._most:
            self._raw += brace

    def _close(self, place: str) -> None:
        """Use what was read in a group of another kind, at its end."""
        if place == "link":
            found = _LINK.search("".join(self._captured)[:_MOST_LINK])
            if found and not self._link:
                self._link = found[1]
            self._captured = []
        elif place == "mark":
            name = "".join(self._captured).strip()[:200]
            if name and len(self._marks) < _MOST_MARKS:
                self._marks.append(name)
            self._captured = []

    def _word(self, word: bytes, number: int | None) -> None:
        if self._to_skip:
            self._to_skip -= 1
            return
        state = self._state
        star, self._star = self._star, False
        if word in FORMATTING and not star:
            # Most are of these.
            new = state.after(word, number, self._fonts.default)
            if new is not None and new != state:
                self._flush()
                self._state = new
        elif word == b"u" and number is not None:
            self._say(chr(number % 65_536))
            self._to_skip = state.skip
        elif (character := SPECIAL.get(word)) is not None:
            self._say(character)
        elif word in {b"fldinst", b"bkmkstart"}:
            self._flush()
            self._state = state._replace(place="link" if word == b"fldinst" else "mark")
        elif word == b"fonttbl":
            self._leave()
            self._fonts.begin()
            self._state = state._replace(place="fonts")
        elif word in PASSED_OVER or star:
            self._leave()
            self._state = state._replace(place="over")
        else:
            self._fonts.word(word, number, state.font if state.place == "fonts" else None)
            if word == b"deff" and state.font < 0:
                self._state = state._replace(font=self._fonts.default)

    def _leave(self) -> None:
        """Remove the group that has just begun from `raw`."""
        if self._starts:
            del self._raw[self._starts[-1] :]

    def _say(self, text: str) -> None:
        self._flush()
        self._put(text)

    def _flush(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._fonts.encoding(self._state.font), "replace")
            self._bytes.clear()
            self._put(text)

    def _put(self, text: str) -> None:
        place = self._state.place
        if place in {"link", "mark"}:
            if len(self._captured) < _MOST_LINK:
                self._captured.append(text)
        elif not place and not self._state.hidden:
            if not self._runs:
                self._centred = self._state.centred
            self._runs.append(Run(text, self._state.bold, self._state.size / 2))

    def _ended(self, raw: bytes, mark: str) -> Paragraph:
        """Return the paragraph that a control word ends."""
        self._flush()
        self._to_skip = 0
        if self._size <= self._most:
            self._raw += raw
        runs = tuple(joined(self._runs))
        made = Paragraph(
            runs,
            (*self._marks, mark) if mark else tuple(self._marks),
            self._link,
            self._centred if self._runs else self._state.centred,
            bytes(self._raw),
            self._fonts.header(),
            self._levels,
            len(self._stack) + self._is_first,
        )
        self._runs, self._marks, self._link = [], [], ""
        self._raw.clear()
        self._size = 0
        self._starts = [0] * len(self._starts)
        self._is_first = not self._stack
        self._levels = (*self._stack[1:], self._state)
        return made
