"""Explain from which witnesses on a page its fields come, and what other witnesses have: `corpus check --explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from corpus.formats import parser_of
from corpus.formats.article import Document, ExplainingParser

if TYPE_CHECKING:
    from corpus.pipeline.origins import Found
    from corpus.settings import Ingest


class Witness(TypedDict):
    """The value that a witness has for a field, and whether it was believed."""

    witness: str
    value: str
    believed: bool


def explained(found: Found, settings: Ingest) -> dict[str, list[Witness]] | None:
    """Return each field of a page with its witnesses, the believed one first; None for a document without witnesses.

    Args:
        found: the document.
        settings: the settings to parse it by.
    """
    parser = parser_of(found.media_type, *settings.parsing)
    if not found.data or not isinstance(parser, ExplainingParser):
        return None
    evidence = parser.explain(Document(found.data, found.media_type, found.source, found.url, charset=found.charset))
    fields: dict[str, list[Witness]] = {}
    for one in evidence.statements:
        is_believed = evidence.believed.get(one.field) == one.witness
        fields.setdefault(one.field, []).append(Witness(witness=one.witness, value=one.value, believed=is_believed))
    return {
        field: sorted(witnesses, key=lambda one: not one["believed"]) for field, witnesses in sorted(fields.items())
    }
