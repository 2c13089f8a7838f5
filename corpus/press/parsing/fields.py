"""Read the fields of LexisNexis in all its exports: lines that begin with a label."""

from __future__ import annotations

import re
from typing import Final

from corpus.formats.labels import field_of

COPYRIGHT: Final = re.compile(
    r"^(?:copyright|©|\(c\)|all rights reserved|alle rechte|tous droits|derechos reservados|todos los derechos|"
    r"tutti i diritti|todos os direitos)",
    re.IGNORECASE,
)
APPENDED: Final = re.compile(r"correction appended|rectificatif|berichtigung|corrección", re.IGNORECASE)
_UPPER_LABEL: Final = re.compile(r"^([^\W\d_][^:：\n]{1,38}?)\s*[:：](?:\s|$)")
LOADED: Final = frozenset(
    {"loaddate", "update", "datechargement", "fechacarga", "ladedatum", "laaddatum", "datacaricamento"}
)


def pair(text: str, *, upper: bool = False) -> tuple[str, str] | None:
    """Return the field and value of a line that begins with a label; None for others. For unformatted lines.

    Args:
        text: the line.
        upper: whether labels are in capitals.
    """
    if ":" not in text and "：" not in text:
        return None
    found = _UPPER_LABEL.match(text)
    if found is None or (upper and not found[1].isupper()):
        return None
    name = field(found[1])
    return None if name is None else (name, text[found.end() :].strip())


def field(label: str) -> str | None:
    """Return the field of a label; "" for a label that is ignored; None for a word that is not a label."""
    found = field_of(label)
    return "" if found == "date" else found
