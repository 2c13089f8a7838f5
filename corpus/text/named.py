"""Read dates with the name of a month in any language of CLDR, for texts that the grammar of `dates` does not know.

A date is read only if every word of it is known: one month, a day, a year of four digits, and beside them weekdays,
times and the small words of dates. A name that means another month in another language is read only by the language
of the article.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.text.months import DISPUTED, FILLERS, LANGUAGES, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# Letters with their marks; points, apostrophes and white space part words.
_TOKEN: Final = re.compile(r"\d+|[^\W\d_](?:[^\W\d_]|[^\w\s!-~،؛।॥۔՝・–—‐‑·•|،、。「」（），：；…°“”«»])*|[^\W\d_]")
_DROPPED: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_APOSTROPHES: Final = re.compile("['\u2018\u2019\u02bb\u02bc\u02b9\u02c8\u0060\u00b4\u0374\u055a\u05f3\uff07]")
_CLOCK: Final = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-3])[:h\uff1a][0-5]\d(?:[:\uff1a][0-5]\d)?(?!\d)(?:\s?(?:[ap]m|sa|ch)(?!\w))?"
)
# Months as numbers before or behind a word for `month`: Vietnamese, Mongolian.
_NUMBERED: Final = (
    re.compile(r"(?P<d>\d\d?)\s+(?:tháng|thg)\s+(?P<m>\d\d?)\s*,?\s*(?:năm\s+)?(?P<y>\d{4})(?!\d)"),
    re.compile(
        r"(?P<y>\d{4})\s+оны?\s+(?P<m>\d\d?)(?:\s*-\s*р|\s+дугаар|\s+дүгээр)?\s+сарын\s+(?P<d>\d\d?)(?:\s*-?\s*ны)?(?!\d)"
    ),
)
_LATIN: Final = re.compile(r"[a-zß-ÿā-ɏḀ-ỿ ]+")
# Shorter ones are words of many languages: read in their own only.
_SHORTEST_LATIN: Final = 4
_LONGEST_NAME: Final = 5
_LONGEST_SUFFIX: Final = 4
_FIRST_YEAR: Final = 1_600
_LAST_YEAR: Final = 2_100


def read(written: str, language: str | None = None) -> date | None:
    """Return the day of a text that is only a date; None if it is not a date, or may be two.

    Args:
        written: the text, with digits of any script.
        language: the language of the article. It decides what a name of several languages means.
    """
    text = plain(written)
    for form in _NUMBERED:
        if found := form.search(text):
            known = _are_small(text[: found.start()], text[found.end() :])
            return _day(int(found["y"]), int(found["m"]), int(found["d"])) if known else None
    timed = _CLOCK.sub(" ", text)
    return _of_words(timed, language, is_timed=timed != text)


def plain(written: str) -> str:
    """Return a text in small letters as names are compared: with digits of ASCII, without marks of direction."""
    text = unicodedata.normalize("NFKC", _DROPPED.sub("", written)).casefold()
    text = unicodedata.normalize("NFC", _APOSTROPHES.sub(" ", text))
    return text if text.isascii() else "".join(str(unicodedata.decimal(one, one)) for one in text)


def month(name: str, language: str | None = None) -> int | None:
    """Return the number of the month that a name means; None if it means no month, or several.

    Args:
        name: the name, in small letters, with blanks between its words.
        language: the language of the article.
    """
    base = (language or "").partition("-")[0]
    if base and base not in LANGUAGES and (own := _own(base).get(name)):
        return own
    if (found := number_of(name, language)) or name in DISPUTED:
        return found
    return _own(base).get(name) or _common().get(name)


def is_disputed(text: str) -> bool:
    """Return whether a word of a text is the name of different months in different languages."""
    return any(word in DISPUTED or word in _contested() for word in _TOKEN.findall(plain(text)))


def _of_words(text: str, language: str | None, *, is_timed: bool) -> date | None:
    tokens = list(_TOKEN.finditer(text))
    if not 3 <= len(tokens) <= 20:
        return None
    numbers = [(at, found[0]) for at, found in enumerate(tokens) if found[0].isdecimal()]
    if len(numbers) != 2:
        return None
    (first, one), (second, _) = numbers
    year_at, day_at = (first, second) if len(one) == 4 else (second, first)
    year, day = tokens[year_at][0], tokens[day_at][0]
    if len(year) != 4 or len(day) > 2:
        return None
    words = [found[0] for found in tokens]
    found: set[int] = set()
    for begin, end in _stretches(words):
        number = month(" ".join(words[begin:end]), language)
        if number is None or number in found:
            continue
        rest = [at for at in range(len(tokens)) if not begin <= at < end and at not in {year_at, day_at}]
        if all(_is_small(tokens, at, is_timed=is_timed) for at in rest):
            found.add(number)
    # A word that is a month in one language may be a weekday in another.
    return _day(int(year), next(iter(found)), int(day)) if len(found) == 1 else None


def _stretches(words: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where a name may be: the longest stretches of words first."""
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for begin in range(len(words) - length + 1):
            if not any(word.isdecimal() for word in words[begin : begin + length]):
                yield begin, begin + length


def _is_small(tokens: list[re.Match[str]], at: int, *, is_timed: bool) -> bool:
    """Return whether a word does not matter for the day: a weekday, a small word, the ending of a number."""
    word = tokens[at][0]
    if word in FILLERS or word in _small() or (is_timed and word in _halves()):
        return True
    if word.isdecimal() or at == 0:
        return False
    before = tokens[at - 1]
    glued = before[0].isdecimal() and before.string[before.end() : tokens[at].start()] in {"", "-"}
    return glued and len(word) <= _LONGEST_SUFFIX


def _are_small(*parts: str) -> bool:
    return all(word in FILLERS or word in _small() for part in parts for word in _TOKEN.findall(_CLOCK.sub(" ", part)))


def _day(year: int, number: int, day: int) -> date | None:
    try:
        return date(year, number, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None


def _bare(name: str) -> str:
    """Return a name in Latin letters without diacritics, as some people write it."""
    if not _LATIN.fullmatch(name):
        return name
    return "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))


@cache
def _tables() -> dict[str, dict[str, int]]:
    """Return the names of months in each language of CLDR."""
    from corpus.text import cldr  # seldom needed

    tables: dict[str, dict[str, int]] = {}
    for line in cldr.MONTHS.strip().splitlines():
        language, *months = line.split(" ")
        table: dict[str, int] = {}
        several: set[str] = set()
        for number, names in enumerate(months, 1):
            for name in names.split("/"):
                words = " ".join(_TOKEN.findall(plain(name.replace("_", " "))))
                for form in {words, _bare(words)}:
                    if table.setdefault(form, number) != number:
                        several.add(form)
        tables[language] = {name: number for name, number in table.items() if name not in several}
    return tables


def _own(language: str) -> dict[str, int]:
    return _tables().get(_SAME.get(language, language), {}) if language else {}


_SAME: Final = {"no": "nb", "tl": "fil", "iw": "he", "in": "id", "sh": "bs", "cnr": "sr", "prs": "fa", "mo": "ro"}


@cache
def _all() -> dict[str, set[int]]:
    numbers: dict[str, set[int]] = {}
    for table in _tables().values():
        for name, number in table.items():
            if len(name) >= (_SHORTEST_LATIN if _LATIN.fullmatch(name) else 2):
                numbers.setdefault(name, set()).add(number)
    return numbers


@cache
def _common() -> dict[str, int]:
    """Return the names that mean the same month in all languages that have them."""
    return {name: next(iter(numbers)) for name, numbers in _all().items() if len(numbers) == 1}


@cache
def _contested() -> frozenset[str]:
    return frozenset(name for name, numbers in _all().items() if len(numbers) > 1)


@cache
def _small() -> frozenset[str]:
    """Return weekdays, and the words in CLDR's patterns of dates beside numbers and names."""
    from corpus.text import cldr_days

    return frozenset(_words(cldr_days.WEEKDAYS) | _words(cldr_days.LITERALS))


@cache
def _halves() -> frozenset[str]:
    from corpus.text import cldr_days

    return frozenset(_words(cldr_days.HALVES))


def _words(text: str) -> set[str]:
    return set(_TOKEN.findall(plain(text)))
