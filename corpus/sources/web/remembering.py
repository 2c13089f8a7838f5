"""Update the state by what was observed: from the spool after a kill, and from the batches if it was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.batches import batchfiles
from corpus.batches import register as raw

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.sources.web.collector import Recrawl
    from corpus.sources.web.spool import Spool
    from corpus.sources.web.state import State


def catch_up(root: Path, state: State, spool: Spool, recrawl: Recrawl) -> int:
    """Apply what the state does not know yet. After a loss, feeds are requested again.

    Args:
        root: the repository.
        state: what is remembered.
        spool: what was fetched since the last batch.
        recrawl: the recrawl times of a source, by its name.

    Returns:
        How many observations of batches were applied: 0 unless the state was lost.
    """
    applied = 0
    if state.meta("complete") is None:
        # Imported only after a loss: it loads Arrow, which a run that only fetches does without.
        from corpus.sources.web import observed

        for batch in sorted(raw.load(root), key=lambda batch: (batch.captured_at, batch.name)):
            file = batch.observations
            if file is not None and (path := batchfiles.path_of(root, file)).is_file():
                for seen in sorted(observed.read(path), key=lambda seen: seen.at):
                    state.apply(seen, recrawl)
                    applied += 1
        state.note("complete", "yes")
    begin = int(state.meta("applied") or 0) if state.meta("spool") == spool.id else 0
    state.note("spool", spool.id)
    for seq, seen in list(spool.after(begin)):
        state.apply(seen, recrawl, seq)
    return applied
