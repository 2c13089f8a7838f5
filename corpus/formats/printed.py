"""Read values that a tool printed into a cell: lists and objects as Python, NumPy, JSON and databases write them.

It also knows what tools write for a missing value. Nothing is evaluated: a value that is not plain data stays a text.
"""

from __future__ import annotations

import ast
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

# As pandas, databases and spreadsheets write that there is no value.
NOTHING: Final = frozenset(
    ["", "nan", "none", "null", "n/a", "n.a.", "n.a", "na", "#n/a", "#na", "#n/a n/a", "<na>", "nat", "nil", "-nan", "1.#qnan",
     "-1.#qnan", "1.#ind", "-1.#ind", "\\n", "undefined", "(null)", "<null>", "(none)", "<none>", "[null]", "[none]", "[nan]", "[]",
     "{}", "()", "[[]]", "[{}]", "['']", '[""]', "set()", "-", "--", "---", "–", "—", "...", "…", "_", "?", "#value!", "#ref!",
     "#name?", "#null!", "#num!", "#div/0!", "''", '""']
)  # fmt: skip
LONGEST_NOTHING: Final = max(map(len, NOTHING)) + 4
NOTHING_BEGINS: Final = frozenset(" \t\r\n\xa0").union(*({one[:1].lower(), one[:1].upper()} for one in NOTHING if one))
# Longer ones are texts that happen to begin with a bracket.
_LONGEST: Final = 20_000
_MOST_DEEP: Final = 20
_OPEN: Final = {"[": "]", "{": "}", "(": ")"}
# As NumPy and pandas print an array: array([…], dtype=object), Index([…]).
_CALLED: Final = re.compile(
    r"(?:array|Index|Series|frozenset|set|list|tuple|OrderedDict|deque)\((.*?)(?:,\s*(?:dtype|name)[=:]\s*[\w' ]+)*\)",
    re.DOTALL,
)
# How a value may begin that `unprinted` reads.
_PRINTED_BEGINS: Final = (
    "[",
    "{",
    "(",
    "array(",
    "Index(",
    "Series(",
    "frozenset(",
    "set(",
    "list(",
    "tuple(",
    "OrderedDict(",
    "deque(",
)
_QUOTED: Final = re.compile(r"""[bu]?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
# Between the members of a list of texts: what parts them, and what says nothing.
_BETWEEN: Final = re.compile(r"[\s,\[\](){}]|\.\.\.|\b(?:None|null|nan|NaN|NULL|NA)\b")
# Names that no value of Python has.
_JSON_NAMES: Final = re.compile(r"\b(?:null|nan|NaN|NaT|true|false)\b")
_PYTHON: Final = {"null": "None", "nan": "None", "NaN": "None", "NaT": "None", "true": "True", "false": "False"}
# PostgreSQL's arrays: {Jane Doe,"Roe, John"}.
_POSTGRES: Final = re.compile(r"\{[^{}:]*\}")
_EXCEL: Final = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff])_")
# As Python, MongoDB and ASP.NET print moments.
_CONSTRUCTED: Final = re.compile(
    r"(?:datetime\.)?(?:datetime|date|Timestamp)\((\d{4}(?:,\s*\d{1,2}){2,5})(?:,\s*\d{1,6})?(?:,\s*tzinfo=[^()]*(?:\(\))?)?\)"
)
_NAMED: Final = re.compile(
    r"(?:ISODate|new Date|Date|Timestamp|DatetimeIndex|(?:np|numpy)\.datetime64|Date\.parse)\(\[?\s*['\"]([^'\"]{6,40})['\"]\]?(?:,[^()]{0,60})?\)"
)
_MICROSOFT: Final = re.compile(r"\\?/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\\?/")
# Where objects have the moment.
_OF_MOMENTS: Final = (
    "date", "datetime", "timestamp", "iso", "value", "seconds", "unix", "epoch", "millis", "milliseconds", "time", "t", "s", "n",
    "start", "published", "rendered", "text",
)  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def is_nothing(value: Any) -> bool:
    """Return whether a value is empty, or what a tool writes for a missing value."""
    if isinstance(value, str):
        return not value or (len(value) <= LONGEST_NOTHING and value.strip().lower() in NOTHING)
    if isinstance(value, list):
        return not value or (len(value) == 1 and is_nothing(value[0]))
    return value is None or value == {} or value != value  # noqa: PLR0124 - NaN


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value of MongoDB's extended JSON as what it represents; any other unchanged."""
    if isinstance(value, list) and depth < _MOST_DEEP:
        if not {dict, list} & set(map(type, value)):
            return value
        return [plain(one, depth + 1) for one in value]
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((key, content),) = value.items()
    if not isinstance(key, str) or not key.startswith("$") or depth >= _MOST_DEEP:
        return value
    content = plain(content, depth + 1)
    match key:
        case "$date":
            return _instant(content)
        case "$numberLong" | "$numberInt" | "$numberDouble" | "$numberDecimal":
            return _number(content)
        case "$timestamp":
            return content.get("t") if isinstance(content, dict) else None
        case "$oid" | "$uuid" | "$symbol" | "$code":
            return content
        case "$undefined" | "$minKey" | "$maxKey":
            return None
    return value


def moment(value: Any) -> Any:
    """Return a printed or structured moment as a text or a number to read a date from; other values unchanged.

    >>> moment("datetime.datetime(2023, 6, 5, 10, 30)")
    '2023-06-05T10:30:00'
    """
    if isinstance(value, str):
        text = value.strip()
        if found := _CONSTRUCTED.fullmatch(text):
            parts = [int(part) for part in found[1].split(",")]
            day = "-".join(f"{part:02d}" for part in parts[:3])
            return day if len(parts) == 3 else f"{day}T{parts[3]:02d}:{(*parts, 0, 0)[4]:02d}:{(*parts, 0, 0)[5]:02d}"
        if found := _NAMED.fullmatch(text):
            return found[1]
        if found := _MICROSOFT.fullmatch(text):
            return _instant(int(found[1]))
        if not text.startswith(("[", "{", "(", '"', "'")):
            return value
        unquoted = text.strip("\"'")
        value = unprinted(unquoted)
        if isinstance(value, str):
            return unquoted
    if isinstance(value, list) and len(value) == 1:
        return moment(value[0])
    if not isinstance(value, dict):
        return value
    value = plain(value)
    if not isinstance(value, dict):
        return value
    lowered = {str(key).lower().lstrip("_$@"): inner for key, inner in value.items()}
    return next((inner for key in _OF_MOMENTS if isinstance(inner := lowered.get(key), (str, int, float))), None)


def _instant(inner: Any) -> Any:
    """Return milliseconds since 1970, also negative ones, as ISO 8601."""
    if isinstance(inner, bool) or not isinstance(inner, (int, float)):
        return inner
    try:
        return (_EPOCH + timedelta(milliseconds=inner)).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return None


def _number(inner: Any) -> Any:
    try:
        return inner if not isinstance(inner, str) else int(inner) if inner.lstrip("-").isdigit() else float(inner)
    except ValueError:
        return None


def is_printed(text: str) -> bool:
    """Return whether a text begins like the print of a list or an object."""
    return text.lstrip().startswith(_PRINTED_BEGINS)


def unprinted(written: str) -> Any:
    """Return the list or object that a text is the print of; any other text unchanged.

    >>> unprinted("['Jane Doe' 'John Roe']")
    ['Jane Doe', 'John Roe']
    """
    text = written.strip()
    if len(text) > _LONGEST or len(text) < 2:
        return written
    if called := _CALLED.fullmatch(text):
        text = called[1].strip()
    if _OPEN.get(text[:1]) != text[-1:] or (text.startswith(("[[", "{{")) and text[2:3].isalpha()):
        return written
    for read in (json.loads, _listed, _literal):
        try:
            found = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if isinstance(found, (list, tuple, dict, set)):
            return _lists(found, 0)
    if _POSTGRES.fullmatch(text):
        return [part.strip().strip('"') for part in re.findall(r'"(?:[^"\\]|\\.)*"|[^,{}]+', text) if part.strip()]
    return written


def _listed(text: str) -> list[str] | None:
    """Return the members of a list of texts with any separators; None if it holds anything else."""
    if text.startswith("{") and ":" in _QUOTED.sub("", text):
        return None
    if _BETWEEN.sub("", _QUOTED.sub("", text)):
        return None
    found: list[str] = []
    for quoted in _QUOTED.findall(text):
        try:
            one = ast.literal_eval(quoted)
        except (ValueError, SyntaxError):
            return None
        if isinstance(one, bytes):
            one = one.decode("utf-8", "replace")
        found.append(one)
    return found


def _literal(text: str) -> Any:
    # Only literals: no name is looked up, nothing is called.
    pieces = _QUOTED.split(text)
    quoted = _QUOTED.findall(text)
    names = [_JSON_NAMES.sub(lambda name: _PYTHON[name[0]], piece) for piece in pieces]
    joined = "".join(f"{piece}{text_}" for piece, text_ in zip(names, [*quoted, ""], strict=True))
    return ast.literal_eval(joined)


def _lists(value: Any, depth: int) -> Any:
    if depth > _MOST_DEEP:
        return None
    if isinstance(value, (list, tuple, set)):
        return [_lists(one, depth + 1) for one in (sorted(value, key=str) if isinstance(value, set) else value)]
    if isinstance(value, dict):
        return {str(key): _lists(one, depth + 1) for key, one in value.items()}
    return value if isinstance(value, (str, int, float, bool)) else None


def without_escapes(text: str) -> str:
    """Return a text without `_x000D_` and similar codes, with which spreadsheets write control characters."""
    if "_x0" not in text:
        return text
    return _EXCEL.sub(lambda found: {"\r": "", "\n": "\n", "\t": "\t", "_": "_"}.get(chr(int(found[1], 16)), ""), text)
