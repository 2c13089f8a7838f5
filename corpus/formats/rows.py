"""Read `application/json`: one article as an object, a row of a dataset; or many of them, in columns.

`mapping` says what columns mean, and `values` how a value is read, for both ways.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

import orjson

from corpus.formats import bylines, columnar, values
from corpus.formats.article import Document, Parsed, Problem
from corpus.formats.mapping import Columns, listed_by
from corpus.text import dates, language, urls
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.formats.article import Together


class RowParser:
    """Reads `application/json`."""

    name = "row/1"

    def __init__(
        self,
        numeric_dates: dates.NumericDates = dates.NumericDates.BY_LANGUAGE,
        given: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._numeric = numeric_dates
        self._columns = Columns(given or {})

    @classmethod
    def with_settings(cls, numeric: dates.NumericDates, columns: Mapping[str, tuple[str, ...]]) -> Self:
        """Return a parser that reads dates in numbers, and columns, as params.yaml says."""
        return cls(numeric, columns)

    def parse(self, document: Document) -> Parsed:
        """Parse one row. `problems` lists what is wrong with it."""
        try:
            row = _load(document.data)
        except (ValueError, RecursionError) as error:
            why = "nested too deep" if isinstance(error, RecursionError) else f"no JSON: {error}"
            return Parsed(parser=self.name, problems=(Problem(Check.UNREADABLE, why[:200]),))
        if not isinstance(row, dict):
            why = f"a JSON {type(row).__name__}, where an object was expected"
            return Parsed(parser=self.name, problems=(Problem(Check.UNREADABLE, why),))
        return self._article(row, document.url)

    def parse_together(self, data: Sequence[bytes | memoryview]) -> Together:
        """Parse many rows at once. Unusual rows are left to `parse`."""
        return columnar.read(data, self._columns, self._numeric, self.name)

    def _article(self, row: dict[str, Any], origin: str | None) -> Parsed:
        fields = {field: self._columns.first(row, field) for field in columnar.FIELDS}
        text, headings = values.text(fields["text"])
        title = values.line(fields["title"])
        written = values.address(fields["url"])
        url = (urls.canonical(written) if written else None) or (urls.canonical(origin) if origin else None)
        tongue = language.tag(values.name(fields["language"]) or "") or language.detect(text)
        published = values.moment(fields["date"], self._numeric, tongue, url)
        modified = values.moment(fields["modified"], self._numeric, tongue, url)
        authors, agency = values.people(fields["authors"])
        domain, paper = values.publisher(values.line(fields["publisher"]))
        problems: list[Problem] = []
        if not text and not title:
            problems.append(Problem(Check.EMPTY, f"no title and no text among {', '.join(list(row)[:20])}"[:200]))
        if not text and (database := listed_by(row)) is not None:
            what = (
                f"a list of stories of {database}, without their texts; export those too, or collect the pages at `url`"
            )
            problems.append(Problem(Check.NOT_READ, what))
        if written and urls.canonical(written) is None:
            problems.append(Problem(Check.REJECTED_URL, written[:200]))
        if fields["date"] is not None and published is None:
            problems.append(Problem(Check.UNREAD_DATE, str(fields["date"])[:200]))
        if published is not None and published.ambiguous:
            problems.append(Problem(Check.AMBIGUOUS_DATE, str(fields["date"])[:200]))
        return Parsed(
            title=title,
            text=text,
            url=url,
            publisher=(urls.publisher(url) if url else None) or domain,
            publication=values.label(fields["publication"]) or paper,
            page=values.label(fields["page"]),
            edition=values.label(fields["edition"]),
            accession=values.label(fields["accession"]),
            description=values.line(fields["description"]),
            authors=authors,
            agency=agency or bylines.dateline_agency(text),
            section=values.name(fields["section"]),
            keywords=values.words(fields["keywords"]),
            language=tongue,
            published_date=published.day if published else None,
            date_source=published.source if published else None,
            published_at=published.instant if published else None,
            modified_at=modified.instant if modified else None,
            headings=headings,
            parser=self.name,
            problems=tuple(problems),
        )


def _load(data: bytes) -> Any:
    """Return a JSON value. The slow reader may take what the fast one refuses, such as NaN and lone surrogates."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)
