"""Read Factiva without codes (text, RTF, Word and PDF), in which only the order of lines shows the fields.

Section, headline, author, length, day, paper, code, edition, page, language, copyright, then the paragraphs, and the
accession number at the end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.labels import language_of
from corpus.formats.passages import Block, Run, block

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS: Final = re.compile(r"^\d{1,3}(?:[.,'’ \xa0]?\d{3})*\s?[^\W\d_]{1,14}(?:\([^\W\d_]{1,8}\))?$")
COPYRIGHT: Final = re.compile(r"©|\(c\)|copyright", re.IGNORECASE)
# The accession number: letters of the paper, digits with the day, and a hash. It has no spaces in any language.
ACCESSION: Final = re.compile(r"\b([A-Z][A-Z0-9]{3,9}0{2,6}(?:19|20)\d{6}[a-z][a-z0-9]{7,12})\b")
_BY: Final = re.compile(r"(?:by|von|par|por|di|da|door|автор)\s", re.IGNORECASE)
_MOST_DETAILS: Final = 14
# An owner's name is short, and has the kind of a company or words of the copyright and of the paper.
_LONGEST_OWNER: Final = 80
_COMPANY: Final = re.compile(
    r"\b(?:inc|ltd|llc|plc|corp|co|company|limited|group|holdings?|media|press|newspapers?|publish(?:ing|ers?|ications?)"
    r"|gmbh|ag|kg|verlag|s\.?a\.?s?|s\.?l\.?u?|s\.?r\.?l|s\.?p\.?a|ltda|b\.?v|n\.?v|oy|ab|a/s|éditions?|editorial|editrice|grupo|groupe"
    r"|uitgevers?)\.?$|(?:新聞社|通信社|株式会社|有限公司|公司|社|신문사|일보|미디어)$|^(?:株式会社|㈜|\(주\)|주식회사|ооо|зао|оао|ао|ид)\b",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[^\W\d_]{2,}")
# A section has few words; so has a name.
_MOST_SECTION: Final = 4
_MOST_NAMES: Final = 5
_PARTICLES: Final = frozenset(
    {"von", "van", "de", "der", "den", "da", "di", "del", "la", "le", "y", "and", "und", "et"}
)
_LONGEST_DETAIL: Final = 300


def lines(text: str) -> list[Block]:
    """Return the blocks of a text: each line of its header, and each paragraph of the rest."""
    found = [line.strip() for line in text.splitlines()]
    rows = [line for line in found if line]
    length = next((n for n, line in enumerate(rows) if WORDS.match(line)), None)
    if length is None:
        return _made(rows)
    first = _first_paragraph(rows, length)
    head = rows[:first]
    # Where the header ends among the lines with the blank ones.
    at = [n for n, line in enumerate(found) if line][first:]
    rest = found[at[0] :] if at else []
    joined = "\n".join(rest)
    paragraphs = re.split(r"\n{2,}", joined) if "\n\n" in joined else rest
    return _made([*head, *(" ".join(one.split()) for one in paragraphs)])


def _made(texts: Sequence[str]) -> list[Block]:
    made = (block([Run(one)], division=number) for number, one in enumerate(texts))
    return [one for one in made if one is not None]


def marked(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks with the marks of Factiva's HTML: `hd` for the headline, `articleParagraph` for the text.

    Args:
        blocks: those of one article, without marks.
    """
    texts = [one.text for one in blocks]
    length = next((n for n, one in enumerate(texts) if WORDS.match(one)), None)
    if not length:
        return list(blocks)
    title = _headline(blocks[:length])
    first = _first_paragraph(texts, length)
    owner = _owner(texts, length, first)
    return [
        one._replace(marks=(*one.marks, "hd"))
        if number == title
        else one._replace(marks=(*one.marks, "articleParagraph"))
        if number >= first and number != owner and not ACCESSION.search(one.text)
        else one
        for number, one in enumerate(blocks)
    ]


def _owner(texts: Sequence[str], length: int, first: int) -> int:
    """Return where the owner's name is, between the text and the accession number; -1 without one."""
    last = next((n for n in range(len(texts) - 1, first, -1) if ACCESSION.search(texts[n])), len(texts)) - 1
    if last <= first or len(texts[last]) > _LONGEST_OWNER or texts[last].endswith((".", "!", "?", "”", '"', "。")):
        return last if last > first and _COMPANY.search(texts[last]) and len(texts[last]) <= _LONGEST_OWNER else -1
    named = {word for one in texts[length:first] for word in _NAME.findall(one.casefold())}
    words = set(_NAME.findall(texts[last].casefold()))
    return last if _COMPANY.search(texts[last]) or (words and words <= named) else -1


def _headline(before: Sequence[Block]) -> int:
    """Return which block before the length is the headline: the bold one, or the one before the author.

    Of two lines without a mark the second is the headline if the first is a section: short, and above no name.
    """
    bold = [number for number, one in enumerate(before) if one.bold]
    if bold and len(bold) < len(before):
        return bold[0]
    author = next((number for number, one in enumerate(before) if number and _BY.match(one.text)), None)
    if author is not None:
        return author - 1
    if len(before) == 2 and len(before[0].text) < len(before[1].text):
        one, two = (block.text.split() for block in before)
        is_name = len(two) <= _MOST_NAMES and all(word[:1].isupper() or word in _PARTICLES for word in two)
        return int(len(one) <= 2 < len(two) or (len(one) <= _MOST_SECTION and not is_name))
    return 0


def _first_paragraph(texts: Sequence[str], length: int) -> int:
    """Return where the text begins: after the copyright, else after the language, else after the short lines."""
    details = texts[length + 1 : length + 1 + _MOST_DETAILS]
    for number, one in enumerate(details):
        if len(one) <= _LONGEST_DETAIL and COPYRIGHT.search(one):
            return length + 2 + number
    for number, one in enumerate(details):
        if language_of(one):
            return length + 2 + number
    long = next(
        (number for number, one in enumerate(details) if len(one) > 120 or one.endswith((".", "。", "!", "?", "”"))),
        len(details),
    )
    return length + 1 + long
