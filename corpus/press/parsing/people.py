"""Read the bylines of databases: people in order and an agency, in any form in which papers print them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from corpus.formats import bylines
from corpus.text.normalise import one_line

_REPORTED: Final = re.compile(
    r"\s+(?:and\s+)?(?:contributed|reported|compiled|wrote|hat\b|haben\b|a contribu|ont contribu|colabor)",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    r"^(?:by|von|par|por|di|da|door|av|af|автор|byline|autor|auteur|autore|pb|from|(?:aus|in) \S{2,30} berichte[tn])"
    r"\s*[:.]?\s+(?=\S)",
    re.IGNORECASE,
)
_MAIL: Final = re.compile(r"[<(\[]?\s*[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,30}){1,4}\s*[>)\]]?")
# A family name in capitals behind a given name, as in papers of France and Russia; shorter ones may be agencies.
_FAMILY: Final = re.compile(
    r"^(?P<given>(?:[^\W\d_][^\W\d_A-ZА-ЯЁÀ-Þ]+[-. ]{0,2}){1,3} )(?P<family>(?:[A-ZÀ-ÞА-ЯЁ]{2,}['’ -]?){1,3})$"
)
_LEAST_FAMILY: Final = 4
_LISTED: Final = re.compile(r"\s*[;|]\s*|\n")
_LONGEST: Final = 1_000
_LONGEST_NAME: Final = 200


def people(written: str, agency: str | None) -> tuple[tuple[str, ...], str | None]:
    """Return the people of a byline, and its agency.

    Args:
        written: the byline as it is printed.
        agency: the agency in another field, if any.
    """
    return _people(written[:_LONGEST], agency) if written else ((), agency)


@lru_cache(maxsize=2_048)
def _people(written: str, agency: str | None) -> tuple[tuple[str, ...], str | None]:
    """Return the same for a byline of usual length. Results are cached, because bylines repeat."""
    authors: list[str] = []
    if "@" in written:
        written = _MAIL.sub(" ", written)
    lines = [_BY.sub("", one_line(line)).strip(" ,.;") for line in _LISTED.split(written)]
    lines = _in_order([line for line in lines if line])
    for line in lines:
        found = _names(line)
        if found is not None:
            authors += found.authors
            agency = agency or found.agency
        elif not authors:
            authors.append(line[:_LONGEST_NAME])
    return tuple(dict.fromkeys(_cased(author) for author in authors)), agency


def _names(line: str) -> bylines.Byline | None:
    """Return the names in a line; for a sentence about who reported, the names at its beginning."""
    if found := bylines.read_names(_cased(line)):
        return found
    reported = _REPORTED.search(line)
    first = line[: reported.start()] if reported else re.split(r",\s*|\s+[-–—|/]\s+", line, maxsplit=1)[0]
    return bylines.read_names(_cased(first)) if first and first != line else None


def _in_order(names: list[str]) -> list[str]:
    """Return names as `Jane Doe`, if all are written `Doe, Jane`."""
    parts = [one.split(",") for one in names]
    turned = all(
        len(part) == 2 and part[0].strip() and 1 <= len(part[1].split()) <= 3 and len(part[0].split()) <= 3
        for part in parts
    )
    # One name alone is turned if neither side can be a full name.
    if not turned or (len(parts) == 1 and len(parts[0][0].split()) > 1):
        return names
    return [f"{given.strip()} {family.strip()}" for family, given in parts]


def _cased(written: str) -> str:
    """Return names in capitals with the usual case."""
    words = re.sub(r"\b(?:and|und|et|e|y|en|with|mit)\b|(?<=\b[M])a?c(?=[A-Z]{3})", "", written)
    if not words.isupper() or len(words) <= 4:
        found = _FAMILY.match(written)
        if found is None or len(found["family"]) < _LEAST_FAMILY:
            return written
        return found["given"] + _cased(found["family"])
    return re.sub(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", lambda word: _capital(word[0]), written)


def _capital(word: str) -> str:
    """Return a word of a name with the usual case: `Jean-Paul`, `O'Connor`, `McEwan`, `von`."""
    if word in {"AND", "UND", "ET", "OF", "FOR", "IN", "THE", "VON", "DE", "VAN", "DER", "DEN"} or word.islower():
        return word.lower()
    parts = (part[:1] + part[1:].lower() for part in re.split(r"(?<=[-'’])", word))
    found = "".join(parts)
    return re.sub(r"\b(Mc)([a-z])", lambda one: one[1] + one[2].upper(), found)
