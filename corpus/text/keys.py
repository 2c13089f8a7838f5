"""Names of columns as they are compared."""

from __future__ import annotations

import re
from typing import Final

_PARTING: Final = re.compile(r"[\W_]+")


def key(name: str) -> str:
    """Return a name without case and without what parts its words: `publishedAt`, `published_at`, `Published at`."""
    return _PARTING.sub("", name.lower()) or name.strip()
