"""A draft: the fields of a piece of an export as they are printed. Readers of databases fill it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from corpus.formats.article import Problem


@dataclass(slots=True)
class Draft:
    """The fields of an article as a database prints them; "" where it prints nothing.

    `usual_language` is the language of all papers of a database. It counts where the language of the text is not known.
    `loaded` is the day on which the database added the article.
    """

    title: str = ""
    publication: str = ""
    date: str = ""
    byline: str = ""
    description: str = ""
    section: str = ""
    edition: str = ""
    page: str = ""
    language: str = ""
    agency: str = ""
    usual_language: str = ""
    length: str = ""
    accession: str = ""
    url: str = ""
    copyright: str = ""
    loaded: str = ""
    keywords: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    headings: set[int] = field(default_factory=set)
    captions: list[str] = field(default_factory=list)
    corrections: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, name: str, value: str) -> None:
        """Put a value into a field. A filled field keeps its first value; lists take all values.

        Args:
            name: a field of `labels.yaml`. An unknown name is ignored.
            value: the value as it is printed.
        """
        value = value.strip()
        if not value:
            return
        if name == "keywords":
            self.keywords.append(value)
        elif name == "caption":
            self.captions.append(value)
        elif name == "correction":
            self.corrections.append(value)
        elif name == "text":
            self.paragraphs.append(value)
        elif name in _SINGLE and not getattr(self, name):
            setattr(self, name, value)


_SINGLE: Final = frozenset(
    {
        "title", "publication", "date", "byline", "description", "section", "edition", "page", "language", "agency",
        "length", "accession", "url", "copyright", "loaded",
    }
)  # fmt: skip
