"""`python -m flows update|serve`: what `corpus update` and `corpus serve` run, in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from corpus.errors import CorpusError
from corpus.versioning.repository import Repository, find
from flows.environment import prepare
from flows.server import server

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run. Exit 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        repository = find(options.repo)
        if options.command == "serve":
            from flows.schedule import serve

            serve(
                repository, cron=options.cron, timezone=options.timezone, every=options.every, commit=options.commit,
                workers=options.workers, host=options.host, port=options.port,
            )  # fmt: skip
            return 0
        return _update(repository, options)
    except CorpusError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("error: Interrupted. What was finished stands; run again to go on.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flows", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    update = commands.add_parser("update")
    serve = commands.add_parser("serve")
    for command in (update, serve):
        command.add_argument("--repo", default=".")
        command.add_argument("--commit", action="store_true")
        command.add_argument("--workers", type=int)
    update.add_argument("--wait", type=float, default=0.0)
    update.add_argument("--json", action="store_true")
    when = serve.add_mutually_exclusive_group(required=True)
    when.add_argument("--cron")
    when.add_argument("--every")
    serve.add_argument("--timezone")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int)
    return parser


def _update(repository: Repository, options: argparse.Namespace) -> int:
    own = prepare(repository.root)
    if own is not None:
        return _run(repository, options, own)
    with server(repository.root) as started:
        # Prefect takes a second to import, and the server some to start: at the same time.
        import flows.update  # noqa: F401

        started.wait()
        return _run(repository, options, None)


def _run(repository: Repository, options: argparse.Namespace, own: str | None) -> int:
    from prefect import tags

    from corpus.versioning.summary import summarise
    from flows.update import Result, tag, update

    with tags(tag(repository)):
        state: Any = update(
            repo=str(repository.root), commit_changes=options.commit, workers=options.workers, wait=options.wait,
            return_state=True,
        )  # fmt: skip
    if not state.is_completed():
        raise _error(state)
    result: Result = state.result()
    summary = summarise(repository)
    if options.json:
        told = {"changed": result.changed, "commit": result.commit, "steps": [asdict(step) for step in result.steps]}
        print(json.dumps({**told, **summary.as_dict()}, indent=2, ensure_ascii=False))
        return 0
    if not result.changed:
        print("Up to date.")
    print(summary.in_words())
    if result.commit:
        print(f"committed   {result.commit[:10]}")
    if own:
        print(f"reported to {own}")
    return 0


def _error(state: Any) -> CorpusError:
    """Why a run did not complete, as the engine's own error."""
    error = state.result(raise_on_failure=False) if state.is_failed() or state.is_crashed() else None
    if isinstance(error, KeyboardInterrupt):
        raise error
    return error if isinstance(error, CorpusError) else CorpusError(f"{state.name}: {state.message or error}")


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Prefect leaves threads behind that take seconds to end, and have nothing left to do.
    os._exit(status)
