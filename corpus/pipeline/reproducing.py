"""Run DVC through the stages, and follow its output."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from corpus.errors import StageFailed
from corpus.objects import dvc_process
from corpus.pipeline import failing
from corpus.repo.lock import die_with_parent
from corpus.stages import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from corpus.pipeline.preparing import Prepared

# Where a stage leaves its error, for the process that started DVC around it.
FAILURE: Final = "CORPUS_FAILURE_FILE"
# The terminal a stage may draw its progress on, though DVC's own output is captured.
TERMINAL: Final = "CORPUS_TERMINAL"
_GRACE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one stage.

    Attributes:
        stage: its name.
        ran: whether it ran. Otherwise its inputs and outputs had not changed.
        printed: its output, if it ran.
    """

    stage: str
    ran: bool
    printed: str = ""


class Reproduction:
    """`dvc repro` of the complete pipeline, under way.

    Args:
        root: the folder of the repository.
        prepared: the process in which its stages run.
        descriptor: the descriptor of the write lock. DVC holds the lock too, so it is free only when DVC has ended.
        workers: how many processes parse; None for one for each core.
        variables: more variables of the environment for the stages.
    """

    def __init__(
        self,
        root: Path,
        prepared: Prepared,
        descriptor: int,
        workers: int | None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._root = root
        self._failure = root / ".dvc" / "tmp" / "corpus" / "failure.json"
        self._failure.parent.mkdir(parents=True, exist_ok=True)
        self._failure.unlink(missing_ok=True)
        environment = {**dvc_process.environment_of(root), **variables, FAILURE: str(self._failure)}
        if workers is not None:
            environment["CORPUS_WORKERS"] = str(workers)
        if sys.stderr.isatty():
            environment[TERMINAL] = os.ttyname(sys.stderr.fileno())
        prepared.start(root, environment)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dvc", "repro"],
            cwd=root,
            env=environment | prepared.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=(descriptor,),
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one system call, no lock of Python
        )
        self._lines: list[str] = []
        self._steps = self._follow()
        self._done: dict[str, Step] = {}

    def until(self, stage: str) -> Step:
        """Wait until a stage has ended. DVC continues with the next stage meanwhile.

        Raises:
            StageFailed: this stage or one before it failed. The error is the stage's own.
            NotWritten: the disk is full.
        """
        while stage not in self._done:
            try:
                step = next(self._steps, None)
            except BaseException:
                self.end()
                raise
            if step is None:
                raise self._why(stage)
            self._done[step.stage] = step
        return self._done[stage]

    def end(self) -> None:
        """End DVC, if it is still at work.

        Ctrl-C has reached the stage too, and a short wait lets it end in order. DVC itself ignores signals while a
        stage runs. If it is killed, the stage ends with it.
        """
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_SECONDS)
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _why(self, stage: str) -> Exception:
        if self._process.wait() != 0:
            left = tuple(name for name in NAMES if name not in self._done)
            return failing.failure(self._root, self._failure, self._lines, left or (stage,))
        last = "\n".join(self._lines[-5:])
        return StageFailed(stage, f"DVC ended and did not report this stage:\n{last}")

    def _follow(self) -> Iterator[Step]:
        """Read the output of DVC. Yields each stage when it has ended."""
        running: str | None = None
        printed: list[str] = []
        for text in self._process.stdout or ():
            line = text.rstrip()
            self._lines.append(line)
            if line.startswith(("Running stage '", "Stage '")):
                if running:
                    yield Step(running, ran=True, printed="\n".join(printed))
                    running = None
                name = line.split("'")[1]
                if line.startswith("Running"):
                    running, printed = name, []
                elif "didn't change, skipping" in line:
                    yield Step(name, ran=False)
            elif running and line.startswith(f"{running}: "):
                printed.append(line)
        if running and self._process.wait() == 0:
            yield Step(running, ran=True, printed="\n".join(printed))
