"""Print tables and lines for people, and JSON for machines. Untrusted text cannot move the cursor."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from corpus.text.visible import in_json, on_a_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Our colours, as `click.style` writes them.
_STYLE: Final = re.compile(r"(\x1b\[(?:0|1|3[0-7])m)")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def safe(text: object) -> str:
    """Return text of unknown origin as one line that a terminal shows exactly."""
    return on_a_line(_encodable(str(text)))


def echo(message: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print lines of our own text. Invisible characters in them are made visible; our colours are kept."""
    parts = _STYLE.split(message)
    # Every other one is a colour.
    parts[::2] = ["\n".join(map(safe, part.split("\n"))) for part in parts[::2]]
    click.echo("".join(parts), err=err, nl=nl)


def _encodable(text: str) -> str:
    """Replace lone surrogates: names from git and of files need not be UTF-8, and such names cannot be printed."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def complain(message: str, kind: str = "") -> None:
    """Print an error on stderr, with a mark before its first line. `kind` is the name of its class."""
    lines = [safe(line) for line in message.split("\n")]
    click.echo(click.style("error: ", fg="red", bold=True) + "\n".join(lines), err=True)
    folder = os.environ.get("CORPUS_FAILURE_FILE")
    stage = os.environ.get("DVC_STAGE")
    if folder and stage:
        # The process that started DVC around this stage wants the stage's own message, not DVC's.
        with suppress(OSError):
            # On a full disk it is read from what DVC passes on.
            Path(folder).write_text(json.dumps({"stage": stage, "message": message, "kind": kind}), encoding="utf-8")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that it tidies up."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def print_json(name: str, value: Any) -> None:
    """Print the output of a command as JSON, with the name and version of its schema (`corpus.cli.outputs`)."""
    from corpus.cli.outputs import stamped

    value = stamped(name, asdict(value) if is_dataclass(value) and not isinstance(value, type) else value)
    click.echo(in_json(_encodable(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print a table for people; at its full width if the output is not a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title, box=None, pad_edge=False, header_style="bold", title_justify="left")
    for row in rows:
        table.add_row(*(Text("" if cell is None else safe(cell)) for cell in row))
    terminal = sys.stdout.isatty()
    # rich prints no wider than its console, even if `print` gets a greater width.
    console = Console(width=None if terminal else 100_000, soft_wrap=not terminal, highlight=False)
    console.print(table, crop=False, no_wrap=not terminal)


def print_pairs(pairs: Iterable[tuple[str, object]], indent: str = "") -> None:
    """Print names and values in two columns."""
    shown = [(name, value) for name, value in pairs if value not in {None, ""}]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{indent}{name:{width}}  {safe(value)}")


def size(number: int) -> str:
    """Return a number of bytes for people: `12.3 kB`."""
    value = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
