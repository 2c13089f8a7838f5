"""Read the words of databases' interfaces: labels of fields, and names of languages. The words are data, in two files.

`labels.yaml` has the labels by field and language, `languages.yaml` the names of languages. To support another
interface language, add its words there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from corpus.text import plain_yaml

LONGEST: Final = 48
_REMARK: Final = re.compile(r"\s*[(（\[][^()（）\[\]]{0,80}[)）\]]\s*$")
_VARIANT: Final = re.compile(r"\s+[-–]\s+|\s*[(（]")
_OTHER: Final = re.compile(r"[\s\-_.:：^'’/]+")


def fold(written: str) -> str:
    """Return a label in the form in which labels are compared: without case, accents, spaces, hyphens and colons."""
    plain = written if written.isascii() else unicodedata.normalize("NFKD", written)
    if not plain.isascii():
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _OTHER.sub("", plain.casefold())


@lru_cache(maxsize=4_096)
def column(written: str) -> str:
    """Return the name of a column in the form for comparison: folded, without brackets at its end."""
    return fold(_REMARK.sub("", written[:200]))


@lru_cache(maxsize=4_096)
def field_of(written: str) -> str | None:
    """Return the field that a label means, as `byline`; None if it is not a label in any language.

    Args:
        written: the label, with or without its colon.
    """
    return _labels().get(fold(written)) if len(written) <= LONGEST else None


@lru_cache(maxsize=1_024)
def language_of(written: str) -> str | None:
    """Return the BCP 47 tag of a language's name in any interface language; None if it is not known.

    Args:
        written: names such as `GERMAN; DEUTSCH` or `Englisch`. The first known name counts.
    """
    for name in re.split(r"[;,/|]", written[:200]):
        # `Portuguese (Brazil)` and `Portuguese - Brazil`
        for part in (name, *_VARIANT.split(name, maxsplit=1)[:1]):
            if tag := _languages().get(fold(part)):
                return tag
    return None


def is_end(written: str) -> bool:
    """Return whether a line is `End of Document` in any interface language."""
    return len(written) <= LONGEST and fold(written) in _ends()


def words_of(field: str) -> list[str]:
    """Return the words for a field in all interface languages, as they are printed."""
    return list(dict.fromkeys(word for words in _read("labels.yaml")[field].values() for word in words))


def _read(name: str) -> dict[str, dict[str, list[str]]]:
    text = resources.files("corpus.formats").joinpath(name).read_text(encoding="utf-8")
    found: dict[str, dict[str, list[str]]] = plain_yaml.load(text)
    return found


@cache
def _labels() -> dict[str, str]:
    found: dict[str, str] = {}
    for field, languages in _read("labels.yaml").items():
        if field not in {"end", "record"}:
            for words in languages.values():
                for word in words:
                    # The first field that claims a word has it.
                    found.setdefault(fold(word), field)
    return found


@cache
def _ends() -> frozenset[str]:
    return frozenset(fold(word) for words in _read("labels.yaml")["end"].values() for word in words)


@cache
def _languages() -> dict[str, str]:
    names = resources.files("corpus.formats").joinpath("languages.yaml").read_text(encoding="utf-8")
    known: dict[str, list[str]] = plain_yaml.load(names)
    return {fold(name): tag for tag, written in known.items() for name in written}
