"""Compare names of columns."""

from __future__ import annotations

import re
from typing import Final

_PARTING: Final = re.compile(r"[\W_]+")


def key(name: str) -> str:
    """Return a name without case and separators, for comparison: `publishedAt`, `published_at`, `Published at`."""
    return _PARTING.sub("", name.lower()) or name.strip()
