"""Tell which pages were withdrawn: they are not requested, and nothing that names them is kept.

An article is withdrawn under the address that it declares. Feeds may name another one, which is found out when the page
is forgotten or fetched. The state remembers it by its hash, because it must not be written down.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from corpus.batches.mentions import mentions
from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.sources.web.state import hashed
from corpus.text.dates import NumericDates

if TYPE_CHECKING:
    from corpus.batches.withdrawals import Tombstones
    from corpus.sources.web.spool import Row
    from corpus.sources.web.state import State


class WithdrawnPages:
    """What was withdrawn, by the addresses of pages.

    Args:
        tombstones: the record of withdrawals.
        state: remembers further addresses.
    """

    def __init__(self, tombstones: Tombstones, state: State) -> None:
        self._tombstones = tombstones
        self._state = state
        self._refused = state.refused()

    def has(self, url: str) -> bool:
        """Return whether an address was withdrawn."""
        return self._tombstones.refused("", url) is not None or (bool(self._refused) and hashed(url) in self._refused)

    async def are_named_in(self, body: bytes) -> bool:
        """Return whether a text names an address that was withdrawn. A large text does not stop other requests."""
        return await asyncio.to_thread(mentions, body, self.has)

    def holds(self, row: Row) -> bool:
        """Return whether the document of a row was withdrawn, by its bytes or by the address that it declares.

        The addresses at which it was found are refused from then on.
        """
        capture, seen = row.capture, row.observation
        if capture is None or row.body is None:
            return False
        parser = parser_of(capture.media_type, NumericDates.BY_LANGUAGE.value)
        declared = None
        if parser is not None:
            try:
                declared = parser.parse(Document(row.body, capture.media_type, capture.url, capture.url)).url
            except Exception:  # noqa: BLE001 - any error of a parser; a build will report what is wrong with the page
                declared = None
        if self._tombstones.refused(seen.sha256 or "", declared) is None:
            return False
        urls = {seen.url, capture.url}
        self._refused |= {hashed(url) for url in urls}
        self._state.refuse(urls)
        return True
