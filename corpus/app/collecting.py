"""Collect from the web: the use case that the command, the flow and a notebook call."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from corpus.app import alerting
from corpus.batches import withdrawals
from corpus.errors import Busy, CorpusError, DiskFull, SettingsError, UsageError
from corpus.sources.web import config
from corpus.sources.web.alongside import Sealer
from corpus.sources.web.collector import SPARE_BYTES, Collector, Group, SourceRun
from corpus.sources.web.guard import Guard
from corpus.sources.web.health import health
from corpus.sources.web.outcomes import ANSWERED, Outcome
from corpus.sources.web.pacing import Pacer
from corpus.sources.web.place import collect_lock, require_room
from corpus.sources.web.remembering import catch_up
from corpus.sources.web.sealing import FULL, Sealed, Size, is_due, seal
from corpus.sources.web.spool import EVERY, Backlog, Spool
from corpus.sources.web.state import State
from corpus.text.urls import publisher

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corpus.repo.repository import Repository
    from corpus.sources.web.collecting import Collecting, Source
    from corpus.sources.web.wire import Limits

COLLECT: Final = config.COLLECT
_EXAMPLES: Final = frozenset({"example.com", "example.org", "example.net"})
_DEFAULT_RECRAWL: Final = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=30),
)


@dataclass(frozen=True, slots=True)
class Web:
    """How to reach the web. Only for a mirror on this machine, and for tests with their own server and certificates.

    Attributes:
        allow_loopback: allow addresses of this machine. No file and no environment variable can allow them.
        limits: how long a request may take; None for the usual limits.
        tls: how certificates are verified; None for the rules of the system.
    """

    allow_loopback: bool = False
    limits: Limits | None = None
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of collecting did.

    Attributes:
        sources: what was done for each source.
        failing: names of sources that have not answered for three runs and 24 hours, with the reasons.
        silent: names of sources that have had nothing new for a suspiciously long time, with the last time.
        sealed: batches that were closed.
        backlog: what is in the spool and not sealed yet.
        notes: further information, such as why nothing was sealed.
        stopped: why collecting stopped early; None if it did not.
    """

    sources: tuple[SourceRun, ...]
    failing: dict[str, str] = field(default_factory=dict)
    silent: dict[str, datetime] = field(default_factory=dict)
    sealed: tuple[Sealed, ...] = ()
    backlog: Backlog = field(default_factory=Backlog)
    notes: tuple[str, ...] = ()
    stopped: str | None = None

    @property
    def outcomes(self) -> Counter[Outcome]:
        """Return the outcomes of all pages."""
        return sum((run.outcomes for run in self.sources), Counter())

    @property
    def exit_code(self) -> int:
        """Return 1 if a source fails or is silent, collecting stopped, or nothing could be fetched; otherwise 0."""
        looked = [run for run in self.sources if run.looked]
        got = any(outcome in ANSWERED for run in self.sources for outcome in (*run.outcomes, *run.discovery))
        nothing = bool(looked) and not got and all(run.failure for run in looked)
        return 1 if self.failing or self.silent or self.stopped or nothing else 0


def has_sources(repository: Repository) -> bool:
    """Return whether a corpus has a collect.yaml."""
    return (repository.root / COLLECT).is_file()


def collect(
    repository: Repository,
    names: Sequence[str] = (),
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    web: Web | None = None,
    seal_now: bool = False,
    wait: float = 0.0,
    advance: Callable[[int], None] = lambda _: None,
    spare: int = SPARE_BYTES,
    size: Size = FULL,
    begun: Callable[[SourceRun], None] = lambda _: None,
    group: Group = lambda _, work: work(),
) -> Report:
    """Fetch what is due into the spool, and seal the spool into batches: full ones at once, the rest when it is due.

    Args:
        repository: the corpus.
        names: the sources; by default all of collect.yaml.
        now: the present moment.
        web: how the web is reached.
        seal_now: seal the spool now, even if it is not due.
        wait: seconds to wait for another writer.
        advance: called with the number of pages that were done.
        spare: bytes that must stay free on the disk.
        size: the most that a batch may hold.
        begun: called for each source as soon as its requests of this run are known.
        group: does the work of each group of sources.

    Raises:
        UsageError: collect.yaml has faults, or a source is not in it.
        Busy: another process collects.
        DiskFull: the disk is nearly full; nothing was fetched.
    """
    root = repository.root
    collecting = config.load(root / COLLECT)
    asked = chosen(collecting, names)
    sources = [source for source in asked if not is_example(source)]
    with collect_lock(root, wait), Spool(root) as spool, State(root) as state:
        require_room(root, spare)
        recrawl = recrawl_of(collecting)
        notes = [
            f"{source.name} is the example's; write a source of your own." for source in asked if is_example(source)
        ]
        if applied := catch_up(root, state, spool, recrawl):
            notes.append(f"The state was lost; {applied:,} observations of batches restored it.")
        sealer = Sealer(repository, size)
        runs, stopped = _run(
            root, collecting, sources, spool, state, now, web or Web(), advance, spare, sealer, begun, group
        )
        sealed = sealer.made
        daily = all(source.seal.value == "day" for source in collecting.sources)
        due = seal_now or is_due(spool, now(), daily=daily)
        if due or size.is_reached(spool.backlog()):
            try:
                sealed += seal(repository, spool, wait, size, None if due else EVERY)
            except (Busy, DiskFull) as error:
                notes.append(f"Not sealed yet, for {error}")
        failing, silent = health(state, collecting.sources, now())
        return Report(tuple(runs), failing, silent, tuple(sealed), spool.backlog(), tuple(notes), stopped)


def _run(
    root: Path,
    collecting: Collecting,
    sources: Sequence[Source],
    spool: Spool,
    state: State,
    now: Callable[[], datetime],
    web: Web,
    advance: Callable[[int], None],
    spare: int,
    sealer: Sealer,
    begun: Callable[[SourceRun], None],
    group: Group,
) -> tuple[list[SourceRun], str | None]:
    from corpus.sources.web.asking import Asker
    from corpus.sources.web.wire import Limits, Wire
    from corpus.sources.web.withdrawn import WithdrawnPages

    agent = f"{collecting.agent.name} (+{collecting.agent.contact})"
    tombstones = withdrawals.load(root)

    async def work() -> tuple[list[SourceRun], str | None]:
        async with Wire(agent, Guard(web.allow_loopback), web.limits or Limits(), web.tls) as wire:
            withdrawn = WithdrawnPages(tombstones, state) if tombstones else None
            asker = Asker(wire, Pacer(state.hosts(), now()), state, spool, collecting.agent.name, now, withdrawn)
            collector = Collector(
                root, root, asker, recrawl_of(collecting), advance, spare,
                lambda number: sealer.kept(spool, number), begun, group,
            )  # fmt: skip
            runs = await collector.run(sources)
            await sealer.finish()
            return runs, collector.stopped

    return asyncio.run(work())


def alert(repository: Repository, done: Report | CorpusError) -> str | None:
    """Send alerts of sources that fail or are silent, of a full disk, and of problems that are over.

    Args:
        repository: the corpus.
        done: what a run of collecting did, or why it did nothing.

    Returns:
        The reason why nothing could be sent; None if all was sent, or there was nothing to send.
    """
    if isinstance(done, Busy):
        return None
    about: tuple[str, ...]
    if isinstance(done, Report):
        problems, about = _problems(done), ("failing", "silent", "disk", "collect")
    else:
        kind = "disk" if isinstance(done, DiskFull) else "collect"
        problems, about = {f"{kind}:": f"Nothing could be collected: {done}"}, (kind,)
    try:
        to = alert_addresses(repository)
    except SettingsError:
        # The addresses in a file with faults are not known; those in the environment are.
        to = alerting.addresses(())
    except UsageError as error:
        return str(error)
    _, sent = alerting.report(repository.root, to, problems, about)
    return None if sent else "The alerts could not be sent; they are sent with the next run."


def _problems(report: Report) -> dict[str, str]:
    problems = {f"failing:{name}": f"The source {name} fails: {why}" for name, why in report.failing.items()}
    problems |= {
        f"silent:{name}": f"The source {name} has brought nothing new since {since:%Y-%m-%d %H:%M} UTC."
        for name, since in report.silent.items()
    }
    if report.stopped:
        problems["disk:"] = report.stopped
    return problems


def alert_addresses(repository: Repository) -> list[str]:
    """Return where the alerts of a corpus go. Raises UsageError if a variable that collect.yaml names is not set."""
    written = config.load(repository.root / COLLECT).alerts if has_sources(repository) else ()
    return alerting.addresses(written)


def chosen(collecting: Collecting, names: Sequence[str]) -> list[Source]:
    """Return the sources with some names; all sources without names. Raises UsageError for an unknown name."""
    by_name = {source.name: source for source in collecting.sources}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise UsageError(f"No source {unknown[0]!r} in {COLLECT}. There are {', '.join(sorted(by_name))}.")
    return [by_name[name] for name in dict.fromkeys(names)] if names else list(collecting.sources)


def is_example(source: Source) -> bool:
    """Return whether a source is at an address that is reserved for examples and belongs to no site (RFC 2606)."""
    return publisher(source.url) in _EXAMPLES


def recrawl_of(collecting: Collecting) -> Callable[[str], Sequence[timedelta]]:
    """Return a function that gives the recrawl times of a source by its name; the default ones for an unknown name."""
    by_name = {source.name: source.recrawl for source in collecting.sources}
    return lambda name: by_name.get(name, _DEFAULT_RECRAWL)
