"""`corpus collect`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import echo, json_option, print_json, print_table, safe
from corpus.text.plural import count

if TYPE_CHECKING:
    from datetime import datetime

    from corpus.app.collecting import Report, Web
    from corpus.sources.web.collector import SourceRun

_SHOWN = 20
# A run of more seconds says beforehand how long it will take.
_LONG = 60
_STATUS, _SOURCES, _REPLAY = "status", "sources", "replay"

loopback_option = click.option(
    "--allow-loopback",
    is_flag=True,
    help="Allow addresses of this machine, for example a mirror on it. No file or variable can allow them.",
)


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE…]")
@click.option("--dry-run", is_flag=True, help="Show what would be fetched and what would not, and why; fetch nothing.")
@click.option("--seal", "seal_now", is_flag=True, help="Seal what was fetched into a batch now.")
@loopback_option
@wait_option
@json_option
def collect(
    names: tuple[str, ...], dry_run: bool, seal_now: bool, allow_loopback: bool, wait: float, as_json: bool
) -> int:
    """Fetch what is new in the sources of collect.yaml, politely, and keep evidence of it.

    Fetches what is due: of all sources, or of those that are named. `corpus collect status` shows their state;
    `corpus collect sources ADDRESS` finds the feeds and sitemaps of a site and prints lines for collect.yaml;
    `corpus collect replay [SOURCE…]` reads the evidence in the batches again, and shows what feeds and sitemaps named.

    Exit 1 if a source fails or is silent, or nothing could be fetched; 2 if collect.yaml has faults.
    """
    from corpus.app import collecting
    from corpus.errors import DiskFull
    from corpus.progress import progress
    from corpus.repo.repository import find

    repository = find()
    web = collecting.Web(allow_loopback=allow_loopback)
    if names[:1] == (_STATUS,) and len(names) == 1:
        return _status(as_json)
    if names[:1] == (_SOURCES,) and len(names) == 2:
        return _sources(names[1], web, as_json)
    if names[:1] == (_REPLAY,):
        return _replay(names[1:], as_json)
    if dry_run:
        return _dry_run(names, as_json)
    try:
        with progress("collect", None, "pages") as advance:
            report = collecting.collect(
                repository, names, web=web, seal_now=seal_now, wait=wait, advance=advance, begun=_announce
            )
    except DiskFull as error:
        collecting.alert(repository, error)
        raise
    unsent = collecting.alert(repository, report)
    if as_json:
        print_json("collect", as_values(report))
    else:
        _print(report)
    if unsent:
        echo(safe(unsent), err=True)
    return report.exit_code


def _announce(run: SourceRun) -> None:
    """Print how long a long run will take."""
    if run.left or run.seconds >= _LONG:
        echo(safe(f"{run.name}: {announced(run)}"), err=True)


def announced(run: SourceRun) -> str:
    """Return in words what a run will fetch from a source, and how long this and the rest take."""
    begin = f"{count(run.fetches, 'page')} to fetch, about {span(run.seconds)}"
    if run.rest is None:
        return begin
    return f"{begin}; {run.left:,} more in later runs, about {span(run.rest.total_seconds())} in all"


def span(seconds: float) -> str:
    """Return a length of time in words, in minutes, hours or days."""
    for unit, length in (("day", 86_400), ("hour", 3_600)):
        if seconds >= 2 * length:
            return count(round(seconds / length), unit)
    return count(max(1, round(seconds / 60)), "minute")


def as_values(report: Report) -> dict[str, Any]:
    """Return a report as values for JSON."""
    return {
        "sources": [
            {
                "name": run.name,
                "looked": run.looked,
                "outcomes": {outcome.value: n for outcome, n in sorted(run.outcomes.items()) if n},
                "discovery": {outcome.value: n for outcome, n in sorted(run.discovery.items()) if n},
                "added": run.added,
                "left": run.left,
                "left_seconds": run.rest.total_seconds() if run.rest is not None else None,
                "excluded": run.excluded,
                "failure": run.failure,
                "problems": run.problems,
                "next": run.due,
            }
            for run in report.sources
        ],
        "failing": report.failing,
        "silent": report.silent,
        "sealed": report.sealed,
        "backlog": report.backlog,
        "notes": report.notes,
        "stopped": report.stopped,
    }


def line_of(run: SourceRun) -> str:
    """Return what a run did for a source, in one line."""
    from corpus.sources.web.outcomes import GONE, PASSING, REFUSED, UNCHANGED, Outcome

    sums = {
        "new": run.outcomes[Outcome.NEW],
        "changed": run.outcomes[Outcome.CHANGED],
        "unchanged": sum(run.outcomes[one] for one in UNCHANGED),
        "gone": sum(run.outcomes[one] for one in GONE),
        "refused": sum(run.outcomes[one] for one in REFUSED),
        "failed": sum(run.outcomes[one] for one in PASSING),
        "left for later": run.outcomes[Outcome.BUDGET] + run.outcomes[Outcome.DEFERRED],
    }
    shown = [f"{name} {n:,}" for name, n in sums.items() if n or name in {"new", "changed", "unchanged"}]
    if run.due:
        shown.append(f"next {_clock(run.due)}")
    return "  ".join(shown)


def _clock(moment: datetime) -> str:
    from datetime import UTC, datetime

    today = datetime.now(UTC).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M}"


def _print(report: Report) -> None:
    width = max((len(run.name) for run in report.sources), default=0)
    for run in report.sources:
        echo(f"{safe(run.name):{width}}  {line_of(run)}")
    problems = [f"{run.name}: {run.failure}" for run in report.sources if run.failure]
    problems += [f"{run.name}: {one}" for run in report.sources for one in run.problems]
    for problem in problems[:_SHOWN]:
        echo(safe(problem), err=True)
    if len(problems) > _SHOWN:
        echo(f"and {len(problems) - _SHOWN:,} more; --json has them", err=True)
    for name, why in report.failing.items():
        echo(f"FAILING  {safe(name)}: {safe(why)}", err=True)
    for name, since in report.silent.items():
        echo(f"SILENT   {safe(name)}: nothing new since {since:%Y-%m-%d %H:%M} UTC", err=True)
    for note in report.notes:
        echo(safe(note), err=True)
    if report.stopped:
        echo(f"Stopped: {report.stopped}", err=True)
    for sealed in report.sealed:
        echo(
            f"batch  {sealed.name} ({count(sealed.documents, 'document')}, {count(sealed.observations, 'observation')})"
        )
    if report.backlog.documents:
        echo(f"spooled {count(report.backlog.documents, 'document')}; `corpus collect --seal` makes a batch of them")
    if any(sealed.documents for sealed in report.sealed):
        echo("Next: `corpus build`.")


def _status(as_json: bool) -> int:
    from datetime import UTC, datetime

    from corpus.app.sources import status
    from corpus.repo.repository import find

    found = status(find(), datetime.now(UTC))
    if as_json:
        print_json("collect status", found)
        return 0
    columns = ["source", "kind", "last success (UTC)", "next", "waiting", "captured in 30 days", ""]
    rows = []
    for one in found.sources:
        state = "FAILING" if one.failing else f"SILENT since {one.silent_since:%Y-%m-%d}" if one.silent_since else ""
        last = f"{one.last_success:%Y-%m-%d %H:%M}" if one.last_success else "never"
        due = _clock(one.due) if one.due else "now"
        rows.append((one.name, one.kind, last, due, f"{one.waiting:,}", f"{one.captured:,}", state))
    print_table(columns, rows)
    for one in found.sources:
        if one.failing:
            echo(f"{safe(one.name)}: {safe(one.failing)}", err=True)
    backlog = found.backlog
    echo(f"spooled {count(backlog.documents, 'document')}, {count(backlog.rows, 'observation')}; seals {found.seals}")
    return 0


def _sources(address: str, web: Web, as_json: bool) -> int:
    from corpus.app.sources import offers
    from corpus.errors import NotARepository
    from corpus.repo.repository import find

    try:
        repository = find()
    except NotARepository:
        repository = None
    found = offers(address, repository, web)
    if as_json:
        print_json("collect sources", found)
    else:
        for one in found:
            echo(f"{safe(one.line)}  # {count(one.entries, 'entry', 'entries')}, {one.where}")
        if not found:
            echo(f"No feed or sitemap was found at {safe(address)}.", err=True)
    return 0 if found else 1


def _replay(names: tuple[str, ...], as_json: bool) -> int:
    from corpus.app.replaying import replay
    from corpus.repo.repository import find

    found = replay(find(), names)
    if as_json:
        entries = [
            [
                {"url": entry.address or entry.url, "published": entry.published, "title": entry.title}
                for entry in one.entries
            ]
            for one in found.files
        ]
        files = [
            {
                "source": one.source,
                "at": one.at,
                "url": one.url,
                "entries": some,
                "captured": one.captured,
                "more": one.more,
                "problems": one.problems,
            }
            for one, some in zip(found.files, entries, strict=True)
        ]
        print_json("collect replay", {"files": files, "confirmed": found.confirmed, "differing": found.differing})
        return 0
    for one in found.files:
        more = f", {count(len(one.more), 'further file')}" if one.more else ""
        echo(
            f"{one.at:%Y-%m-%d %H:%M}  {safe(one.source)}  {safe(one.url)}: "
            f"{count(len(one.entries), 'article')} named, {one.captured:,} captured{more}"
        )
        for problem in one.problems:
            echo(f"  {safe(problem)}")
    if not found.files:
        echo("No batch holds a feed or sitemap of these sources.", err=True)
    echo(f"rights  {count(found.confirmed, 'page')} as the evidence says, {len(found.differing):,} otherwise")
    for url in found.differing[:_SHOWN]:
        echo(f"  {safe(url)}")
    return 0


def _dry_run(names: tuple[str, ...], as_json: bool) -> int:
    from datetime import UTC, datetime

    from corpus.app.sources import plan
    from corpus.repo.repository import find

    found = plan(find(), names, datetime.now(UTC))
    if as_json:
        print_json("collect --dry-run", found)
        return 0
    for one in found:
        if one.is_example:
            echo(f"{safe(one.name)}: the example's; write a source of your own")
            continue
        looks = "looks for new articles" if one.looks else f"not due before {_clock(one.due)}" if one.due else ""
        echo(
            f"{safe(one.name)}: {looks}; {count(len(one.fetches), 'known page')} to fetch, {one.seconds / 60:,.0f} min"
        )
        for url in one.fetches[:_SHOWN]:
            echo(f"  {safe(url)}")
        if len(one.fetches) > _SHOWN:
            echo(f"  and {len(one.fetches) - _SHOWN:,} more; --json has them")
        for why, many in one.left.items():
            first = f", the first at {_clock(one.next_page)}" if why == "not due yet" and one.next_page else ""
            echo(f"  not {many:,}: {why}{first}")
    return 0
