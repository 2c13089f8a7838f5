"""Recognise documents of unknown origin with several articles, so that they do not become one article."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Final

import numpy as np

from corpus.formats.fieldlines import parse
from corpus.text import dates

# Labels of fields that each article of an export has once.
_NAMES: Final = frozenset(
    {"title", "publication", "date", "byline", "accession", "length", "text", "section", "url", "page"}
)
_SURE: Final = frozenset({"title", "publication", "accession", "length", "text"})
_LEAST: Final = 3
_FEW: Final = 2
_LABELS: Final = re.compile(r"^[ \t]*[^\W\d_][^:：\n]{0,47}?\s*[:：](?:[ \t]+\S[^\n]{0,300}|[ \t]*)$", re.MULTILINE)
_COUNTED: Final = re.compile(
    r"^[ \t]*(?:(?:do[ck]uments?|documento|article|artikel|articolo|artículo|artigo)\s+(?P<n>\d{1,5})\s+\w{1,4}\s+"
    r"(?P<of>\d{1,5})|(?P<n2>\d{1,5})\s+\w{1,4}\s+(?P<of2>\d{1,5})\s+(?:documents?|dokumenten?|documentos?|articles?|artikel))"
    r"[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_RULER: Final = re.compile(r"^[ \t]*([-=_*#~+])(?:[ \t]?\1){19,}[ \t]*$", re.MULTILINE)
_MOST_CHARACTERS: Final = 2_000_000
_HEAD_LINES: Final = 6
_LONGEST_HEAD: Final = 90
_LEAST_WORDS: Final = 20
_LABEL_IN_TAGS: Final = re.compile(r"[:：]\s*(?i:</(?:b|strong|td|th|dt|span|label)\s*>)")
_BLOCK: Final = re.compile(
    r"</?(?:p|div|tr|td|th|li|h[1-6]|dt|dd|br|table|section|article)\b[^<>]{0,500}>", re.IGNORECASE
)
_CELL_END: Final = re.compile(
    r"([:：])(?:\s|</(?:b|strong|td|th|dt|span|label)\s*>|<(?:td|dd|span)\b[^<>]{0,300}>){1,6}", re.IGNORECASE
)
_TAG: Final = re.compile(r"<[^<>]{0,500}>")
# The end of a label in bytes, and what may be a colon and white space before it: its bytes are found beside `</`.
_LABEL_END: Final = re.compile(rb"</(?:b|strong|td|th|dt|span|label)\s*>", re.IGNORECASE)
_COLON_BEFORE: Final = re.compile(rb"(?::|\xef\xbc\x9a)[\s\x80-\xff]*$")
_LONGEST_GAP: Final = 64
_BEGINS_LABEL: Final = np.isin(np.arange(256), np.frombuffer(b"bstdlBSTDL", np.uint8))
# Colons, white space, and the last bytes of a wide colon and of wide white space.
_ENDS_COLON: Final = np.isin(
    np.arange(256), np.frombuffer(b": \t\r\n\f\v\x1c\x1d\x1e\x1f\x85\x9a\x9f\xa0\xa8\xa9\xaf", np.uint8)
)
_ENDS_COLON[0x80:0x8B] = True
_COLON_AND_TAG: Final = re.compile(r":\s?</")
_LEAST_LABELS: Final = 6
_LONGEST_LABEL: Final = 60


def in_text(text: str) -> str | None:
    """Return in words what shows that a plain text has several articles; None if nothing does.

    Args:
        text: the document.
    """
    text = text[:_MOST_CHARACTERS]
    return _by_counters(text) or _by_labels(text, _FEW) or _by_rulers(text)


def in_page(markup: str, source: bytes | None = None) -> str | None:
    """Return what shows that a page has several articles under labelled fields; None if nothing does.

    Lists of teasers, comments and related articles have no such labels.

    Args:
        markup: the HTML.
        source: its bytes, if they are UTF-8. In bytes it is found much faster that there is nothing to find.
    """
    # Most pages have hardly a colon before the end of a label.
    if source is not None and _count_labels(source) < _LEAST_LABELS:
        return None
    markup = markup[:_MOST_CHARACTERS]
    wide = 0 if markup.isascii() else markup.count("：</")
    if len(_COLON_AND_TAG.findall(markup)) + wide < _LEAST_LABELS:
        return None
    # Of the rest, scripts and styles are the longest part.
    for name in ("script", "style"):
        markup = _without(markup, name)
    if not _repeats_labels(markup):
        return None
    lines = _TAG.sub("", _BLOCK.sub("\n", _CELL_END.sub(r"\1 ", markup)))
    return _by_counters(lines) or _by_labels(lines, _LEAST)


def _count_labels(source: bytes) -> int:
    """Count the closing tags of labels with a colon before them, or what may be one; no more than are needed."""
    letters = np.frombuffer(source, np.uint8)
    at = np.flatnonzero(letters[1:-2] == ord("<")) + 1
    at = at[(letters[at + 1] == ord("/")) & _ENDS_COLON[letters[at - 1]] & _BEGINS_LABEL[letters[at + 2]]]
    count = 0
    for place in at.tolist():
        if _LABEL_END.match(source, place) and _COLON_BEFORE.search(source[max(0, place - _LONGEST_GAP) : place]):
            count += 1
            if count >= _LEAST_LABELS:
                break
    return count


def _repeats_labels(markup: str) -> bool:
    """Return whether a page has several labels in tags, and a known one among them more than once."""
    found = [one.start() for one in _LABEL_IN_TAGS.finditer(markup)]
    if len(found) < _LEAST_LABELS:
        return False
    labels = Counter(markup[max(0, at - _LONGEST_LABEL) : at].rpartition(">")[2].strip() for at in found)
    return any(count > 1 and label and parse(f"{label}: -", {}) is not None for label, count in labels.items())


def _without(markup: str, name: str) -> str:
    """Return a page without the elements of a name, in time that is linear in its length."""
    kept: list[str] = []
    end = 0
    while (start := markup.find(f"<{name}", end)) >= 0:
        kept.append(markup[end:start])
        end = markup.find(f"</{name}", start)
        if end < 0:
            break
    return "".join(kept) + (markup[end:] if end >= 0 else "")


def _by_labels(text: str, kinds: int) -> str | None:
    """Find several labels that occur at least three times, and about equally often."""
    found: Counter[tuple[str, str]] = Counter()
    for line in _LABELS.findall(text):
        one = parse(line, {})
        if one is not None and one.name in _NAMES:
            found[one.name, one.label] += 1
    often = {name: count for (name, _), count in found.items() if count >= _LEAST}
    if len(often) < kinds or not _SURE & often.keys() or max(often.values()) > 2 * min(often.values()):
        return None
    return f"{min(often.values()):,} times fields for {', '.join(sorted(often))}"


def _by_counters(text: str) -> str | None:
    """Find lines such as `Document 2 of 12`, with consecutive numbers."""
    found = [(int(one["n"] or one["n2"]), one["of"] or one["of2"]) for one in _COUNTED.finditer(text)]
    for of in dict.fromkeys(total for _, total in found):
        numbers = sorted({number for number, total in found if total == of})
        if any(after == number + 1 for number, after in pairwise(numbers)):
            return f"{len(numbers):,} documents of {of} are counted"
    return None


def _by_rulers(text: str) -> str | None:
    """Find parts between rulers, each with a date near its beginning and enough text for an article."""
    if len(_RULER.findall(text)) < _FEW:
        return None
    parts = [part for part in _RULER.split(text)[::2] if part.strip()]
    articles = sum(_is_article(part) for part in parts)
    if articles < _LEAST or articles * 2 < len(parts):
        return None
    return f"{articles:,} parts between rulers, each with a date and a text of its own"


def _is_article(part: str) -> bool:
    lines = [line.strip() for line in part.split("\n") if line.strip()]
    dated = any(len(line) <= _LONGEST_HEAD and dates.search(line) is not None for line in lines[:_HEAD_LINES])
    return dated and len(part.split()) >= _LEAST_WORDS
