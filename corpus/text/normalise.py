"""Normalise text: NFC, plain line ends and spaces, nothing invisible. Quotes and dashes are kept."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from typing import Final

# Line and paragraph separators of all kinds are line ends.
_LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# No-break, figure, narrow, ideographic and other spaces are spaces; so is a tab.
_SPACES: Final = "\t\x1f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Invisible: soft hyphen, zero-width space, word joiner, byte order mark, bidi controls, other controls. Zero-width
# joiner and non-joiner stay, for Persian, Indic scripts and emoji are not the same without them.
_INVISIBLE: Final = (
    *range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0xA0), 0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F,
    *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC),
)  # fmt: skip
_TABLE: Final = {**dict.fromkeys(map(ord, _SPACES), " "), **dict.fromkeys(_INVISIBLE, None)}
# One search tells whether there is anything to do at all, as there mostly is not.
_ENDS: Final = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_ODD: Final = re.compile("[" + re.escape(_ENDS + _SPACES + "".join(map(chr, _INVISIBLE))) + "]")
# ASCII of these alone is normal already, as most English text is.
_CLEAN: Final = bytes(range(0x20, 0x7F)) + b"\n"
_RUNS: Final = re.compile(" {2,}")


def normalise(text: str) -> str:
    """Return text with one form for what looks the same. Keeps lines and words; idempotent."""
    if text.isprintable():
        # No line end, no space but the usual one, nothing invisible, no half of a character.
        return text if text.isascii() else _nfc(text)
    if text.isascii() and not text.encode().translate(None, _CLEAN):
        return text
    if _ODD.search(text):
        text = _LINE_ENDS.sub("\n", text).translate(_TABLE)
    if not text.isascii():
        text = _nfc(_without_surrogates(text))
    return text


def _without_surrogates(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot have."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _nfc(text: str) -> str:
    if unicodedata.is_normalized("NFC", text):
        return text
    # Marks are put in order by insertion, which takes quadratic time: 60,000 on one letter took three seconds.
    return unicodedata.normalize("NFC", _marks().sub("", text))


# There are marks in the first two planes alone.
_MOST_MARKS: Final = 0x20000


@cache
def _marks() -> re.Pattern[str]:
    """Return the pattern of marks after 30 others on one letter, the limit of the stream-safe format (UAX #15)."""
    marks = "".join(chr(point) for point in range(_MOST_MARKS) if unicodedata.combining(chr(point)))
    return re.compile(f"(?<=[{marks}]{{30}})[{marks}]+")


def is_odd(text: str) -> bool:
    """Return whether a text has white space other than spaces and line ends, or invisible characters."""
    return _ODD.search(text) is not None


def one_line(text: str) -> str:
    """Return normalised text as one line: runs of white space become one space."""
    # Most are in order already, and that is seen three times sooner than it is done.
    if text.isascii() and text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    joined = " ".join(text.split())
    if joined.isprintable():
        return joined if joined.isascii() else _nfc(joined)
    if not joined.isascii() and _ODD.search(joined) is None:
        return _nfc(_without_surrogates(joined))
    return " ".join(normalise(text).split())


def collapse(line: str) -> str:
    """Return a normalised line without outer or doubled spaces."""
    line = line.strip(" ")
    return _RUNS.sub(" ", line) if "  " in line else line


def text_hash(text: str) -> str:
    """Return the hash of a normalised text: 128 bits in hex."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
