"""Read LexisNexis and Nexis in any container. `nexisuni` reads the newer exports of Nexis Uni.

The older exports count their articles, `3 of 50 DOCUMENTS`, and print publication and date in the middle, the title
under them, labelled fields, the text, more fields and a copyright.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.labels import fold, is_end
from corpus.formats.passages import unwrapped
from corpus.press.parsing import nexisuni
from corpus.press.parsing.draft import Draft
from corpus.press.parsing.fields import APPENDED, COPYRIGHT, LOADED, field, pair
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

COUNTER: Final = re.compile(
    r"^(?:documents?|dokumente?n?|documentos?|documento|article)?\s*\d[\d.,]*\s+(?:of|von|de|sur|di|van|из|/)\s+\d[\d.,]*"
    r"(?:\s+(?:documents?|dokumente?n?|documentos?|documenti|documenten|articles?))?$",
    re.IGNORECASE,
)
_LONGEST_COPYRIGHT: Final = 200
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
# Fields that go on in the paragraphs after theirs, if they are in one division.
_LONG: Final = frozenset({"caption", "correction", "description", "keywords", "byline"})
# The labels of fields behind the text, which no paper prints in it.
_LAST_FIELDS: Final = LOADED | frozenset(
    map(fold, ["LANGUAGE", "SPRACHE", "LANGUE", "IDIOMA", "LINGUA", "TAAL", "GRAPHIC", "GRAPHICS", "GRAFIK",
               "GRAPHIQUE", "GRÁFICO", "SUBJECT", "PUBLICATION-TYPE", "TYPE-PUBLICATION", "TIPO-PUBLICACIÓN",
               "PUB-TYPE", "DOCUMENT-TYPE", "JOURNAL-CODE", "ZEITUNGS-CODE", "CODE-REVUE", "CORRECTION-DATE",
               "CORRECTION", "TICKER", "DISTRIBUTION", "ORGANIZATION", "GEOGRAPHIC", "URL", "ACC-NO", "COPYRIGHT",
               "SERIES", "ILLUSTRATION", "ENHANCEMENT"])
)  # fmt: skip
# Fields of a correction or of a list of people go on in any division, once the text is over.
_GOES_ON: Final = frozenset({"caption", "correction"})


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article.

    Args:
        blocks: those of its piece.
    """
    blocks = [one for one in blocks if not COUNTER.match(one.text) and not is_end(one.text)]
    body = nexisuni.body_of(blocks)
    return nexisuni.read(blocks, body) if body is not None else _older(blocks)


def _older(blocks: Sequence[Block]) -> Draft:
    draft = Draft()
    blocks = _with_labels(blocks)
    first = next((n for n, one in enumerate(blocks) if _labelled(one, blocks, n)), len(blocks))
    start = _heading(blocks, first, draft)
    seen_text = False
    last, division = "", -1
    for number in range(start, len(blocks)):
        one = blocks[number]
        label = _labelled(one, blocks, number)
        if label is not None and seen_text and _is_in_text(blocks, number):
            # A line of the text, as `NAME: Jane Doe` in a box; a caption stays one.
            if label[0] == "caption":
                draft.add("caption", label[1])
            else:
                draft.paragraphs.append(one.text)
            last = ""
            continue
        if label is not None:
            name, value = label
            if name == "text":
                draft.paragraphs += [value] if value else []
                last, division, seen_text = "", -1, True
                continue
            draft.add("loaded" if fold(one.label or one.text.partition(":")[0]) in LOADED else name, value)
            last, division = name, one.division
        elif (one.centred and COPYRIGHT.match(one.text.strip())) or (
            # Most are set in the middle; some are not.
            seen_text and number == len(blocks) - 1 and _is_copyright(one.text)
        ):
            draft.add("copyright", one.text)
            last = ""
        elif (last in _LONG and one.division == division and division >= 0) or (last in _GOES_ON and seen_text):
            _append(draft, last, one.text)
        elif not one.centred or not _is_note(one.text):
            draft.paragraphs.append(one.text)
            seen_text, last = True, ""
    return draft


def _is_copyright(text: str) -> bool:
    """Return whether a last paragraph is the line of its owner, and no sentence."""
    line = text.partition("\n")[0].strip()
    return (
        len(text) < _LONGEST_COPYRIGHT
        and COPYRIGHT.match(line) is not None
        and (_YEAR.search(line) is not None or not line.endswith((".", "!", "?")))
    )


def _is_in_text(blocks: Sequence[Block], number: int) -> bool:
    """Return whether a line that looks like a field is one of the text: more text follows before the last fields."""
    for at in range(number, len(blocks)):
        one = blocks[at]
        if one.size or one.centred:
            # Where type is known, labels are bold; a copyright is behind the last field.
            return False
        label = _labelled(one, blocks, at)
        if label is None:
            return at > number
        if fold(one.label or one.text.partition(":")[0]) in _LAST_FIELDS:
            return False
    return False


def _with_labels(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks. If no label is bold, words in capitals before a colon are taken as labels."""
    if any(one.label and field(one.label) is not None for one in blocks):
        return list(blocks)
    return [
        one._replace(label=one.text.partition(":")[0].strip(), value=found[1])
        if not one.centred and (found := pair(one.text, upper=True)) is not None
        else one
        for one in blocks
    ]


def _append(draft: Draft, name: str, value: str) -> None:
    if name in {"caption", "correction", "keywords"}:
        draft.add(name, value)
    else:
        before = getattr(draft, name)
        setattr(draft, name, f"{before} {value}" if before else value)


def _is_note(text: str) -> bool:
    return len(text) < 200 and (APPENDED.search(text) is not None or COPYRIGHT.match(text) is not None)


def _heading(blocks: Sequence[Block], first: int, draft: Draft) -> int:
    """Read publication, date and title, all before the first field. Returns where the rest begins."""
    at = 0
    seen_date = False
    while at < first and (blocks[at].centred or not seen_date):
        text = blocks[at].text
        moment = dates.search(text.partition("\n")[0]) if len(text) < 160 else None
        if COPYRIGHT.match(text):
            draft.add("copyright", text)
        elif moment is not None and not seen_date:
            # A correction or an edition may be on the next line.
            line, _, more = text.partition("\n")
            draft.date, seen_date = line, True
            draft.add("edition", " ".join(one for one in more.split("\n") if not APPENDED.search(one)))
        elif not draft.publication:
            draft.publication = text
        elif seen_date and not APPENDED.search(text):
            draft.add("edition", text)
        elif not seen_date and not blocks[at].centred:
            break
        at += 1
    return _title(blocks, at, first, draft)


def _title(blocks: Sequence[Block], at: int, first: int, draft: Draft) -> int:
    """Read the title: the largest text before the first field, else the first paragraph. Returns its end."""
    head = blocks[at:first]
    if not head:
        return at
    largest = max(one.size for one in head)
    if largest and any(one.size < largest for one in head):
        number = next(n for n, one in enumerate(head) if one.size == largest)
    else:
        number = 0
    title = head[number].text
    end = number + 1
    while largest and end < len(head) and head[end].size == largest and head[number].bold and head[end].bold:
        title += "\n" + head[end].text
        end += 1
    draft.title = unwrapped(title)
    return at + end


def _labelled(one: Block, blocks: Sequence[Block], number: int) -> tuple[str, str] | None:
    """Return the field and value of a block that is a labelled field; None if it is text."""
    if one.centred and not one.label:
        return None
    if one.label:
        name = field(one.label)
        alone = (number == 0 or blocks[number - 1].division != one.division) and (
            number + 1 == len(blocks) or blocks[number + 1].division != one.division or not one.value
        )
        if name is not None and (one.label.isupper() or not one.label.islower()) and (alone or one.label.isupper()):
            return name, one.value
        # An unknown field is set like the others: by itself, in capitals.
        return ("other", one.value) if alone and one.label.isupper() else None
    return pair(one.text, upper=True) if not one.size else None
