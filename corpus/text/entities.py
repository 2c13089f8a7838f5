"""Resolve character references of HTML and XML, also those that Python refuses to read."""

from __future__ import annotations

import html
import re
from typing import Final

# Python converts no decimal number of more than 4,300 digits. No character has such a number.
_ENDLESS: Final = re.compile(r"&#[0-9]{4000,};?")


def unescape(text: str) -> str:
    """Return a text with its character references resolved, as `html.unescape` does.

    A reference of thousands of digits, for which `html.unescape` raises ValueError, becomes U+FFFD, like any other
    number without a character.

    Args:
        text: any text.
    """
    return html.unescape(_ENDLESS.sub("\ufffd", text) if len(text) > 4_000 and "&#" in text else text)
