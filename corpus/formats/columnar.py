"""Many rows of a dataset at once: parsed one after the other, and from there on in columns, field by field.

What is ordinary is read here, as `rows` would read it. What wants care (no JSON object, a text in sections, a date
that cannot be read or is ambiguous, neither title nor text) is told by number and left to it.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, Final

import orjson

from corpus.formats import values
from corpus.formats.article import Together
from corpus.formats.mapping import NAMES
from corpus.text import language, urls
from corpus.text.normalise import one_line
from corpus.text.tidy import forms
from corpus.text.words import word_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.mapping import Columns
    from corpus.text.dates import Moment, NumericDates

FIELDS: Final = tuple(NAMES)


def read(data: Sequence[bytes], columns: Columns, numeric: NumericDates, parser: str) -> Together:
    """What many rows say.

    Args:
        data: each a JSON object, or whatever else stands there.
        columns: which of their columns mean what.
        numeric: how to read 03/04/2020.
        parser: what to call the parser.
    """
    numbers: list[int] = []
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(data):
        try:
            row = orjson.loads(one)
        except orjson.JSONDecodeError:
            continue
        if isinstance(row, dict):
            numbers.append(number)
            rows.append(row)
    said = columns.fields(rows)
    del rows
    texts, counts = _texts(said["text"])
    titles = _lines(said["title"])
    addresses = [urls.canonical(known) if known else None for known in _lines(said["url"])]
    tongues = [
        None if text is None else language.tag(written or "") or language.detect(text)
        for written, text in zip(map(values.name, said["language"]), texts, strict=True)
    ]
    dated = list(zip(said["date"], said["modified"], tongues, addresses, strict=True))
    published = [values.moment(date, numeric, tongue, url) if date else None for date, _, tongue, url in dated]
    modified = [values.moment(date, numeric, tongue, url) if date else None for _, date, tongue, url in dated]
    people = list(map(values.people, said["authors"]))
    kept = [
        text is not None and bool(text or title) and _is_sure(date, moment)
        for text, title, date, moment in zip(texts, titles, said["date"], published, strict=True)
    ]
    found: dict[str, list[Any]] = {
        "title": titles,
        "text": texts,
        "word_count": counts,
        "url": addresses,
        "publisher": [
            (urls.publisher(url) if url else None) or values.publisher(name)
            for url, name in zip(addresses, _lines(said["publisher"]), strict=True)
        ],
        "description": _lines(said["description"]),
        "authors": [authors for authors, _ in people],
        "agency": [agency for _, agency in people],
        "section": [values.name(value) if value else None for value in said["section"]],
        "keywords": [values.words(value) if value else () for value in said["keywords"]],
        "language": tongues,
        "published_date": [moment.day if moment else None for moment in published],
        "published_at": [moment.instant if moment else None for moment in published],
        "modified_at": [moment.instant if moment else None for moment in modified],
        "parser": [parser] * len(texts),
    }
    if all(kept):
        return Together(numbers, found)
    return Together(
        list(compress(numbers, kept)), {name: list(compress(column, kept)) for name, column in found.items()}
    )


def _is_sure(written: Any, moment: Moment | None) -> bool:
    """Whether there is nothing to tell of a date."""
    return not moment.ambiguous if moment else written is None or written in ("", [], {})


def _lines(said: list[Any]) -> list[str | None]:
    return [
        (one_line(value) or None) if isinstance(value, str) else values.line(value) if value else None for value in said
    ]


def _texts(said: list[Any]) -> tuple[list[str | None], list[int]]:
    """Texts by paragraphs, None for one that tells its subheadings; and how many words each has."""
    trimmed = [value.strip(" \n") if isinstance(value, str) else "" for value in said]
    form = forms(trimmed)
    texts: list[str | None] = []
    changed: list[int] = []
    for number, (value, text, by_blank, by_line) in enumerate(
        zip(said, trimmed, form.by_blank.tolist(), form.by_line.tolist(), strict=True)
    ):
        if isinstance(value, str) and by_blank and "<" not in text:
            texts.append(text)
        elif isinstance(value, str) and by_line and len(text) == len(value) and "<" not in text:
            texts.append(text.replace("\n", "\n\n"))
        else:
            texts.append(None if value and isinstance(value, dict) else values.text(value)[0])
            changed.append(number)
    form.words[changed] = word_counts([texts[number] or "" for number in changed])
    return texts, form.words.tolist()
