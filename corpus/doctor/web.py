"""Checks collecting: whether collect.yaml can be read, its sources answer, and nothing waits in the spool for long."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from corpus.doctor.finding import Finding, ok, problem, warning
from corpus.errors import CorpusError
from corpus.sources.web import config
from corpus.sources.web.health import health
from corpus.sources.web.place import FOLDER
from corpus.sources.web.spool import Spool
from corpus.sources.web.state import State
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.repo.repository import Repository

_DELAYED: Final = timedelta(days=2)
# Collecting stops when less is free; see `corpus.sources.web.collector`.
_SPARE_BYTES: Final = 1_000_000_000
_SHOWN: Final = 5


def examine(repository: Repository, now: datetime) -> Iterator[Finding]:
    """Check the state of collecting without the network; yield nothing if there is no collect.yaml.

    Args:
        repository: the corpus repository.
        now: the present moment.
    """
    path = repository.root / config.COLLECT
    if not path.is_file():
        return
    try:
        collecting = config.load(path)
    except CorpusError as error:
        yield problem(config.COLLECT, " ".join(str(error).split()), f"mend {config.COLLECT}")
        return
    number = len(collecting.sources)
    yield ok(config.COLLECT, f"{number:,} {'source' if number == 1 else 'sources'}, no faults")
    if shutil.disk_usage(repository.root).free < _SPARE_BYTES:
        yield problem("collecting", "less than 1 GB is free: nothing is collected", "make room")
    if not (repository.root / FOLDER).is_dir():
        yield ok("collecting", "nothing was collected yet")
        return
    try:
        with Spool(repository.root) as spool, State(repository.root) as state:
            backlog = spool.backlog()
            failing, silent = health(state, collecting.sources, now)
    except CorpusError as error:
        yield problem("collecting", str(error), "delete the file; the next run writes it again")
        return
    if failing:
        named = [f"{name} ({why})" for name, why in failing.items()]
        yield warning("sources", f"failing: {_shown(named)}", f"look at their addresses in {config.COLLECT}")
    if silent:
        yield warning("sources", f"silent: {_shown(list(silent))}", "see whether their feeds have moved")
    if not failing and not silent:
        yield ok("sources", "all answer")
    if backlog.oldest is not None and now - backlog.oldest > _DELAYED:
        found = f"waiting since {backlog.oldest:%Y-%m-%d}: {count(backlog.documents, 'document')}"
        yield warning("spool", found, "`corpus collect --seal` closes a batch of them")
    else:
        yield ok("spool", f"waiting to be sealed: {count(backlog.documents, 'document')}")


def _shown(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f", and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
