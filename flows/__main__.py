"""`python -m flows update|serve`: what `corpus update` and `corpus serve` run, in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from corpus.app.serving import serving
from corpus.cli import streams
from corpus.cli.unexpected import explained
from corpus.errors import CorpusError
from corpus.repo import environment, room, stalls
from corpus.repo.repository import Repository, find
from flows.access import known_password, random_secret
from flows.address import reason, require_server, shown
from flows.environment import API, AUTH, isolate, prepare, settings_fault
from flows.plan import Plan
from flows.server import server
from flows.stopping import Stop
from flows.web import PARENT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flows.update import Result


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run. Exit 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    environment.clean()
    options = _parser().parse_args(arguments)
    try:
        if options.command == "serve":
            from flows.schedule import serve

            # First of all: a signal that comes while this starts is heard, too.
            stop = Stop()
            plan = Plan(
                options.cron, options.timezone, options.every, options.commit, options.workers, not options.no_collect
            )
            serve(find(options.repo), plan, host=options.host, port=options.port, stop=stop)
            return 0
        repository = find(options.repo)
        return _scheduled(repository, options) if options.command == "run" else _update(repository, options)
    except CorpusError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("error: Interrupted. What was finished is in place; run again to go on.", file=sys.stderr)
        return 130
    except streams.OutputFailed:
        raise
    except BaseException as error:  # a panic of a library is no Exception
        if (found := explained(error) or settings_fault(error)) is None:
            raise
        print(f"error: {found}", file=sys.stderr)
        return found.exit_code


def _end_stalled(message: str) -> None:
    """End a process that waits for ever: only the system can, for no call of Python returns."""
    try:
        print(f"error: {message}", file=sys.stderr, flush=True)
    finally:
        os._exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flows", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    update = commands.add_parser("update")
    serve = commands.add_parser("serve")
    run = commands.add_parser("run")
    for command in (update, serve, run):
        command.add_argument("--repo", default=".")
        command.add_argument("--commit", action="store_true")
        command.add_argument("--workers", type=int)
        command.add_argument("--no-collect", action="store_true")
    run.add_argument("run")
    update.add_argument("--wait", type=float, default=0.0)
    update.add_argument("--json", action="store_true")
    update.add_argument("--allow-loopback", action="store_true")
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
        require_server(own)
        return _run(repository, options, own)
    if (served := _join(repository)) is not None:
        return _run(repository, options, served)
    with server(repository.root, random_secret(), named="corpus update", wait=options.wait) as started:
        # Prefect takes a second to import, and the server some to start: at the same time.
        import flows.update  # noqa: F401

        started.wait()
        started.end_with_it()
        return _run(repository, options, None)


def _join(repository: Repository) -> str | None:
    """Use the server of the `corpus serve` that serves this corpus, if there is one; returns its address."""
    found = serving(repository.root)
    if found is None or not found.running or (secret := known_password()) is None:
        return None
    isolate(found.address, secret)
    require_server(f"{found.address}/api", retries=3)
    return found.address


def _run(repository: Repository, options: argparse.Namespace, own: str | None) -> int:
    from prefect import tags

    from corpus.app.summary import summarise
    from corpus.cli.collect import as_values, line_of
    from corpus.cli.outputs import stamped
    from flows.runs import tag
    from flows.update import OUTCOME, update

    left: list[Result | CorpusError] = []
    OUTCOME.set(left)
    try:
        with tags(tag(repository)):
            state: Any = update(
                repo=str(repository.root), commit_changes=options.commit, workers=options.workers, wait=options.wait,
                collect=not options.no_collect, allow_loopback=options.allow_loopback, return_state=True,
            )  # fmt: skip
    except (CorpusError, KeyboardInterrupt):
        raise
    except Exception as error:
        if full := room.of_error(error, repository.root):
            raise full from error
        where = f"The Prefect server{f' at {shown(own)}' if own else ''}"
        raise CorpusError(f"{where} failed: {reason(error)}. What was finished is in place; run again.") from error
    result = left[-1] if left else None
    if isinstance(result, CorpusError):
        raise result
    if result is None or not state.is_completed():
        raise _error(state, repository.root)
    summary = summarise(repository)
    if options.json:
        steps = [{"stage": step.stage, "ran": step.ran, "output": step.printed} for step in result.steps]
        made: dict[str, Any] = {"changed": result.changed, "commit": result.commit, "steps": steps}
        made |= {"collected": as_values(result.collected)} if result.collected else {}
        made |= {"not_collected": str(result.not_collected)} if result.not_collected else {}
        print(json.dumps(stamped("update", made | summary.as_dict()), indent=2, ensure_ascii=False, default=_plain))
        return _status(result)
    for run in result.collected.sources if result.collected else ():
        print(f"{run.name}  {line_of(run)}")
    if not result.changed:
        print("Up to date.")
    print(summary.in_words())
    if result.commit:
        print(f"committed   {result.commit[:10]}")
    if own:
        print(f"reported to {shown(own)}")
    return _status(result)


def _status(result: Result) -> int:
    """Return the exit status of a run that completed: what went wrong with collecting shows here."""
    if result.not_collected is not None:
        print(f"error: {result.not_collected}", file=sys.stderr)
        return result.not_collected.exit_code
    report = result.collected
    if report is None:
        return 0
    for name, why in report.failing.items():
        print(f"FAILING  {name}: {why}", file=sys.stderr)
    for name, since in report.silent.items():
        print(f"SILENT   {name}: nothing new since {since:%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    return report.exit_code


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _scheduled(repository: Repository, options: argparse.Namespace) -> int:
    """Run our own flow once with the schedule's options. What the server says about the run is not used."""
    if os.environ.get(PARENT) != str(os.getppid()):
        return 1
    from uuid import UUID

    from prefect.client.orchestration import get_client
    from prefect.flow_engine import run_flow

    from flows.update import update

    # Prefect has read them. What runs below need not know the server or its password.
    os.environ.pop(AUTH, None)
    os.environ.pop(API, None)
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(UUID(options.run))
    parameters = {
        "repo": str(repository.root), "commit_changes": options.commit, "workers": options.workers,
        "collect": not options.no_collect,
    }  # fmt: skip
    state: Any = run_flow(update, flow_run=flow_run, parameters=parameters, return_type="state")
    return 0 if state is not None and state.is_final() else 1


def _error(state: Any, root: Path) -> CorpusError:
    """Return why a run did not complete, as the engine's own error."""
    error = state.result(raise_on_failure=False) if state.is_failed() or state.is_crashed() else None
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, CorpusError):
        return error
    full = room.of_error(error, root) if error else None
    return full or CorpusError(f"{state.name}: {state.message or error}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["update"]:
        streams.guard()
    stalls.watch(_end_stalled)
    try:
        status = streams.finish(main())
    except streams.OutputFailed as error:
        status = streams.give_up(error)
    # `os._exit` flushes nothing; and the reader of a service's output may have gone.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # Prefect leaves threads behind that take seconds to end, and have nothing left to do.
    os._exit(status)
