"""The command line: parse, call, print. Commands are imported when they are called, so that `--help` is instant."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Final

import click

from corpus.cli import streams
from corpus.cli.unexpected import explained
from corpus.errors import CorpusError
from corpus.repo import compiled, environment, stalls
from corpus.stages import NAMES, STAGES

# command: (module, function, what it is for), in the order of `corpus --help`
COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "init": ("start", "init", "Make a new corpus repository."),
    "add": ("add", "add", "Add files, folders, archives, WARCs and tables as one immutable batch."),
    "collect": (
        "collect",
        "collect",
        "Collect what is new from the feeds and sites of collect.yaml, sealed into batches.",
    ),
    "check": ("check", "check", "Show what would become of documents, without adding them."),
    "build": ("pipeline", "build", "Bring the corpus up to date, with progress and a summary."),
    "status": ("status", "status", "Show documents, stages, ledger and the last release."),
    "why": ("status", "why", "Explain one article or document: source, checks, decision, releases."),
    "expect": ("release", "expect", "Compare the corpus with its expectations and the last release."),
    "release": ("release", "release", "Name this version of the corpus; --push publishes it."),
    "versions": ("release", "versions", "List the releases, with their figures."),
    "diff": ("diff", "diff", "Show what changed between two versions, article by article."),
    "history": ("history", "history", "Show an article's revisions, their differences, and the releases that have it."),
    "browse": ("browse", "browse", "Search and read a version in the browser, on this machine alone."),
    "search": ("search", "search", "Find the articles of a version that match a query."),
    "export": ("export", "export", "Write a version, filtered, into a folder to pass on."),
    "cite": ("release", "cite", "Show how to cite a release."),
    "doctor": ("doctor", "doctor", "Check the environment and the repository, and suggest fixes."),
    "verify": ("verify", "verify", "Verify a version byte by byte: cache, remote, a clean rebuild; --repair repairs."),
    "forget": ("forget", "forget", "Withdraw an article for good; --everywhere also from past releases."),
    "merge": ("merge", "merge", "Settle a git merge of two branches that each added batches."),
    "upgrade": ("upgrade", "upgrade", "Bring a repository of an older version up to this one; shown first."),
    "update": ("schedule", "update", "Run the Prefect flow once."),
    "serve": ("schedule", "serve", "Run the Prefect flow on a schedule."),
    **{stage.name: ("pipeline", stage.name, f"Stage: {stage.meaning.replace(' -> ', ' to ')}.") for stage in STAGES},
}


class _Commands(click.Group):
    """Import the module of a command when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        found = importlib.import_module(f"corpus.cli.{module}")
        command: click.Command = found.COMMANDS[function] if function in NAMES else getattr(found, function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean `corpus {close[0]}`?" if close else ""
            raise click.UsageError(f"There is no command {args[0]!r}.{hint} `corpus --help` lists them.") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, _, help_) in COMMANDS.items()])


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        from corpus.cli.show import echo

        echo(f"newscorpus {version('newscorpus')}")
        ctx.exit()


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version.",
)
def cli() -> None:
    """Keep a news corpus: checked on the way in, versioned, read in place as Parquet."""


def main() -> None:
    """Run the `corpus` command.

    Exit 0 done, 1 a check or the work failed, 2 wrong usage, 130 interrupted, 141 nobody reads the output.
    """
    # Start-up makes many objects and no garbage; looking for some costs it a tenth.
    gc.set_threshold(100_000, 20, 100)
    if sys.argv[1:2] in (["serve"], ["browse"]):
        # A service may be stopped while it starts. `flows` and `browse` ask for these signals as soon as they run.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
    environment.clean()
    compiled.spare(Path(__file__).parent)
    streams.guard()
    stalls.watch(_end_stalled)
    try:
        status = streams.finish(_run())
    except streams.OutputFailed as error:
        status = streams.give_up(error)
    sys.exit(status)


def _run() -> int:
    """Run the command in `sys.argv`. Returns its exit status."""
    try:
        status = cli.main(prog_name="corpus", standalone_mode=False)
    except CorpusError as error:
        return _fail(str(error), error.exit_code, type(error).__name__)
    except click.ClickException as error:
        return _fail(error.format_message(), 2)
    except click.Abort as error:
        # click takes the end of a file for Ctrl-D.
        return _broken_off(error.__cause__) if isinstance(error.__cause__, EOFError) else _interrupted()
    except KeyboardInterrupt:
        return _interrupted()
    except streams.OutputFailed:
        raise
    except BaseException as error:  # a panic of a library is no Exception
        if (found := explained(error)) is None:
            raise
        return _fail(str(found), found.exit_code, type(found).__name__)
    return status if isinstance(status, int) else 0


def _end_stalled(message: str) -> None:
    """End a process that waits for ever. Only the system can do that, because no call of Python returns."""
    try:
        _fail(message, 1)
        sys.stderr.flush()
    finally:
        os._exit(1)


def _interrupted() -> int:
    return _fail("Interrupted. What was finished is in place; run again to go on.", 130)


def _broken_off(error: EOFError) -> int:
    """Report an early end: of a compiled module of Python, which is then removed, or of another process."""
    if found := explained(error):
        return _fail(str(found), found.exit_code, type(found).__name__)
    return _fail(f"A process or a file ended too early: {error}. Nothing incomplete was published. Run again.", 1)


def _fail(message: str, status: int, kind: str = "") -> int:
    try:
        from corpus.cli.show import complain

        complain(message, kind)
    except (ImportError, MemoryError):
        # What is lacking is lacking here too.
        os.write(2, f"error: {message}\n".encode(errors="backslashreplace"))
    return status
