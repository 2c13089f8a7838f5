"""Read Europresse (CEDROM-SNi): HTML of the older print view, and of the present one with `article` elements.

The class of a line says what it is (`DocPublicationName`, `DocHeader`, `titreArticleVisu`), in every language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.press.parsing.draft import Draft
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

# The number of a document: news·20121004·PO·2040056000
ACCESSION: Final = re.compile(r"\b([a-z]{3,10}[·•.∙]\d{8}[·•.∙][\w.-]{1,8}[·•.∙][\w·•.∙-]{3,60})")
_RIGHTS: Final = re.compile(r"^(?:©|\(c\)|copyright)", re.IGNORECASE)
_ISSUE: Final = re.compile(r",?\s+(?:no|n°|nº|nr|numéro|vol|volume|nos?)\.?\s*\d.*$", re.IGNORECASE)
_TITLES: Final = frozenset({"titreArticle", "titreArticleVisu", "TitreArticleVisu", "grandTitre", "rdp__articletitle"})
_NAMES: Final = frozenset({"DocPublicationName", "rdp__DocPublicationName"})
_LONGEST_NUMBER: Final = 200
_AUTHORS: Final = frozenset({"docAuthors", "sm-margin-bottomNews"})
_SUBTITLES: Final = frozenset({"rdp__subtitle", "sous-titre"})
_ASIDE: Final = frozenset({"aside", "footer", "apd-wrapper", "publiC-lblNodoc", "txtCertificat", "button", "nav"})
_PAGE: Final = re.compile(r",\s*(?:pp?|page|pages|s|pág|p)\.?\s*([\w./-]+(?:\s*[,-]\s*\d+)*)\s*$", re.IGNORECASE)
_WORDS: Final = re.compile(
    r"(?<!\d)(?:\d{1,3}(?:[ \xa0.,]\d{3})*|\d+)\s*(?:mots?|words?|palabras|parole|wörter|woorden|palavras|слов)\b",
    re.IGNORECASE,
)
# What is beside a day is a section: a word, or its code in capitals.
_SECTION: Final = re.compile(r"[^\W\d_]{4,}|[A-ZÀ-ÖØ-Þ]{2,}")
_LONGEST_BYLINE: Final = 120
CERTIFICATE: Final = re.compile(
    r"^\s*(?:ce certificat|certificat|certificate|this certificate|certificado|certificato|zertifikat)\b", re.IGNORECASE
)
_PRINTED_IN: Final = re.compile(
    r"^(?:cet article est paru dans|aussi paru dans|this article (?:was )?(?:appeared|published)|note\(s\)\s*:|"
    r"este artículo|questo articolo|dieser artikel)\b",
    re.IGNORECASE,
)
_LONGEST_HEADER: Final = 200
_MOST_TITLE_LINES: Final = 6


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article.

    Args:
        blocks: those of its piece.
    """
    if not any(_NAMES & set(one.marks) for one in blocks):
        return _without_classes(blocks)
    draft = Draft()
    header: list[str] = []
    text: list[Block] = []
    for one in blocks:
        marks = set(one.marks)
        if found := ACCESSION.search(one.text):
            draft.add("accession", found[1].replace("•", "·").replace("∙", "·"))
            if text and "DocText" not in marks:
                # What follows the number is a certificate.
                break
            if len(one.text) < _LONGEST_NUMBER:
                continue
        if _RIGHTS.match(one.text):
            draft.add("copyright", one.text)
        elif "DocHeader" in marks:
            header.append(one.text)
        elif not marks & _ASIDE and not _put(one, marks, draft):
            if draft.title:
                text.append(one)
            elif "header" not in marks:
                draft.add("description", one.text)
    _header(", ".join(header), draft)
    _text(text, draft)
    return draft


def begins(lines: Sequence[str]) -> int | None:
    """Return where the first article begins: at the paper above a line with section and day; None without such a line.

    Args:
        lines: the filled lines of a document.
    """
    for number, line in enumerate(lines[:4_000]):
        if (
            number
            and _is_header(line)
            and len(lines[number - 1]) <= _LONGEST_HEADER
            and not _is_header(lines[number - 1])
        ):
            return number - 1
    return None


def _is_header(line: str) -> bool:
    """Return whether a line is section, weekday, day and page, as `Politique, jeudi 4 octobre 2012, p. 03`."""
    if len(line) > _LONGEST_HEADER or ACCESSION.search(line) or CERTIFICATE.match(line) or _RIGHTS.match(line):
        return False
    trial = Draft()
    _header(line, trial)
    found = dates.search(trial.date) if trial.date else None
    if not (trial.section or trial.page or trial.length) and re.search(r"\d\s*[:h]\s*\d\d\s*$", line):
        # When the documents were saved.
        return False
    return found is not None and len(trial.section) <= _LONGEST_BYLINE and not re.search(r"[.!?]\s", trial.section)


def _without_classes(blocks: Sequence[Block]) -> Draft:
    """Return the fields of an article of Word: paper, section and day, title, author, text, owner, number."""
    draft = Draft()
    lines = [(line.strip(), one) for one in blocks for line in one.text.split("\n") if line.strip()]
    at = next((n for n, (line, _) in enumerate(lines[:_MOST_TITLE_LINES]) if n and _is_header(line)), 0)
    draft.publication = _ISSUE.sub("", lines[0][0]) if lines else ""
    if at:
        _header(lines[at][0], draft)
    rest: list[Block] = []
    title = ""
    for line, one in lines[at + 1 :]:
        if found := ACCESSION.search(line):
            draft.add("accession", found[1].replace("•", "·").replace("∙", "·"))
        elif _RIGHTS.match(line):
            draft.add("copyright", line)
        elif CERTIFICATE.match(line) or _PRINTED_IN.match(line) or draft.accession:
            continue
        elif not title:
            title = draft.title = line
        elif not rest and one.bold and one.size and one.size >= max(block.size for block in blocks):
            # A title of several lines.
            draft.title = f"{draft.title} {line}"
        elif not draft.copyright:
            rest.append(one._replace(text=line))
    _text(rest, draft)
    return draft


def _put(one: Block, marks: set[str], draft: Draft) -> bool:
    """Put a line whose class says what it is into its field; return whether it is such a line."""
    if marks & _NAMES:
        _publication(one, draft)
    elif marks & _TITLES:
        draft.title = f"{draft.title} {one.text}".strip()
    elif marks & _SUBTITLES:
        draft.add("description", one.text)
    elif marks & _AUTHORS:
        draft.add("byline", one.text)
    else:
        return False
    return True


def _publication(one: Block, draft: Draft) -> None:
    """Read a paper's name, and after it the number of its issue; the date may be on lines below."""
    line, _, more = one.text.partition("\n")
    if draft.publication:
        more = one.text
    else:
        draft.publication = _ISSUE.sub("", line)
    if more:
        _header(more.replace("\n", ", "), draft)


def _header(line: str, draft: Draft) -> None:
    """Read section, weekday, day and page from one line: `Politique, jeudi 4 octobre 2012, p. 03`."""
    line = re.sub(r"(?:\s*,\s*)+", ", ", line).strip(" ,")
    if words := _WORDS.search(line):
        draft.add("length", words[0])
        line = f"{line[: words.start()]}{line[words.end() :]}"
    line = re.sub(r"(?:\s*,\s*)+", ", ", line).strip(" ,")
    if not line:
        return
    if page := _PAGE.search(line):
        draft.add("page", page[1])
        line = line[: page.start()]
    parts = line.split(", ")
    for number in range(len(parts)):
        rest = ", ".join(parts[number:])
        # The first part from which on all is a date, is where the section ends.
        found = dates.search(rest)
        if found and not _SECTION.search(found[1]):
            draft.add("section", ", ".join(parts[:number]))
            draft.add("date", rest)
            return
    draft.add("date" if dates.search(line) else "section", line)


def _text(blocks: Sequence[Block], draft: Draft) -> None:
    rest = list(blocks)
    # The older view has the author on a line of its own between title and text.
    if (
        not draft.byline
        and len(rest) > 1
        and not any("DocText" in one.marks or "docOcurrContainer" in one.marks for one in rest[:1])
    ):
        first = rest[0].text
        line, _, more = first.partition("\n")
        if _is_name(line) and not more:
            draft.byline = line
            rest = rest[1:]
    for one in rest:
        draft.paragraphs.append(one.text)


def _is_name(line: str) -> bool:
    return len(line) <= _LONGEST_BYLINE and not line.endswith((".", "!", "?", ":")) and 1 <= len(line.split()) <= 12
