"""Read rows of spreadsheets: the fields of an article by the names of their columns, which `labels.yaml` knows.

A piece is JSON, a list of pairs of a column's name and the cell's value. If a database uses a column's name in an
unusual sense, its meaning is defined here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from corpus.formats.article import Problem
from corpus.formats.labels import column, field_of
from corpus.press.parsing.draft import Draft
from corpus.text import dates
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Integrum has the text in `Анонс`, and a link to the original in `Оригинал`.
_INTEGRUM: Final = {"анонс": "text", "оригинал": "url"}
# BIGKinds weighs the fifty words in 특성추출; 키워드 are all nouns of the text.
_BIGKINDS: Final = {"키워드": "nouns", "통합 분류1": "section", "통합 분류2": "other", "통합 분류3": "other"}
_NOUNS: Final = column("키워드")
_PROQUEST: Final = {"entrydate": "loaded", "abstract": "description", "database": "other", "year": "other"}
_PARAGRAPHS: Final = re.compile(r"[ \t]*\r?\n\s*|\u2028|\u2029")
_REPORTER: Final = re.compile(
    r"\s*(?:(?:선임|수습|인턴|전문|수석|객원)\s?)?(?:기자|특파원|논설위원|논설실장|편집위원|전문위원|위원|부장|차장|국장)$"
)
_MAIL: Final = re.compile(r"\(?\s*[\w.+-]+@[\w.-]+\s*\)?")
_LISTED: Final = re.compile(r"\s*[,;|·/]\s*")
_LONGEST_DATE_LINE: Final = 30


def read(text: str) -> Draft:
    """Return the fields of a row whose columns have their usual meaning.

    Args:
        text: the piece.
    """
    return _read(text, {})


def integrum(text: str) -> Draft:
    """Return the fields of a row of Integrum, whose text begins with the title and the day again.

    Args:
        text: the piece.
    """
    draft = _read(text, _INTEGRUM)
    draft.usual_language = "ru"
    if not draft.url.startswith("http"):
        draft.url = ""
    rest = draft.paragraphs
    if rest and _same(rest[0], draft.title):
        rest = rest[1:]
    if rest and len(rest[0]) <= _LONGEST_DATE_LINE and dates.parse(rest[0]) is not None:
        rest = rest[1:]
    draft.paragraphs = rest
    return draft


def bigkinds(text: str) -> Draft:
    """Return the fields of a row of BIGKinds.

    Args:
        text: the piece.
    """
    draft = _read(text, _BIGKINDS)
    draft.usual_language = "ko"
    nouns = [value for name, value in _pairs(text) if column(name) == _NOUNS]
    draft.keywords = [word for one in draft.keywords or nouns for word in _LISTED.split(one)]
    names = (_REPORTER.sub("", name.strip()) for name in _LISTED.split(_MAIL.sub(" ", draft.byline)))
    draft.byline = "; ".join(name for name in names if name)
    return draft


def proquest(text: str) -> Draft:
    """Return the fields of a row of ProQuest, which usually has an abstract and no text.

    Args:
        text: the piece.
    """
    draft = _read(text, _PROQUEST)
    draft.keywords = [word for one in draft.keywords for word in re.split(r"\s*[,;|]\s*", one)]
    return draft


def _read(text: str, special: Mapping[str, str]) -> Draft:
    draft = Draft()
    pairs = _pairs(text)
    if not pairs:
        draft.problems.append(Problem(Check.UNREADABLE, "no row of a spreadsheet"))
    meant = {column(name): field for name, field in special.items()}
    for name, value in pairs:
        folded = column(name)
        field = meant.get(folded) or field_of(folded) or ""
        if field == "text":
            for paragraph in _PARAGRAPHS.split(value):
                draft.add("text", paragraph)
        else:
            draft.add(field, value)
    return draft


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(_valid(found)) if isinstance(found, list) else []


def _valid(found: list[object]) -> Iterator[tuple[str, str]]:
    for one in found:
        match one:
            case [str(name), str(value)]:
                yield name, value


def _same(one: str, other: str) -> bool:
    """Return whether two lines have the same letters and digits."""
    return bool(other) and re.sub(r"[\W_]+", "", one).casefold() == re.sub(r"[\W_]+", "", other).casefold()
