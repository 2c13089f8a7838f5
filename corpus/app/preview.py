"""Preview an `add`: what each file is taken for, and how many articles each export of a press database has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.press.parsing import kinds
from corpus.sources.entries import Item, Reason
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from corpus.settings import Ingest
    from corpus.sources.entries import Skipped


@dataclass(slots=True)
class Export:
    """One file that is an export, or seems to hold several articles.

    Attributes:
        database: the database that it was taken for, as `factiva`; "" if its kind is not known.
        container: its format, as `html`.
        articles: the number of its articles.
        title, published_date: those of its first article.
        asides: its parts that are not articles, as a cover page.
        not_understood: the reason why it cannot be read, if there is one.
    """

    database: str
    container: str
    articles: int = 0
    title: str | None = None
    published_date: date | None = None
    asides: list[str] = field(default_factory=list)
    not_understood: str | None = None


class Preview:
    """Observe the documents that would be added. `exports` has the files by their names.

    Args:
        settings: params.yaml's `ingest`.
    """

    def __init__(self, settings: Ingest) -> None:
        self.exports: dict[str, Export] = {}
        self._settings = settings

    def noted(self, entries: Iterable[Item | Skipped]) -> Iterator[Item | Skipped]:
        """Yield the same entries. The first article of each export is parsed, and each document that is not one."""
        for entry in entries:
            if isinstance(entry, Item):
                self._item(entry)
            elif entry.reason is Reason.NO_ARTICLE and entry.source in self.exports:
                self.exports[entry.source].asides.append(entry.detail)
            elif entry.reason is Reason.NO_ARTICLE:
                self.exports[entry.source] = Export("", "", asides=[entry.detail])
            yield entry

    def _item(self, item: Item) -> None:
        found = kinds.parts(item.media_type)
        if found is None:
            self._document(item)
            return
        file = item.source.rpartition("#")[0] or item.source
        export = self.exports.setdefault(file, Export("", ""))
        export.database, export.container = found[0], found[1]
        export.articles += 1
        if export.articles == 1:
            self._first(item, export)

    def _first(self, item: Item, export: Export) -> None:
        parser = parser_of(item.media_type, *self._settings.parsing)
        if parser is None:
            return
        parsed = parser.parse(Document(item.data, item.media_type, item.source, item.url))
        export.title, export.published_date = parsed.title, parsed.published_date
        export.not_understood = next(
            (problem.found or problem.check.value for problem in parsed.problems if problem.check is Check.NOT_READ),
            None,
        )

    def _document(self, item: Item) -> None:
        """Note a plain text or page that seems to hold several articles."""
        if item.media_type not in {"text/plain", "text/html"} or item.status is not None:
            return
        from corpus.formats import several
        from corpus.text.decode import decode

        text = decode(item.data).text
        found = several.in_text(text) if item.media_type == "text/plain" else several.in_page(text)
        if found is not None:
            what = f"it seems to hold several articles ({found}), but is not a known kind of export"
            self.exports[item.source] = Export("", item.media_type.partition("/")[2], not_understood=what)
