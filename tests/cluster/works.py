"""Work for the workers of a test: functions of a module, as the stages have them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import ChangedWhileRead

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Writes:
    """A task that writes a file."""

    name: str
    folder: Path
    seen: Path


def double(number: int) -> int:
    return 2 * number


def write(task: Writes) -> str:
    """Write a file. The first to attempt `waits` leaves its process and its worker in `seen`, and waits."""
    (task.folder / task.name).write_text(f"what {task.name} has\n")
    if task.name == "waits":
        try:
            with (task.seen / "first").open("x") as file:
                file.write(f"{os.getpid()} {os.getppid()}")
        except FileExistsError:
            return "second"
        while True:
            time.sleep(60)
    if task.name == "for-ever":
        (task.seen / "for-ever").touch()
        while True:
            time.sleep(60)
    return task.name


def fail(number: int) -> int:
    raise ChangedWhileRead(f"seeds/{number}")


def die(_: int) -> int:
    os._exit(3)
