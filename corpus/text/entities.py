"""Resolve character references of HTML and XML, also those that Python refuses to read."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Final

# Python converts no decimal number of more than 4,300 digits. No character has such a number.
_ENDLESS: Final = re.compile(r"&#[0-9]{4000,};?")
# What Python takes for a reference.
_REFERENCE: Final = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_AMPERSANDS: Final = frozenset({"&amp;", "&AMP;", "&#38;", "&#x26;", "&#X26;"})
_MOST_KINDS: Final = 20
_LONGEST_NAME: Final = 32


def unescape(text: str) -> str:
    """Return a text with its character references resolved, as `html.unescape` does.

    A reference of thousands of digits, for which `html.unescape` raises ValueError, becomes U+FFFD, like any other
    number without a character.

    Args:
        text: any text.
    """
    found = set(_REFERENCE.findall(text))
    if not found:
        return text
    if len(found) > _MOST_KINDS or not all(one[-1] == ";" for one in found) or len(found & _AMPERSANDS) > 1:
        return _unescape(text)
    # The same few references are all over a text: replacing each kind at once is faster than replacing each of them.
    for one in found - _AMPERSANDS:
        letters = _letters(one) if len(one) < _LONGEST_NAME else _unescape(one)
        if "&" in letters:
            return _unescape(text)
        text = text.replace(one, letters)
    for one in found & _AMPERSANDS:
        text = text.replace(one, "&")
    return text


@lru_cache(maxsize=1_024)
def _letters(reference: str) -> str:
    """Return the letters of a reference. A text has the same few."""
    return _unescape(reference)


def _unescape(text: str) -> str:
    return html.unescape(_ENDLESS.sub("\ufffd", text) if len(text) > 4_000 and "&#" in text else text)
