"""`corpus forget`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import echo, json_option, print_json, safe
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.withdrawal.forget import Done
    from corpus.withdrawal.forget_plan import Plan

_SHOWN = 20


@click.command()
@click.argument("article", metavar="ID|URL", required=False)
@click.option(
    "--publisher",
    metavar="NAME",
    help="Withdraw everything of a publisher, for example `example.com`, now and in future.",
)
@click.option("--reason", metavar="TEXT", help="The reason. It is kept in withdrawn.yaml, where everyone can read it.")
@click.option(
    "--everywhere", is_flag=True, help="Also withdraw from past releases, the history of the data, and the cache."
)
@click.option("--push", is_flag=True, help="With --everywhere: push what remains, and remove the rest from the remote.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
@wait_option
@json_option
def forget(
    article: str | None,
    publisher: str | None,
    reason: str | None,
    everywhere: bool,
    push: bool,
    yes: bool,
    dry_run: bool,
    wait: float,
    as_json: bool,
) -> None:
    """Withdraw an article: all its revisions and documents, from every table and batch, for good.

    What is withdrawn is refused when it is added again: withdrawn.yaml keeps hashes of it, a date and the reason.
    --everywhere makes successors of the releases that hold it (corpus@v1.0.0+redacted.1), and removes the objects that
    hold it. Shows what it will do, and asks. If it is interrupted, run it again to continue.
    """
    from corpus.app.forget import Request
    from corpus.app.forget import forget as run
    from corpus.repo.repository import find

    request = Request(article, publisher, reason or "", everywhere, push)
    request.check()
    if not yes and not dry_run and (as_json or not sys.stdin.isatty()):
        raise click.UsageError(
            "This command asks before it changes anything, but it has no terminal to ask on. Give --yes or --dry-run."
        )

    def agreed(found: Plan) -> bool:
        if not as_json:
            _print_plan(found, everywhere=everywhere, push=push)
        return dry_run or yes or click.confirm("Withdraw?", err=True)

    did = run(find(), request, agreed, dry_run=dry_run, wait=wait, tell=lambda line: echo(line, err=True))
    if did.done is None:
        if as_json:
            print_json("forget", _plain(did.plan))
        elif not dry_run:
            echo("Nothing was changed.")
    elif as_json:
        print_json("forget", {**_plain(did.plan), "done": asdict(did.done)})
    else:
        _print_certificate(did.plan, did.done, did.other_remotes, everywhere=everywhere, pushed=push)


def _plain(found: Plan) -> dict[str, object]:
    return {
        "reason": found.withdrawal.reason,
        "resumed": found.resumed,
        "articles": found.articles,
        "documents": sorted(found.documents),
        "duplicates_that_stay": found.duplicates,
        "seeds": found.seeds,
        "batches": found.batches,
        "releases": [ref.short for ref in found.releases],
        "not_looked_into": found.unseen,
        "kept_by": [ref.short for ref in found.holders],
        "in_git": found.in_git,
    }


def _print_plan(found: Plan, *, everywhere: bool, push: bool) -> None:
    if found.resumed:
        echo(f"Withdrawn on {found.withdrawal.date} already ({safe(found.withdrawal.reason)}). These are still there:")
    for one in found.articles[:_SHOWN]:
        echo(f"article   {one.article_id}  {one.published_date or '----------'}  {safe(one.title)}")
    _more("article", len(found.articles))
    echo(f"documents {len(found.documents):,}")
    for source in found.seeds[:_SHOWN]:
        echo(f"delete    {safe(source)}")
    _more("delete", len(found.seeds))
    for name, number in found.batches.items():
        echo(f"batch     {name}: {count(number, 'document')} less")
    for ref in found.releases:
        echo(f"release   {ref.short}: a successor without it, its own objects removed")
    for name in found.unseen:
        echo(f"release   {name}: NOT looked into, its objects are not available")
    for one in found.duplicates[:_SHOWN]:
        echo(f"stays     {one.article_id}  the same text, of {safe(one.publisher or 'nobody')}: {safe(one.title)}")
    _more("stays", len(found.duplicates))
    for ref in found.holders:
        echo(f"kept      {ref.short} holds it too: its objects stay until it is deleted or moved on")
    if everywhere:
        echo(f"removed   from the cache{' and the remote' if push else '; the remote keeps it without --push'}")
    for source, commits in found.in_git.items():
        echo(f"in git    {safe(source)}: its text stays in {count(len(commits), 'commit')} of git's history")


def _more(label: str, number: int) -> None:
    if number > _SHOWN:
        echo(f"{label:9} and {number - _SHOWN:,} more; --json names all")


def _print_certificate(found: Plan, done: Done, others: Sequence[str], *, everywhere: bool, pushed: bool) -> None:
    echo("")
    echo(f"Withdrawn on {found.withdrawal.date}: {safe(found.withdrawal.reason)}")
    gone = f"{count(len(found.articles), 'article')}, {count(len(found.documents), 'document')}"
    echo(f"  from the corpus    {gone}{' (and what an earlier run took)' if found.resumed else ''}")
    for source in done.seeds[:_SHOWN]:
        echo(f"  deleted            {safe(source)}")
    for name, number in done.batches.items():
        echo(f"  data/raw           {name}: {count(number, 'document')} less")
    for old, new in sorted(done.releases.items()):
        rows = ", ".join(f"{number:,} {table}" for table, number in sorted(done.rows.get(old, {}).items()))
        echo(f"  {old:18} withdrawn; {new} takes its place{f' (rows less: {rows})' if rows else ''}")
    for name in done.reports_kept:
        echo(f"  {name:18} keeps the report of its release but for the ledger: another engine made it")
    if everywhere:
        echo(f"  cache              {count(done.from_cache, 'object')} removed")
        if done.from_remote is not None:
            echo(f"  remote             {count(done.from_remote, 'object')} removed")
        if done.pushed:
            echo(f"  pushed             {', '.join(done.pushed)}")
        if done.commit:
            echo(f"  committed          {done.commit[:10]}")
    if done.indexes:
        echo(f"  search             {count(done.indexes, 'index', 'indexes')} deleted")
    echo("What this does not reach:")
    for line in _beyond(found, done, others, everywhere=everywhere, pushed=pushed):
        echo(f"  - {line}")


def _beyond(found: Plan, done: Done, others: Sequence[str], *, everywhere: bool, pushed: bool) -> list[str]:
    lines = []
    for source, commits in found.in_git.items():
        shown = ", ".join(commit[:10] for commit in commits[:5])
        lines.append(
            f"git's history has the text of {safe(source)} (commits {shown}). To remove it there too, rewrite the "
            "history (`git filter-repo --path FILE --invert-paths`) and have everybody clone anew."
        )
    lines.append("git's history has earlier reports/, which may name a title and an address.")
    if not everywhere:
        lines.append("past releases, the cache and the remote: --everywhere withdraws it there.")
        lines.append("the commit: `git add -A && git commit` puts it on record, with withdrawn.yaml.")
    else:
        lines += [f"{safe(ref.short)} holds it, so its objects were kept." for ref in found.holders]
        lines += [f"{safe(name)} was not looked into: its objects are not available." for name in found.unseen]
        if not pushed:
            lines.append("the DVC remote and the git remote: run again with --push.")
        lines += [f"the DVC remote {safe(name)!r}, which is not the default." for name in others]
        lines += [safe(note) + "." for note in done.notes]
    lines.append("copies that somebody has pulled, cloned, exported or backed up already.")
    return lines
