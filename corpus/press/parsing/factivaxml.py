"""Read Factiva's XML: a `ppsArticleResponse` or a distribution document, in which an article is an element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.formats.article import Problem
from corpus.press.parsing.draft import Draft
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS: Final = {
    "accessionNo": "accession", "baseLanguage": "language", "copyright": "copyright", "headline": "title",
    "byline": "byline", "sectionName": "section", "edition": "edition", "sourceName": "publication",
    "wordCount": "length", "publicationDate": "date", "credit": "credit",
}  # fmt: skip
_PARAGRAPHS: Final = frozenset({"leadParagraph", "tailParagraphs"})
_CORRECTIONS: Final = frozenset({"corrections", "correction"})


def read(text: str) -> Draft:
    """Return the fields of one article of XML.

    Args:
        text: the piece, an `article` element.
    """
    from lxml import etree

    draft = Draft()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        draft.problems.append(Problem(Check.UNREADABLE, "no XML element"))
        return draft
    for one in root.iter():
        if not isinstance(one.tag, str):
            continue
        # Not by QName, which refuses what a torn file may have for a name.
        name = one.tag.rpartition("}")[2]
        if name in _PARAGRAPHS:
            draft.paragraphs += _paragraphs(one)
        elif name in _CORRECTIONS:
            draft.corrections += _paragraphs(one)
        elif name == "artWork":
            draft.captions += _paragraphs(one)
        elif name == "newsSubject":
            draft.add("keywords", _text(one))
        elif name == "pages":
            draft.add("page", ", ".join(_text(page) for page in one) or _text(one))
        elif name in _FIELDS:
            draft.add(_FIELDS[name], _text(one))
    return draft


def _paragraphs(element: Any) -> Iterator[str]:
    for one in element:
        if text := _text(one):
            yield text


def _text(element: Any) -> str:
    """Return the text of an element on one line; "" of a comment, an instruction and an entity."""
    return "" if not isinstance(element.tag, str) else " ".join("".join(element.itertext()).split())
