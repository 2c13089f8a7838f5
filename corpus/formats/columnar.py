"""Read many rows of a dataset at once: JSON is parsed row by row, and then the fields are read in columns.

Ordinary rows are read here, with the same result as in `rows`. Other rows (no JSON object, a text in sections, a date
that cannot be read or is ambiguous, neither title nor text) are left to `rows`, by their numbers.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, Final

import orjson
import polars as pl

from corpus.formats import bylines, moments, values
from corpus.formats.article import Column, Together
from corpus.formats.mapping import NAMES, listed_by
from corpus.text import language, urls
from corpus.text.normalise import one_line
from corpus.text.tidy import forms
from corpus.text.words import word_counts
from schemas.dates import DateSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.formats.mapping import Columns
    from corpus.text.dates import NumericDates

FIELDS: Final = tuple(NAMES)
_PRINTED: Final = ("[", "{")


def read(data: Sequence[bytes | memoryview], columns: Columns, numeric: NumericDates, parser: str) -> Together:
    """Return the fields of many rows.

    Args:
        data: the rows. Each should be a JSON object.
        columns: what their columns mean.
        numeric: how to read 03/04/2020.
        parser: the name of the parser.
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
    fields = columns.fields(rows)
    # A row without a text may belong to a list of stories: that is decided row by row.
    listed = [not text and listed_by(row) is not None for text, row in zip(fields["text"], rows, strict=True)]
    del rows
    texts, counts = _texts(fields["text"])
    titles = _lines(fields["title"])
    written = [one if _is_address(one) else values.address(one) if one else None for one in fields["url"]]
    placed = [urls.placed(known) if known else (None, None) for known in written]
    addresses = [url for url, _ in placed]
    tongues = [
        None if text is None else tag or language.detect(text)
        for tag, text in zip(_each(fields["language"], _tag), texts, strict=True)
    ]
    published = moments.read(fields["date"], numeric, tongues, addresses)
    modified = moments.read(fields["modified"], numeric, tongues, addresses)
    people = list(map(values.people, fields["authors"]))
    papers = list(map(values.publisher, _lines(fields["publisher"])))
    kept = [
        sure and not alone and text is not None and bool(text or title) and (url is None or canonical is not None)
        for sure, alone, text, title, url, canonical in zip(
            published.sure.tolist(), listed, texts, titles, written, addresses, strict=True
        )
    ]
    found: dict[str, Column] = {
        "title": titles,
        "text": texts,
        "word_count": counts,
        "url": addresses,
        "publisher": [by_url or domain for (_, by_url), (domain, _) in zip(placed, papers, strict=True)],
        "publication": [
            printed or paper
            for printed, (_, paper) in zip(_each(fields["publication"], values.label), papers, strict=True)
        ],
        **{field: _each(fields[field], values.label) for field in ("page", "edition", "accession")},
        "description": _lines(fields["description"]),
        "authors": [authors for authors, _ in people],
        "agency": [
            agency or (bylines.dateline_agency(text) if text else None)
            for (_, agency), text in zip(people, texts, strict=True)
        ],
        "section": _each(fields["section"], values.name),
        "keywords": [values.words(value) if value else () for value in fields["keywords"]],
        "language": tongues,
        "published_date": published.days,
        "date_source": [None if undated else DateSource.DECLARED.value for undated in published.days.is_null()],
        "published_at": published.instants,
        "modified_at": modified.instants,
        "parser": [parser] * len(texts),
    }
    if all(kept):
        return Together(numbers, found)
    return Together(list(compress(numbers, kept)), {name: _kept(column, kept) for name, column in found.items()})


def _kept(column: Column, kept: list[bool]) -> Column:
    return (
        column.filter(pl.Series(kept, dtype=pl.Boolean))
        if isinstance(column, pl.Series)
        else list(compress(column, kept))
    )


def _each(given: list[Any], read: Callable[[Any], str | None]) -> list[str | None]:
    """Return what a function reads from each value. For equal texts it is called once."""
    if not any(given):
        # A number that is false is no name either.
        return [None if one is None else read(one) for one in given]
    texts = {one for one in given if isinstance(one, str)}
    known = {one: read(one) for one in texts}
    return [known[one] if isinstance(one, str) else None if one is None else read(one) for one in given]


def _is_address(value: Any) -> bool:
    """Return whether a value is a usual address, in which `values.address` would change nothing."""
    return type(value) is str and value.startswith("http") and value.isascii() and " " not in value and "&" not in value


def _tag(value: Any) -> str | None:
    return language.tag(values.name(value) or "")


def _lines(given: list[Any]) -> list[str | None]:
    if not any(given):
        return [None] * len(given)
    return [
        (one_line(value) or None)
        if isinstance(value, str) and "_x0" not in value
        else values.line(value)
        if value
        else None
        for value in given
    ]


def _texts(given: list[Any]) -> tuple[list[str | None], list[int]]:
    """Return texts by paragraphs, None for a text with marked subheadings; and how many words each has."""
    trimmed = [value.strip(" \n") if isinstance(value, str) else "" for value in given]
    form = forms(trimmed)
    texts: list[str | None] = []
    changed: list[int] = []
    for number, (value, text, by_blank, by_line) in enumerate(
        zip(given, trimmed, form.by_blank.tolist(), form.by_line.tolist(), strict=True)
    ):
        if text.startswith(_PRINTED):
            # It may be the print of a text in sections.
            texts.append(None)
        elif text.startswith("(") or "_x0" in text:
            texts.append(values.text(value)[0])
            changed.append(number)
        elif isinstance(value, str) and by_blank and "<" not in text:
            texts.append(text)
        elif isinstance(value, str) and by_line and len(text) == len(value) and "<" not in text:
            texts.append(text.replace("\n", "\n\n"))
        else:
            texts.append(None if value and isinstance(value, dict) else values.text(value)[0])
            changed.append(number)
    form.words[changed] = word_counts([texts[number] or "" for number in changed])
    return texts, form.words.tolist()
