"""Read Factiva: HTML in both layouts, and text with field codes.

Articles are plain lines (section, headline, author, `464 Wörter`, day, paper, code, edition, page, language and
copyright, then the paragraphs), or with a field code before each (`HD`, `BY`, `PD`, `SN`, `LP`, `TD`, `AN`). The
codes are the same in every interface language; without codes the order of the lines is the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.labels import language_of
from corpus.press.parsing import unmarked
from corpus.press.parsing.draft import Draft
from corpus.press.parsing.unmarked import ACCESSION, COPYRIGHT, WORDS
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

# code: field; SE is the section, HD the headline, and so on. What is not here is not kept.
CODES: Final = {
    "HD": "title", "BY": "byline", "SE": "section", "PD": "date", "SN": "publication", "ED": "edition", "PG": "page",
    "LA": "language", "CY": "copyright", "WC": "length", "LP": "text", "TD": "text",
    "AN": "accession", "NS": "keywords",
    "ART": "caption", "CR": "credit", "CLM": "column", "TDL": "text", "CX": "correction", "CT": "contact",
}  # fmt: skip
_OTHER_CODES: Final = frozenset(
    {
        "SC", "NGC", "GC", "VOL", "ET", "RE", "IN", "CO", "IPC", "IPD", "PUB", "RF", "NRF", "DLN", "CLM", "RFN", "RIC",
        "AD", "MN", "PN", "NWS", "IPN",
    }
)  # fmt: skip
_LEAST_CODES: Final = 4
_CODE: Final = re.compile(r"[A-Z]{2,3}")
_LINE: Final = re.compile(r"^(?P<code>[A-Z]{2,3})(?:\s{1,}|\t|:\s*)(?P<value>.*)$")

_TIME: Final = re.compile(r"^\d{1,2}[:.]\d\d(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?[A-Z]{2,5})?$")

_SOURCE_CODE: Final = re.compile(r"^[A-Z0-9]{2,7}$")
_SUBJECT: Final = re.compile(r"\s*\|\s*|\n")
_NUMBERED: Final = re.compile(r"^\d{1,4}\)\s+")


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article of HTML.

    Args:
        blocks: those of its piece.
    """
    if any("index" in one.marks and _CODE.fullmatch(one.text) for one in blocks):
        return _indexed(blocks)
    if len({one.text for one in blocks if one.text in CODES}) >= _LEAST_CODES:
        return _indexed([_indexing(one) for one in blocks])
    if len({one.text[:2] for one in blocks if one.text[:2] in CODES and one.text[2:3].isspace()}) >= _LEAST_CODES:
        return read_text("\n\n".join(one.text for one in blocks))
    return _plain(blocks if any(map(_is_paragraph, blocks)) else unmarked.marked(blocks))


def _indexing(one: Block) -> Block:
    """Return a block, with a mark if it is a field code."""
    return one._replace(marks=(*one.marks, "index")) if one.text in CODES or one.text in _OTHER_CODES else one


def _indexed(blocks: Sequence[Block]) -> Draft:
    draft = Draft()
    code = ""
    for one in blocks:
        if "index" in one.marks:
            code = one.text if _CODE.fullmatch(one.text) else ""
        else:
            _put(draft, code, one.text)
    return draft


def _put(draft: Draft, code: str, value: str) -> None:
    name = CODES.get(code, "")
    if code == "AN":
        found = ACCESSION.search(value)
        value = found[1] if found else value.rsplit(maxsplit=1)[-1]
    elif code == "HD":
        value = _NUMBERED.sub("", value)
    elif code == "NS":
        # `gpol : Domestic Politics | gvote : Elections`
        value = "; ".join(one.partition(" : ")[2] or one for one in _SUBJECT.split(value))
    elif code == "CR" and not draft.agency and len(value) <= 60:
        draft.agency = value
    draft.add(name, value)


def _plain(blocks: Sequence[Block]) -> Draft:
    draft = Draft()
    title = next((n for n, one in enumerate(blocks) if _is_headline(one)), 0)
    for one in blocks[:title]:
        draft.add("section", one.text)
    if blocks:
        draft.title = _NUMBERED.sub("", blocks[title].text)
    at = title + 1
    while at < len(blocks) and not _is_paragraph(blocks[at]) and not WORDS.match(blocks[at].text):
        draft.add("byline" if "author" in blocks[at].marks or not draft.byline else "credit", blocks[at].text)
        at += 1
    at = _details(blocks, at, draft)
    _body(blocks[at:], draft)
    return draft


def _is_headline(one: Block) -> bool:
    return any(mark == "hd" or mark.endswith("Headline") for mark in one.marks)


def _is_paragraph(one: Block) -> bool:
    return "articleParagraph" in one.marks


def _details(blocks: Sequence[Block], at: int, draft: Draft) -> int:
    """Read length, day, time, paper, its code, and what else is before the paragraphs. Return where these begin."""
    details: list[str] = []
    while at < len(blocks) and not _is_paragraph(blocks[at]):
        details.append(blocks[at].text)
        at += 1
    if details and WORDS.match(details[0]):
        draft.length = details.pop(0)
    day = next((n for n, one in enumerate(details) if dates.search(one) and len(one) < 60), None)
    if day is None:
        return at
    draft.date = details[day]
    rest = details[day + 1 :]
    if rest and _TIME.match(rest[0]):
        draft.date += f" {rest.pop(0)}"
    if rest:
        draft.publication = rest.pop(0)
    if rest and _SOURCE_CODE.match(rest[0]):
        rest.pop(0)
    before: list[str] = []
    for number, one in enumerate(rest):
        if language_of(one):
            draft.language = one
            draft.copyright = "\n".join(rest[number + 1 :])
            break
        if COPYRIGHT.search(one):
            draft.add("copyright", one)
        else:
            before.append(one)
    _edition(before, draft)
    return at


def _edition(values: list[str], draft: Draft) -> None:
    """Read edition, page and volume: a page is a number, or a letter and a number."""
    for one in values:
        if re.fullmatch(r"[A-Z]{0,3}-?\d{1,4}[A-Z]?(?:[-,/ ].{0,12})?", one) and not draft.page:
            draft.page = one
        elif re.search(r"[^\W\d_]{2}", one):
            draft.add("edition", one)


def _body(blocks: Sequence[Block], draft: Draft) -> None:
    """Read the paragraphs. Notes, the owner and the accession number follow them in plain paragraphs."""
    last = max((n for n, one in enumerate(blocks) if _is_paragraph(one)), default=-1)
    for number, one in enumerate(blocks):
        if number <= last and (_is_paragraph(one) or one.preformatted):
            draft.paragraphs.append(one.text)
        elif found := ACCESSION.search(one.text):
            draft.add("accession", found[1])
        elif number <= last:
            draft.paragraphs.append(one.text)
    if last >= 0:
        _tail([one for one in blocks[last + 1 :] if not ACCESSION.search(one.text)], draft)


def _tail(rest: list[Block], draft: Draft) -> None:
    """Read what is between the text and the number: captions, then the owner's name, which is not a sentence."""
    for one in rest[:-1]:
        draft.add("caption", one.text)
    if rest and (rest[-1].text.endswith((".", "!", "?")) and len(rest[-1].text) > 60):
        draft.add("caption", rest[-1].text)


def read_text(text: str) -> Draft:
    """Return the fields of one article of text, with field codes or without.

    Args:
        text: the piece.
    """
    if len({line[:2] for line in text.splitlines() if line[:2] in CODES and line[2:3] in " \t:"}) < _LEAST_CODES:
        return _plain(unmarked.marked(unmarked.lines(text)))
    draft = Draft()
    code = ""
    value: list[str] = []

    def put() -> None:
        if code in {"LP", "TD"}:
            for paragraph in re.split(r"\n\s*\n", "\n".join(value)):
                _put(draft, code, " ".join(paragraph.split()))
        elif value:
            _put(draft, code, " ".join(" ".join(value).split()))

    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        found = _LINE.match(line)
        if (found and (found["code"] in CODES or found["code"] in _OTHER_CODES)) or (
            line.strip() in CODES or line.strip() in _OTHER_CODES
        ):
            put()
            code, value = (found["code"], [found["value"]]) if found else (line.strip(), [])
        elif ACCESSION.search(line) and code != "AN" and len(line) < 60:
            put()
            code, value = "AN", [line]
        else:
            value.append(line)
    put()
    return draft
