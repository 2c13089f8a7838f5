"""What a page is made from, and what it comes to: values between the application and the views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.browse.address import Asked
    from corpus.browse.opened import Opened
    from corpus.browse.searching import Searches
    from corpus.browse.versions import Versions
    from corpus.search.searching import Searcher

# Rows of a list on one page.
SIZE: Final = 50
# Articles on one page of a search.
RESULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a view is asked for.

    Attributes:
        asked: the request: segments, parameters, links.
        opened: the version.
        versions: the others.
        searches: the searches in versions.
    """

    asked: Asked
    opened: Opened
    versions: Versions
    searches: Searches

    def searcher(self) -> Searcher:
        """Return what searches the version.

        Raises:
            Indexing: the index is being made.
            CorpusError: the index cannot be made.
        """
        return self.searches.searcher(self.opened)


@dataclass(frozen=True, slots=True)
class Page:
    """A page before it is rendered.

    Attributes:
        template: its file in `corpus/browse/pages/`.
        title: for the window.
        values: what the template shows.
        data: the same for programs, as JSON has it.
        part: which part of the navigation it belongs to.
        status: of the response.
    """

    template: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Framed:
    """A complete document that one of our pages shows in a frame.

    Attributes:
        text: the document, as HTML.
        policy: its own content security policy, which lets our pages frame it.
    """

    text: str
    policy: str


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list.

    Attributes:
        number: from 1 on.
        total: how many rows the list has.
        size: rows on a page.
        asked: the request, for links to the other pages.
    """

    number: int
    total: int
    asked: Asked
    size: int = SIZE

    @classmethod
    def of(cls, asked: Asked, total: int, size: int = SIZE) -> Paging:
        """Return the page of a list that a request asks for.

        Raises:
            NotFound: the list has no such page.
        """
        number = asked.number("page")
        last = max(1, -(-total // size))
        if number > last:
            raise NotFound(f"There is no page {number:,}. The last one is page {last:,}.")
        return cls(number, total, asked, size)

    @property
    def offset(self) -> int:
        """How many rows come before."""
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        """The number of its first row, from 1 on; 0 of an empty list."""
        return min(self.offset + 1, self.total)

    @property
    def last_row(self) -> int:
        """The number of its last row."""
        return min(self.offset + self.size, self.total)

    @property
    def before(self) -> str | None:
        """The address of the page before."""
        return None if self.number == 1 else self.asked.but(page=None if self.number == 2 else self.number - 1)

    @property
    def after(self) -> str | None:
        """The address of the next page."""
        return None if self.number >= self.last else self.asked.but(page=self.number + 1)

    def data(self) -> dict[str, int]:
        """Return what programs want to know of it."""
        return {"page": self.number, "pages": self.last, "total": self.total}
