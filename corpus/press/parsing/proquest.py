"""Read ProQuest in all its containers: a title, some fields, `Full text:`, the text, and then all other fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.fieldlines import Field, Record, record, text_of
from corpus.press.parsing.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

COUNTER: Final = re.compile(r"^\s*(?:\w{2,12}\s+)?\d[\d.,]*\s*(?:\w{1,4}|/|/\s*)\s*\d[\d.,]*(?:\s*\w{1,8})?\s*$")
_RULER: Final = re.compile(r"^\s*_{20,}\s*$", re.MULTILINE)
# Labels that have another meaning elsewhere, as they are compared.
_OWN: Final = {
    "credit": "other",
    "publicationinfo": "other",
    "pubinfo": "other",
    "publisher": "other",
    "section": "section",
    "identifier/keyword": "keywords",
    "identifierkeyword": "keywords",
    "firstpage": "page",
    "startpage": "page",
    "linkstofulltext": "other",
    "illustration": "caption",
    "column": "other",
    "links": "other",
    "companyorganization": "other",
}
_INFO_PAGE: Final = re.compile(r":\s*([A-Z]{0,3}\.?\d{1,4})\.?\s*$")
_EDITION: Final = re.compile(
    r",\s+(?P<edition>[^,;]{0,60}\b(?:edition|ausgabe|édition|edición|edizione|edição|editie)\b[^;]{0,60})$",
    re.IGNORECASE,
)
_DOTTED_PAGE: Final = re.compile(r"^([A-Z]{1,3})\.(\d{1,4})\b")
_LINK_LINE: Final = re.compile(
    r"^(?:ProQuest document link|.{0,30}ProQuest.{0,30}(?:link|lien|enlace|Link))$", re.IGNORECASE
)
_CREDIT: Final = re.compile(r"^\s*(?:Credit|Crédit|Crédito)\s*:\s*(?P<credit>.+)$", re.IGNORECASE)


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article of HTML, Word or RTF.

    Args:
        blocks: those of its piece.
    """
    marked = {mark for one in blocks for mark in one.marks}
    draft = read_text(text_of(blocks))
    if "documentTitle" in marked:
        _printed(blocks, draft)
    return draft


def read_text(text: str) -> Draft:
    """Return the fields of one article of plain text.

    Args:
        text: the piece.
    """
    found = record(_RULER.sub("", text), _OWN)
    draft = Draft()
    for one in found.fields:
        _put(one, draft)
    before = [line for line in found.before if not COUNTER.match(line) and not _LINK_LINE.match(line)]
    if not draft.title and before:
        draft.title = before[0]
    _publication_info(found, draft)
    for paragraph in found.paragraphs:
        credit = _CREDIT.match(paragraph)
        if credit and not draft.byline:
            draft.byline = credit["credit"]
        elif not credit:
            draft.paragraphs.append(paragraph)
    draft.page = _DOTTED_PAGE.sub(r"\1\2", draft.page)
    return draft


def _put(one: Field, draft: Draft) -> None:
    if one.name == "text":
        return
    if one.name == "publication":
        _paper(one.value, draft)
    else:
        draft.add(one.name, one.value)


def _paper(written: str, draft: Draft) -> None:
    """Read paper, edition and place from `The Harbour Gazette, Late Edition (East Coast); Port Amsel`."""
    name = written.partition(";")[0].strip()
    if edition := _EDITION.search(name):
        draft.add("edition", edition["edition"])
        name = name[: edition.start()]
    draft.add("publication", name)


def _publication_info(found: Record, draft: Draft) -> None:
    """Read paper, edition and page from `The Harbour Gazette, Late Edition (East); Town [Town]04 May 2026: A.1.`."""
    info = found.labelled("publicationinfo", "pubinfo")
    if not info:
        return
    if page := _INFO_PAGE.search(info):
        draft.add("page", page[1])
    _paper(info, draft)


def _printed(blocks: Sequence[Block], draft: Draft) -> None:
    """Read the page for printing: classes mark the title, the paper with its day, and the text."""
    title = " ".join(one.text for one in blocks if "documentTitle" in one.marks)
    head = " ".join(one.text for one in blocks if "titleAuthorETC" in one.marks)
    if title:
        draft.title = title
    if not draft.publication and head:
        _head(head, draft)
    in_text = [one.text for one in blocks if "text" in one.marks]
    if in_text:
        draft.paragraphs = in_text


_HEAD: Final = re.compile(
    r"^(?:(?P<author>[^.;\n]{3,120})\.\s+)?(?P<paper>[^;\n]{2,160}?)(?:;\s*(?P<place>[^\n\]]{0,120}\]?))?\s*"
    r"(?P<date>\d{1,2}\s+\w{3,9}\.?\s+\d{4}|\w{3,9}\.?\s+\d{1,2},\s+\d{4})\s*(?::\s*(?P<page>[\w.-]{1,12}?))?\.?\s*$"
)


def _head(line: str, draft: Draft) -> None:
    """Read author, paper, day and page from `Lindqvist, Greta. Harbour Gazette; Town [Town]04 May 2026: A.1.`."""
    found = _HEAD.match(" ".join(line.split()))
    if found is None:
        return
    _paper(found["paper"], draft)
    draft.add("date", found["date"])
    if found["author"]:
        draft.add("byline", found["author"])
    if found["page"]:
        draft.add("page", _DOTTED_PAGE.sub(r"\1\2", found["page"]))
