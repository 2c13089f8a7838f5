"""`corpus browse`."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.cli.show import echo, json_option, print_json
from corpus.text.plural import count

if TYPE_CHECKING:
    from corpus.browse.opened import Opened
    from corpus.browse.searching import Searches
    from corpus.browse.versions import Versions

# Between two looks at the index, in seconds.
_PAUSE = 0.5
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Ended(BaseException):
    """The user asked for the end before the server had started."""


def _end(*_: object) -> None:
    raise _Ended


@click.command()
@click.argument("rev", required=False, metavar="[REV]")
@click.option("--repo", default=".", metavar="PATH|URL", help="A corpus repository, as a folder or a git URL.")
@click.option("--as-of", metavar="DAY", help="The articles as they were known on this day, as 2026-03-01.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port on 127.0.0.1; 0 takes any. By default 8001, or the next that is free.",
)
@click.option(
    "--index",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the search index is kept; by default in the repository, ignored by git, or in the user's cache.",
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@json_option
def browse(
    rev: str | None, repo: str, as_of: str | None, port: int | None, index: Path | None, no_open: bool, as_json: bool
) -> None:
    """Search and read a version in the browser: the working tree, or the release, tag, branch or commit REV.

    Serves on this machine alone until Ctrl-C. The address has a token, which the browser changes for a cookie.
    """
    try:
        for number in _ENDS:
            # `nohup` has it ignored.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, _end)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
        from corpus.browse.versions import Versions

        _serve(Versions(rev, repo, as_of), port, index, opens=not no_open, as_json=as_json)
    except _Ended:
        return


def _serve(versions: Versions, port: int | None, index: Path | None, *, opens: bool, as_json: bool) -> None:
    from corpus.browse.searching import Searches
    from corpus.browse.server import Listening
    from corpus.search.places import folder_of

    # Each page names the commit. If git refuses to work in the repository of another user, no page could be made.
    versions.repository.commit_of("HEAD")
    opened = versions.open()
    folder = opened.index = folder_of(versions.repository, index)
    articles = opened.holdings.articles
    searches = Searches(folder)
    listening = Listening(versions, searches, port)
    if as_json:
        print_json(
            "browse",
            {
                "address": listening.address,
                "port": listening.port,
                "version": opened.version.name,
                "commit": opened.version.commit,
                "as_of": opened.as_of,
                "articles": articles,
                "index": folder,
            },
        )
    else:
        echo(f"version  {opened.version.name}, {count(articles, 'article')}")
        echo(f"index    {folder}")
        echo(f"page     {listening.address}")
        echo("Stop with Ctrl-C.")
    sys.stdout.flush()
    searches.begin(opened)
    ending = threading.Event()
    shown = threading.Thread(target=_show_progress, args=(searches, opened, ending), daemon=True)
    shown.start()
    if opens:
        listening.open_browser()
    try:
        listening.serve()
    finally:
        ending.set()
        shown.join(_PAUSE * 10)


def _show_progress(searches: Searches, opened: Opened, ending: threading.Event) -> None:
    """Show on a terminal how far the index is, until it is there."""
    from corpus.progress import progress

    found = searches.progress(opened)
    with progress("indexing", found[1] if found else 0, "files") as advance:
        before = 0
        while found is not None and not ending.wait(_PAUSE):
            advance(found[0] - before)
            before = found[0]
            found = searches.progress(opened)
