"""Read Integrum: HTML reports whose fields are in a box as `^ИС: …`, with preformatted text, or in headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.press.parsing.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

_FIELDS: Final = {
    "ИС": "publication", "РБ": "section", "НР": "page", "ДТ": "date", "АВ": "byline", "ЗГ": "title",
    "ПЗ": "description",
    "ТТ": "keywords", "КС": "keywords", "ЯЗ": "language", "АД": "url", "СТ": "page", "ВД": "edition", "НМ": "edition",
}  # fmt: skip
_FIELD: Final = re.compile(r"\^\s*([А-ЯЁA-Z]{2,3})\s*:\s*([^^]*)")
_INDENTED: Final = re.compile(r"\n(?=[ \t\xa0]+\S)|\n[ \t]*\n")


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article.

    Args:
        blocks: those of its piece.
    """
    draft = Draft(usual_language="ru")
    if any("h2" in one.marks for one in blocks):
        return _headed(blocks, draft)
    in_text = False
    for one in blocks:
        if not in_text and one.text.lstrip().startswith("^"):
            for code, value in _FIELD.findall(one.text):
                draft.add(_FIELDS.get(code, ""), " ".join(value.split()))
        elif not in_text and any(mark in {"h1", "h2", "h3"} for mark in one.marks):
            draft.add("title", one.text)
        else:
            in_text = True
            draft.paragraphs += _paragraphs(one)
    return draft


def _headed(blocks: Sequence[Block], draft: Draft) -> Draft:
    """Read a title as `h1`, and the paper and the day, each as `h2`; what follows is the text."""
    for one in blocks:
        if "h1" in one.marks:
            draft.title = f"{draft.title} {one.text}".strip()
        elif "h2" in one.marks and not draft.paragraphs:
            draft.add("date" if draft.publication else "publication", one.text)
        else:
            draft.paragraphs += _paragraphs(one)
    return draft


def _paragraphs(one: Block) -> list[str]:
    """Return the paragraphs: each begins with an indented line, or blank lines separate them."""
    if not one.preformatted:
        return [one.text]
    found = (" ".join(part.split()) for part in _INDENTED.split("\n" + one.text))
    return [part for part in found if part]
