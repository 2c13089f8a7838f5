"""Read bylines in many languages: people and agencies."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpus.formats import inverted, roles
from corpus.formats.agencies import agency, dateline_agency

__all__ = [
    "LONGEST", "Byline", "agency", "dateline_agency", "is_capitalised", "is_no_name", "opened", "read_line", "read_names", "undated",
    "without_degrees", "without_role",
]  # fmt: skip

_STAFF: Final = frozenset(
    [
        "staff", "staff writer", "staff writers", "staff reporter", "our correspondent", "our reporter", "our foreign staff",
        "editorial board", "the editors", "news desk", "newsroom", "web desk", "admin", "admin user", "administrator",
        "administrador", "administrateur", "site admin", "siteadmin", "super admin", "superadmin", "webadmin", "wpadmin", "wp-admin",
        "webmaster", "web editor", "webteam", "web team", "web staff", "root", "editor", "editors", "editorial",
        "editorial team", "editorial staff", "author", "guest", "guest contributor", "contributor", "contributors", "unknown",
        "unknown author", "no author", "not available", "user", "username", "staff report", "staff reports", "online desk",
        "online-redaktion", "redaktion", "redaction", "la rédaction", "rédaction", "redacción", "redação", "redazione",
        "redactie", "редакция", "редакція", "agencies", "news agencies", "agenturen", "wire reports", "guest author", "anonymous",
        "agencias", "agenzie", "agences", "redaktionen", "toimitus", "redakcja", "redakce", "szerkesztőség", "haber merkezi",
        "news agency", "guest writer", "guest columnist", "la redazione", "la redacción", "die redaktion", "de redactie", "a redação",
    ]
)  # fmt: skip
# With a colon any of these begins a byline; without one, only those after which a name must follow.
_LABELS: Final = (
    "by|written by|words by|story by|text by|reporting by|report by|posted by|published by|opinion by|analysis by|"
    "commentary by|review by|interview by|column by|essay by|perspective by|compiled by|contributed by|words|text|story|author|authors|byline|von|ein "
    "artikel von|autor|autorin|autoren|par|texte|auteur|auteurs|autrice|por|texto|autora|autores|di|a cura di|autore|"
    "autori|testo|door|tekst|tekst av|af|av|text av|skrivet av|skrevet av|przez|opracował|opracowała|autorzy|od|napsal|"
    "napsala|автор|авторы|текст|автори|автора|от|szerző|yazan|yazar|haber|de la|teksti|κείμενο|του"
)
_WITHOUT_COLON: Final = (
    "by|written by|words by|story by|text by|reporting by|report by|posted by|published by|opinion by|analysis by|"
    "commentary by|review by|interview by|column by|essay by|perspective by|compiled by|contributed by|von|par|por|door|di|a cura di|af|av|text av|"
    "skrevet av|tekst av|przez|ein artikel von"
)
_BYLINE: Final = re.compile(
    rf"^(?:(?:{_LABELS})\s*[:：]|(?:{_WITHOUT_COLON})\s(?!\s*[:：]))\s*(?P<rest>\S.*)$", re.IGNORECASE
)
_ENGLISH: Final = re.compile(r"(?:\w+\s+)?by\b|words\b|story\b", re.IGNORECASE)
_JOINTS: Final = re.compile(
    r"\s*(?:,?\s+(?:and|und|et|y|e|en|og|och|i|a|и|та|і|ve|és|ja|με|και|with|mit|avec|con|com)\s+|[,;；&/|·•、，]|\s[-–—]\s)\s*"
)
_FOR: Final = re.compile(r"\s+(?:for|für|pour|para|per|voor|för|dla|для|of)\s+(?:the\s+)?", re.IGNORECASE)
_IN: Final = re.compile(r"\s+(?:in|aus|à|en|from|i|из|в|w|reporting from)\s+(?=[^\W\d_a-z])")
_IN_BRACKETS: Final = re.compile(r"\s*\((?=[^()]*\)$)")
# `Jane Doe (with John Smith)`: both wrote it.
_WITH: Final = re.compile(r"\s*\(\s*(?:with|mit|avec|con|com|met|med)\s+([^()]{2,120})\)", re.IGNORECASE)
# What follows a name and is a degree or an office, and what belongs to the name.
_DEGREES: Final = frozenset(
    ["ba", "ma", "md", "phd", "mph", "msc", "bsc", "mba", "rn", "jd", "esq", "dds", "psyd", "edd", "cfa", "obe", "mbe"]
)
_SUFFIXES: Final = frozenset(["jr", "sr", "ii", "iii", "iv"])
_TITLE: Final = re.compile(r"^(?:(?:dr|prof|mr|mrs|ms|sir|dame|herr|frau|mme|m)\.?\s+)+", re.IGNORECASE)
# When it was posted, behind a name; for whom, and the name of an account there.
_MONTH: Final = r"[^\W\d_]{3,12}\.?"
_DAY: Final = (
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th|\.|er)?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?\d{{4}}"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})"
)
_DATED: Final = re.compile(
    rf"[\s,|·•–—-]+(?:(?:(?:last\s+)?(?:updated|published|posted|modified)|on|at|am|le|el|il|em|[^\W\d_]{{3,10}}day)[\s,:]+){{0,3}}{_DAY}\b.*$"
    r"|[\s,|·•–—-]+\d{1,3}\s+(?:hours?|hrs?|minutes?|mins?|days?|weeks?|months?|years?)\s+ago\b.*$",
    re.IGNORECASE,
)
_SURPLUS: Final = re.compile(
    r",?\s+special(?:ly)?\s+(?:to|for)\s.{2,60}$"
    r"|\s*\(\s*@\w{2,40}\s*\)|\s+@\w{2,40}$",
    re.IGNORECASE,
)
# When, before a name.
_AHEAD: Final = re.compile(
    rf"(?:(?:(?:last\s+)?(?:updated|published|posted|modified)|on|am|le|el|il|em|[^\W\d_]{{3,10}}day|[^\W\d_]{{2,12}}\.?,)[\s,:]+){{0,3}}{_DAY}"
    r"(?:,?\s+(?:at\s+)?\d{1,2}[:.h]\d{2}(?:\s*[ap]\.?m\.?)?(?:\s+(?-i:[A-Z]{2,5}))?)?[\s,|·•–—-]+(?=[^\W\d_])",
    re.IGNORECASE,
)
# What each of several did, behind a name.
_WORK: Final = re.compile(
    r"\s*\((?:text|texte|texto|words|photos?|fotos?|bilder|video|grafik|recherche|mitarbeit)\)", re.IGNORECASE
)
_PARTICLES: Final = frozenset(["von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "el", "al", "bin", "ibn", "ben", "y", "e", "zu", "zum", "ter", "ten", "af", "av", "st.", "o'"])  # fmt: skip
# The last words of names of papers, which follow the names of people.
_OUTLETS: Final = frozenset(
    ["news", "times", "media", "magazine", "tv", "radio", "online", "tribune", "gazette", "herald", "network"]
)
_CASED: Final = re.compile(r"[^\W\d_]")
_MARKS: Final = re.compile(r'[!?:;"“”…@#*=<>\[\]{}\d]')
_MOST_WORDS: Final = 5
LONGEST: Final = 200


class Byline(NamedTuple):
    """The authors of an article: people in order, and an agency."""

    authors: tuple[str, ...] = ()
    agency: str | None = None


def undated(line: str) -> str:
    """Return a byline without the date or time before and after it: `By Jane Doe June 5, 2023`."""
    if not any(map(str.isdigit, line)):
        return line
    ahead = _AHEAD.match(line)
    return _DATED.sub("", line[ahead.end() :] if ahead else line)


def opened(written: str) -> str:
    """Return a list of names without brackets around the last name, and without notes for whom it was written."""
    named = _SURPLUS.sub("", written)
    return _WITH.sub(r", \1", _WORK.sub("", named)) if "(" in named else named


def without_degrees(names: list[str]) -> list[str]:
    """Return names that commas separated, without degrees. A part that belongs to the name before is joined to it."""
    kept: list[str] = []
    for name in names:
        bare = name.replace(".", "").strip().casefold()
        if kept and bare in _SUFFIXES:
            kept[-1] += f" {name.strip()}"
        elif not kept or bare not in _DEGREES or name.islower():
            kept.append(name)
    return kept


def read_line(line: str) -> Byline | None:
    """Read a line that is a byline; None if it may be something else.

    The line must have no markup. The name of an agency alone is a byline too.
    """
    if len(line) > LONGEST:
        return None
    alone = agency(line)
    if alone:
        return Byline(agency=alone)
    found = _BYLINE.match(line)
    if found is None:
        return None
    labelled = line[: found.start("rest")].rstrip().endswith((":", "："))
    byline = read_names(found["rest"])
    if byline is None:
        return None
    english = _ENGLISH.match(line) is not None
    # `Di Roma`, `Von Hand`: without a colon, a single word after these may be anything.
    if not labelled and not english and byline.authors and all(" " not in name for name in byline.authors):
        return None
    return byline


def read_names(written: str) -> Byline | None:
    """Return people and agency in a list of names; None if a part of it is not a name."""
    text = roles.without_role_before(opened(" ".join(written.strip().rstrip(".").split())))
    if turned := inverted.names(text, sure=True):
        return Byline(turned)
    found_agency = None
    for pattern in (_FOR, _IN_BRACKETS):
        head, *tail = pattern.split(text, maxsplit=1)
        if tail:
            found_agency = agency(tail[0]) or found_agency
            if found_agency is None and not _is_outlet(tail[0]):
                return None
            text = head
    authors: list[str] = []
    nobody = False
    for part in _parts(text):
        name, *place = _IN.split(part.strip(" ()"), maxsplit=1)
        name = without_role(_TITLE.sub("", name).strip())
        if not name:
            continue
        if agency(name):
            found_agency = found_agency or agency(name)
        elif _is_nobody(name) or (authors and _is_beside(name)):
            nobody = True
        elif _is_person(name):
            authors.append(name)
        elif not (authors and place == [] and _is_outlet(name)):
            return None
    if not authors and not found_agency and not nobody:
        return None
    return Byline(tuple(dict.fromkeys(authors)), found_agency)


def _is_nobody(name: str) -> bool:
    return name.casefold() in _STAFF or roles.is_role(name)


def _is_beside(name: str) -> bool:
    """Return whether a text after a name is an address or the name of a paper."""
    return "@" in name or name.rsplit(maxsplit=1)[-1].casefold() in _OUTLETS


def without_role(name: str) -> str:
    """Return a name without the role before or after it, if a name is left."""
    bare = roles.without_role_before(name)
    behind = roles.role_behind(bare)
    if behind is None:
        return bare
    left = bare[: behind.start()].strip(" ,")
    # Of Latin names two words are left at least: `Chief Editor` is nobody.
    is_name = not left[:1].isascii() or (len(left.split()) > 1 and _is_person(left))
    return left if left and is_name else bare


def _parts(text: str) -> list[str]:
    parts = without_degrees([part for part in _JOINTS.split(text) if part.strip()])
    # `Max Müller, Berlin`: one word after a comma, behind a full name, is a place.
    if len(parts) == 2 and " " in parts[0] and " " not in parts[1] and "," in text and not agency(parts[1]):
        parts.pop()
    return parts


def _is_person(name: str) -> bool:
    words = name.split()
    if not 1 <= len(words) <= _MOST_WORDS or len(name) > 60:
        return False
    if _MARKS.search(name):
        return False
    named = [word for word in words if word.casefold() not in _PARTICLES]
    return bool(named) and all(_is_capital(word) for word in named)


def is_no_name(name: str) -> bool:
    """Return whether a text is an agency, a staff or a role, or in small letters throughout."""
    return (
        agency(name) is not None or name.casefold() in _STAFF or roles.is_role(name) or not any(map(str.isupper, name))
    )


def is_capitalised(name: str) -> bool:
    """Return whether the first and last of several words are capitalised like a name. A single word may be a code."""
    words = [word for word in name.split() if word.casefold() not in _PARTICLES and not set("'’") & set(word)]
    return len(words) < 2 or (_is_capital(words[0]) and _is_capital(words[-1]))


def _is_capital(word: str) -> bool:
    first = _CASED.search(word)
    # Scripts without case have no capitals to ask for.
    return first is not None and (first[0].isupper() or not first[0].islower())


def _is_outlet(name: str) -> bool:
    words = name.split()
    return 1 <= len(words) <= _MOST_WORDS and _is_capital(words[0]) and not name.endswith((".", "!", "?"))
