"""Make invisible characters visible: text of unknown origin must not hide or reorder what is shown.

These are characters that control a terminal, reorder what follows (Unicode's bidi controls), break a line, or have no
width.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = r"\x00-\x1f\x7f-\x9f"
# Of no width, or of another direction: soft hyphen, joiners of graphemes, fillers, bidi controls, separators of lines,
# invisible operators, annotations, tags and the selectors that can carry any bytes.
_UNSEEN: Final = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Persian, the scripts of India and families of emoji need joiners; among Latin letters they only hide.
_JOINERS: Final = r"(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])"
_ANY: Final = re.compile(f"[{_CONTROL}{_UNSEEN}]|{_JOINERS}")
_NOT_CONTROL: Final = re.compile(f"[{_UNSEEN}]|{_JOINERS}")
_CONTROLS: Final = re.compile(f"[{_CONTROL}]")


def on_a_line(text: str) -> str:
    """Return text as one line that a terminal shows exactly: controls as U+FFFD, invisible characters by number."""
    if text.isascii() and text.isprintable():
        return text
    return _NOT_CONTROL.sub(_escape, _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text))


def in_json(text: str) -> str:
    """Return JSON with the same meaning in which invisible characters are shown. Line feeds between values stay."""
    return text if text.isascii() and "\x7f" not in text else _ANY.sub(_escape_json, text)


def without(text: str) -> str:
    """Return text without invisible characters; controls other than tabs and line feeds become U+FFFD."""
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", text)
    return _NOT_CONTROL.sub("", shown)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _escape_json(found: re.Match[str]) -> str:
    if found[0] == "\n":
        return "\n"
    pair = found[0].encode("utf-16-be")
    return "".join(f"\\u{pair[at]:02x}{pair[at + 1]:02x}" for at in range(0, len(pair), 2))
