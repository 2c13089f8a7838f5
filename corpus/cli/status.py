"""The state of a corpus and of one article: `corpus status` and `corpus why`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.app.rules import rule_in_words
from corpus.cli.show import echo, json_option, print_json, print_pairs, print_table, safe
from corpus.text.plural import count

if TYPE_CHECKING:
    from corpus.app.why import Known


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show documents, what is pending, the ledger and the last release."""
    from corpus.app.status import status as status_of
    from corpus.repo.outdated import hint
    from corpus.repo.repository import find

    repository = find()
    if line := hint(repository.root):
        echo(line, err=True)
    now = status_of(repository)
    if as_json:
        overdue = {"overdue": now.schedule.overdue(datetime.now(UTC))} if now.schedule else {}
        print_json("status", {**asdict(now), "schedule": {**asdict(now.schedule), **overdue} if now.schedule else None})
        return
    pending = now.pending
    changes = ", ".join(
        f"{number:,} {name}"
        for name, number in (("new", pending.new), ("changed", pending.changed), ("removed", pending.removed))
        if number
    )
    print_pairs(
        [
            (
                "documents",
                f"{now.documents:,} in seeds/{_batches(now.batches)}{f' ({changes} not built)' if changes else ''}",
            ),
            (
                "stages",
                f"out of date: {', '.join(now.outdated)}; run `corpus build`" if now.outdated else "up to date",
            ),
            ("ledger", str(now.ledger or "not built yet")),
            (
                "git",
                f"{count(len(now.uncommitted), 'path')} uncommitted" if now.uncommitted else "all committed",
            ),
            (
                "release",
                f"{now.release.version} of {now.release.date:%Y-%m-%d}" if now.release else "none yet",
            ),
            ("writer", now.writer),
            *(("parser", str(plug_in)) for plug_in in now.parsers),
            ("parsers", now.parsers_fault),
            ("schedule", safe(now.schedule.in_words(datetime.now(UTC))) if now.schedule else None),
        ]
    )


def _batches(batches: tuple[tuple[str, int], ...]) -> str:
    total = sum(documents for _, documents in batches)
    return f", {total:,} in {count(len(batches), 'batch', 'batches')}" if batches else ""


@click.command()
@click.argument("asked", metavar="ID|URL|PATH")
@click.option(
    "--original", "target", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the export that it was split from, as it was added, to this new file.",
)  # fmt: skip
@json_option
def why(asked: str, target: Path | None, as_json: bool) -> None:
    """Explain one article or document: its source, checks, decision and releases."""
    from corpus.app.why import save_original
    from corpus.app.why import why as explain
    from corpus.repo.repository import find

    known = explain(find(), asked)
    if target is not None:
        save_original(find(), known, target)
    if as_json:
        print_json("why", known)
        return
    for number, one in enumerate(known):
        if number:
            echo()
        _print_known(one)


def _print_known(one: Known) -> None:
    document, decision = one.document, one.decision
    echo(f"{safe(document['source'])}: {decision['decision']}")
    people = [*document["authors"], *([document["agency"]] if document["agency"] else [])]
    print_pairs(
        [
            ("title", document["title"]),
            ("by", ", ".join(people)),
            ("published", document["published_at"] or document["published_date"]),
            ("url", document["url"]),
            ("document", document["document_id"]),
            (
                "found as",
                f"{document['media_type']}, {document['size']:,} bytes, {document['encoding'] or 'not decoded'}",
            ),
            ("original", _original_in_words(one)),
            ("parser", f"{document['parser']}{f' ({one.plug_in})' if one.plug_in else ''}"),
            (
                "article",
                f"{decision['article_id']}, revision {decision['revision']}" if decision["article_id"] else None,
            ),
            ("rule", rule_in_words(decision["rule"])),
            ("changed", _percent(decision["change"], "of the text's word sequences")),
            ("superseded", f"by {decision['superseded_by']}" if decision["superseded_by"] else None),
            ("repeats", decision["winner"] if decision["decision"] == "repeat" else None),
            ("duplicate", _other(decision["duplicate_of"], decision["similarity"], "of {}, {} alike")),
            ("part", _other(decision["contained_in"], decision["containment"], "of {}, which has {} of it")),
            ("releases", ", ".join(one.releases) or None),
        ],
        indent="  ",
    )
    if one.verdicts:
        print_table(
            ["  check", "severity", "found"],
            [(f"  {row['check']}", row["severity"], row["found"]) for row in one.verdicts],
        )
    else:
        echo("  checks     all passed")


def _original_in_words(one: Known) -> str | None:
    kept = one.original
    return f"{safe(kept.source)}, {kept.size:,} bytes, sha256 {kept.sha256}" if kept else None


def _other(article: str | None, score: float | None, words: str) -> str | None:
    return words.format(article, _percent(score)) if article and score is not None else None


def _percent(share: float | None, of: str = "") -> str | None:
    # Cut, not rounded: what is nearly the same is not the same.
    return None if share is None else f"{int(share * 1000) / 10:g} %{f' {of}' if of else ''}"
