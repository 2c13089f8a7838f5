"""Looking back: `corpus history`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from corpus.cli.show import echo, json_option, print_json, print_pairs, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.diff.history import History, Revision


@click.command()
@click.argument("asked", metavar="ID|URL|PATH")
@click.option("--rev", help="Show the revisions in this version instead of the working tree.")
@json_option
def history(asked: str, rev: str | None, as_json: bool) -> None:
    """Show an article's revisions, what changed from one to the next, and the releases that have it.

    The beginning of an id is enough if only one article has it.
    """
    from corpus.diff.history import history as look_back
    from corpus.repo.repository import find

    found = look_back(find(), asked, rev)
    if as_json:
        revisions = [{**asdict(one), "parts": one.parts} for one in found.revisions]
        print_json("history", {**asdict(found), "first": found.first, "last": found.last, "revisions": revisions})
    else:
        _print(found)


def _print(found: History) -> None:
    last = found.revisions[-1].article
    current = next((one for one in found.revisions if one.current), None)
    echo(safe(last.title))
    print_pairs(
        [
            ("article", found.article_id),
            ("url", last.url),
            ("releases", _ranges(found.released, found.all_releases) or "none"),
            ("not read", _ranges(found.unread, found.all_releases)),
            (
                safe(found.version.name),
                f"revision {current.article.revision}" if current else "does not have it",
            ),
            *_seen(found),
        ],
        indent="  ",
    )
    before: Revision | None = None
    for one in found.revisions:
        echo()
        _print_revision(one, before, found)
        before = one


def _seen(found: History) -> list[tuple[str, str]]:
    """Return how its pages were found by collecting, in words."""
    seen = found.seen
    if seen is None:
        return []
    if seen.gone_since is not None:
        return [("gone since", f"{seen.gone_since:%Y-%m-%d %H:%M} UTC")]
    return [("last seen", f"{seen.last:%Y-%m-%d %H:%M} UTC")] if seen.last else []


def _print_revision(one: Revision, before: Revision | None, found: History) -> None:
    from corpus.cli.words import in_words, print_words

    article = one.article
    where = "" if one.kept else f" of {one.releases[0]}"
    captured = (
        f"captured {article.captured_at:%Y-%m-%d %H:%M:%S} UTC" if article.captured_at else "time of capture not known"
    )
    echo(f"revision {article.revision}{where}, {captured}, {safe(article.source)}")
    places = [_ranges(one.releases, found.all_releases), found.version.name if one.current else ""]
    same_document = before and before.article.document_id == article.document_id
    old = before.article if before else article
    parts = set(one.parts)
    print_pairs(
        [
            ("document", f"{article.document_id} by {article.parser}"),
            ("in", ", ".join(filter(None, places)) or "no release"),
            ("", ""),
        ],
        indent="  ",
    )
    if same_document and old.parser != article.parser:
        echo(f"  the same document, read by {old.parser} before")
    elif same_document:
        echo("  the same document; an earlier parser gave another result")
    if one.title:
        echo(f"  title     {in_words(one.title)}")
    if "byline" in parts:
        echo(f"  byline    {_from_to(old.byline, article.byline)}")
    if "date" in parts:
        echo(f"  date      {_from_to(old.published, article.published)}")
    if one.details:
        echo(f"  details   {', '.join(one.details)}")
    if one.text:
        echo("  text")
        print_words(one.text, " " * 4)


def _from_to(old: str, new: str) -> str:
    return f"{safe(old) or 'none'} -> {safe(new) or 'none'}"


def _ranges(names: Sequence[str], every: Sequence[str]) -> str:
    """Join consecutive names to ranges: `v1.0.0 to v1.4.0, v2.0.0`."""
    wanted = set(names)
    ranges: list[list[str]] = []
    follows = False
    for name in every:
        if name in wanted:
            if follows:
                ranges[-1].append(name)
            else:
                ranges.append([name])
        follows = name in wanted
    return ", ".join(one[0] if len(one) == 1 else f"{one[0]} to {one[-1]}" for one in ranges)
