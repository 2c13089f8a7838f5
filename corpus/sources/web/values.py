"""The values of collect.yaml: each function takes a text as written and returns its value.

Every function raises ValueError with what was found and what to write instead.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

from corpus.sources.web.reading import nearest, shown
from corpus.text.urls import canonical

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    Choice = TypeVar("Choice", bound=StrEnum)

_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?(?:ms|[smhdw]))+")
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|[smhdw])")
_LONGEST_DURATION: Final = timedelta(days=36_500)
_COUNT: Final = re.compile(r"\d{1,3}(?:[_,]?\d{3}){0,2}|\d{1,9}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Words that `corpus collect` takes for commands, so that they name no source.
COMMANDS: Final = ("status", "sources", "replay")
# RFC 9309: the product token that robots.txt addresses; digits are common beside it.
_AGENT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,63}")
_MAIL: Final = re.compile(r"(?:mailto:)?[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+")
_LONGEST_TEXT: Final = 1_000
_LONGEST_PATTERN: Final = 500
_MOST_STARS: Final = 20
_REGULAR: Final = re.compile(r"\\[dwsDWSb./]|\.\*|\.\+|\[[^\]]*\]|\(\?|\([^)]*\||^\^|\$$")
# Names of parameters whose values are secret.
_SECRET: Final = re.compile(
    r"(?:^|[_-])(?:api[_-]?key|key|token|secret|password|passwd|pwd|pass|auth|signature|sig|access[_-]?token|"
    r"session|sid|credentials?)$|^apikey$",
    re.IGNORECASE,
)
_VARIABLE: Final = re.compile(r"\$\{[A-Z_][A-Z0-9_]{0,99}\}")
# Addresses of apprise that name a place, not a key to it. All others hold tokens or passwords.
_OPEN_ALERTS: Final = frozenset(
    {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos", "syslog", "rsyslog", "ntfy", "ntfys", "dbus",
     "gnome", "macosx", "windows", "mqtt", "mqtts", "mmost", "prefect"}
)  # fmt: skip
_LOCAL: Final = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|(?:.+\.)?(?:test|localhost)", re.IGNORECASE)


def duration(text: str) -> timedelta:
    """Return a duration: `90s`, `15m`, `6h`, `1d`, `2w`, or several together, `1h30m`."""
    plain = text.replace(" ", "").lower()
    if not _DURATION.fullmatch(plain):
        if re.fullmatch(r"-.*", plain):
            raise ValueError(f"{shown(text)} is negative. Write a duration such as 5s, 6h or 30d")
        number = re.match(r"\d+", plain)
        example = f"{number[0]}s, {number[0]}h or {number[0]}d" if number else "5s, 6h or 30d"
        raise ValueError(f"{shown(text)} is not a duration. Write a number and a unit: {example}")
    seconds = sum(float(count) * _UNITS[unit] for count, unit in _PART.findall(plain))
    if seconds > _LONGEST_DURATION.total_seconds():
        raise ValueError(f"{shown(text)} is too long. Write at most {_LONGEST_DURATION.days:,}d")
    return timedelta(seconds=seconds)


def count(text: str) -> int:
    """Return a number of articles, at least 1."""
    if not _COUNT.fullmatch(text) or not 0 < (found := int(re.sub("[_,]", "", text))) <= 10_000_000:
        raise ValueError(f"{shown(text)} is not a number of articles. Write a whole number from 1 to 10000000")
    return found


def name(text: str) -> str:
    """Return the name of a source."""
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{shown(text)} cannot name a source. Use small letters, digits, '-', '_' and '.', at most 64, such as "
            f"{re.sub(r'[^a-z0-9]+', '-', text.lower()).strip('-')[:40] or 'my-paper'}"
        )
    if text in COMMANDS:
        raise ValueError(f"`corpus collect {text}` is a command. Choose another name, such as {text}-news")
    return text


def agent_name(text: str) -> str:
    """Return the name of the agent, which robots.txt files address."""
    if not _AGENT.fullmatch(text):
        raise ValueError(
            f"{shown(text)} cannot be the name of an agent. Write one word of letters, digits, '-' and '_', such as "
            "newscorpus"
        )
    return text


def contact(text: str) -> str:
    """Return where a publisher finds out who collects: a web address or an e-mail address."""
    if len(text) <= _LONGEST_TEXT and text.isprintable() and (_MAIL.fullmatch(text) or canonical(text)):
        if "@" in urlsplit(text).netloc:
            raise ValueError(f"{shown(_without_user(text))}: remove the user and password from the address")
        return text
    raise ValueError(f'{shown(text)} is not a contact. Write "https://…" of a page about you, or an e-mail address')


def line(text: str) -> str:
    """Return a text of one line."""
    if len(text) > _LONGEST_TEXT or not text.isprintable():
        raise ValueError(f"{shown(text)} is not one line of at most {_LONGEST_TEXT:,} characters")
    return text


def choice(kinds: type[Choice]) -> Callable[[str], Choice]:
    """Return a converter of the names of a closed set."""

    def convert(text: str) -> Choice:
        try:
            return kinds(text.lower())
        except ValueError:
            raise ValueError(f"{shown(text)} is unknown. {nearest(text, list(kinds))}") from None

    return convert


def domain(text: str) -> str:
    """Return a publisher: its registrable domain, such as `bbc.co.uk`."""
    found = canonical(f"https://{text}")
    host = urlsplit(found).hostname if found else None
    if "/" in text or "@" in text or ":" in text or not host or "." not in host:
        raise ValueError(f"{shown(text)} is not a publisher. Write its domain, such as bbc.co.uk")
    return host


def address(text: str) -> str:
    """Return an address of a source: http or https, with a host, without user, password or key."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(f"{shown(text)} is not an address. Write https://…") from None
    if parts.scheme.lower() not in {"http", "https"}:
        guess = f"https://{text.rsplit('://', maxsplit=1)[-1]}"
        advice = f"Write {guess}" if canonical(guess) and len(guess) < 100 and "@" not in guess else "Write https://…"
        raise ValueError(f"{shown(_without_user(text))} is not a web address. {advice}")
    if "@" in parts.netloc:
        raise ValueError(
            f"{shown(_without_user(text))}: an address in a committed file must not hold a user or password. "
            "Remove both from the address: sources that need a login are not collected"
        )
    for key, value in parse_qsl(parts.query):
        if value and _SECRET.search(key):
            raise ValueError(
                f"the parameter {key!r} looks like a secret, and this file is committed. Use an address without it"
            )
    if canonical(text) is None:
        raise ValueError(f"{shown(text)} is not an address. Write https://host/path, without spaces")
    return text.split("#", maxsplit=1)[0]


def is_local(address: str) -> bool:
    """Return whether an address is of this machine, or of a name reserved for tests."""
    return _LOCAL.fullmatch(urlsplit(address).hostname or "") is not None


def pattern(text: str) -> str:
    """Return a pattern of addresses, in which `*` matches anything."""
    if len(text) > _LONGEST_PATTERN or text.count("*") > _MOST_STARS or not text.isprintable() or " " in text:
        raise ValueError(
            f"{shown(text)} is not a pattern: at most {_LONGEST_PATTERN} characters and {_MOST_STARS} '*', no spaces"
        )
    if _REGULAR.search(text):
        raise ValueError(
            f"{shown(text)} looks like a regular expression. In a pattern only '*' is special and matches any text: "
            "write */news/*"
        )
    if "*" not in text and not text.startswith("/") and not canonical(text):
        raise ValueError(f"{shown(text)} matches no address. Write *{text.strip('/')}* for addresses that contain it")
    return text


def matches(pattern: str, address: str) -> bool:
    """Return whether an address matches a pattern, in time linear in their lengths for each `*`.

    A pattern that begins with `/` is compared with path and query, any other with the complete address.
    """
    if pattern.startswith("/"):
        parts = urlsplit(address)
        address = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    first, *rest = pattern.split("*")
    if not rest:
        return address == first
    if not address.startswith(first):
        return False
    at, last = len(first), rest.pop()
    for piece in rest:
        found = address.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(address) - at >= len(last) and address.endswith(last)


def path(text: str) -> PurePosixPath:
    """Return the path of a file in the repository, relative to collect.yaml."""
    found = PurePosixPath(text)
    if found.is_absolute() or ".." in found.parts or "\\" in text or "://" in text or not text.isprintable():
        raise ValueError(f"{shown(text)} is not a path in this repository. Write one such as seeds/addresses.txt")
    return found


def alert(text: str) -> str:
    """Return where to send alerts: an address of apprise without secrets, or `${NAME}` of a variable that holds one."""
    if _VARIABLE.fullmatch(text):
        return text
    scheme, mark, rest = text.partition("://")
    if not mark or not text.isprintable() or " " in text:
        raise ValueError(
            f"{shown(_without_user(text))} is not an address for alerts. Write one of Apprise, such as mailto://…, "
            "or ${NAME} for the value of an environment variable"
        )
    secret = any(value and _SECRET.search(key) for key, value in parse_qsl(rest.partition("?")[2]))
    if scheme.lower() not in _OPEN_ALERTS or ":" in rest.rpartition("@")[0] or secret:
        raise ValueError(
            f"an address of {shown(scheme)} holds a secret here, and this file is committed. Put it into an "
            "environment variable and write ${NAME}, or set CORPUS_ALERT_URLS"
        )
    return text


def _without_user(text: str) -> str:
    """Return an address as a message may show it: the user and password are not repeated."""
    scheme, mark, rest = text.partition("://")
    if not mark:
        return text.rpartition("@")[2]
    netloc, slash, path = rest.partition("/")
    return f"{scheme}{mark}{netloc.rpartition('@')[2]}{slash}{path}"
