"""Find the addresses of withdrawn articles in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_URL: Final = re.compile(rb"https?://[^\s\"'<>\\^`{}|\x00-\x1f]{1,2000}", re.IGNORECASE)


def mentions(body: bytes, is_withdrawn: Callable[[str], bool]) -> bool:
    """Return whether a text names an address that was withdrawn, as HTML, XML or JSON write it.

    Args:
        body: the text.
        is_withdrawn: tells whether an address was withdrawn.
    """
    plain = body.replace(b"\\/", b"/").replace(b"&amp;", b"&").replace(b"&#38;", b"&").replace(b"\0", b"")
    return any(is_withdrawn(url.decode("utf-8", "replace").rstrip(".,;:)]")) for url in set(_URL.findall(plain)))
