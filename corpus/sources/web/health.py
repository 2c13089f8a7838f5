"""Tell which sources fail and which are silent, from what the state remembers of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.sources.web.collecting import Kind
from corpus.sources.web.schedule import silent_since

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from corpus.sources.web.collecting import Source
    from corpus.sources.web.state import State


def health(state: State, sources: Sequence[Source], now: datetime) -> tuple[dict[str, str], dict[str, datetime]]:
    """Return the failing sources with the reasons, and the silent sources with the last time of something new.

    A file of addresses is never silent: it has what its owner writes into it.
    """
    failing: dict[str, str] = {}
    silent: dict[str, datetime] = {}
    for source in sources:
        known = state.source(source.name)
        if known.is_failing(now):
            failing[source.name] = known.detail or "no answer"
        elif known.last_success is None or source.kind is Kind.URLS:
            continue
        elif since := silent_since(state.captured(source.name), now, source.every):
            silent[source.name] = since
    return failing, silent
