"""The code blocks of a page, run as a reader would run them, and their output compared with the page.

A `console` block holds commands (`$ command`, continued with `> `) and their output; a `python` block may be followed by
a `text` block, which is its output. A line `…` stands for any lines. What cannot run here says why, in a comment before
the block: `<!-- not run: it needs a server -->`.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
HOME: Final = "/home/ana"
_FENCE: Final = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_NOT_RUN: Final = re.compile(r"<!-- not run: [^>]+ -->\s*$")
# What differs from run to run, or from machine to machine.
_VOLATILE: Final = (
    (re.compile(r"\b[0-9a-f]{7,64}\b"), "HASH"),
    (re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?( UTC|Z)?|\d{8}T\d{6}Z"), "DATE"),
    (re.compile(r"\b[\d,.]+ (bytes|kB|MB|GB|s|seconds)\b"), "SIZE"),
    (re.compile(r"^  month .*|^  year .*"), "MONTH"),
    (re.compile(r"[\s│─]+"), " "),
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and where it is on the page."""

    language: str
    text: str
    start: int
    end: int
    line: int
    runs: bool
    indent: str = ""


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page."""
    found = []
    for match in _FENCE.finditer(page):
        indent, language, text = match.groups()
        lines = [line.removeprefix(indent) for line in text.splitlines(keepends=True)]
        runs = language in {"console", "python"} and not _NOT_RUN.search(page[: match.start()])
        number = page.count("\n", 0, match.start()) + 1
        found.append(Block(language, "".join(lines), match.start(3), match.end(3), number, runs, indent))
    return found


@dataclass
class Step:
    """A command of a console block, with the output that the page shows."""

    command: str
    shown: list[str] = field(default_factory=list)


def steps(text: str) -> list[Step]:
    """The commands of a console block."""
    found: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:]))
        elif (line + " ").startswith("> ") and found and not found[-1].shown:
            found[-1].command += "\n" + line[2:]
        else:
            found[-1].shown.append(line)
    return found


@dataclass
class Reader:
    """Someone who runs what a page says, in a folder of their own."""

    home: Path
    folder: Path

    def run(self, command: str) -> str:
        """Run a command as in a shell that stays open; gives what it prints."""
        # The reader has the package installed; here it is the one under test.
        command = command.replace("pip install uv && ", "").replace("uv run ", "")
        # Coverage would cost half as much again, and has nothing to learn here.
        own = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": "", "COLUMNS": "120"}
        for person in ("AUTHOR", "COMMITTER"):
            own |= {f"GIT_{person}_NAME": "Ana Duarte", f"GIT_{person}_EMAIL": "ana@example.org"}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        place = self.home / ".place"
        done = subprocess.run(
            ["bash", "-c", f"{command}\nstatus=$?; pwd > '{place}'; exit $status"],
            cwd=self.folder, env={**os.environ, **own, "PATH": path},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, check=False, timeout=300,
        )  # fmt: skip
        self.folder = Path(place.read_text().strip())
        return done.stdout.replace(str(self.home), HOME)

    def execute(self, code: str, names: dict[str, Any]) -> str:
        """Run Python in this process; gives what it prints."""
        out = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out):
            exec(compile(code, "page", "exec"), names)  # noqa: S102 - a page of our own
        return out.getvalue().replace(str(self.home), HOME)


def follow(page: Path, reader: Reader, *, rewrite: bool = False) -> list[str]:
    """Run every block of a page in order.

    Args:
        page: the Markdown file.
        reader: who runs it, and where.
        rewrite: put what was printed into the page, but where it shows only a part.

    Returns:
        What differs from the page, one entry a command.
    """
    text = page.read_text(encoding="utf-8")
    faults: list[str] = []
    changed: list[tuple[int, int, str]] = []
    names: dict[str, Any] = {}
    found = blocks(text)
    for number, block in enumerate(found):
        if not block.runs:
            continue
        where = f"{page.name}:{block.line}"
        if block.language == "python":
            printed = reader.execute(block.text, names)
            after = found[number + 1] if number + 1 < len(found) else None
            between = text[block.end : after.start].replace("text", "").strip("` \n") if after else ""
            if after and after.language == "text" and not between:
                faults += _compare(where, "python", after.text.splitlines(), printed)
                if "…" not in after.text.splitlines():
                    changed.append((after.start, after.end, indented(printed, after.indent)))
            continue
        new = []
        for step in steps(block.text):
            printed = reader.run(step.command)
            faults += _compare(where, step.command, step.shown, printed)
            kept = step.shown if "…" in step.shown else [line.rstrip() for line in printed.splitlines()]
            command = step.command.replace("\n", "\n> ").replace("> \n", ">\n")
            new += ["$ " + command, *kept]
        changed.append((block.start, block.end, indented("\n".join(new) + "\n", block.indent)))
    if rewrite:
        for start, end, new_text in reversed(changed):
            text = text[:start] + new_text + text[end:]
        page.write_text(text, encoding="utf-8")
    return faults


def indented(text: str, indent: str) -> str:
    """The lines of a block, as far in as its fence."""
    return "".join(f"{indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


def _compare(where: str, command: str, shown: list[str], printed: str) -> list[str]:
    expected = [_plain(line) for line in shown]
    found = [_plain(line) for line in printed.splitlines()]
    if _matches(expected, found):
        return []
    return [f"{where}: $ {command}\nthe page shows:\n" + "\n".join(shown) + f"\nit printed:\n{printed}"]


def _plain(line: str) -> str:
    for pattern, word in _VOLATILE:
        line = pattern.sub(word, line)
    return line.strip()


def _matches(expected: list[str], found: list[str]) -> bool:
    parts: list[list[str]] = [[]]
    for line in expected:
        if line == "…":
            parts.append([])
        else:
            parts[-1].append(line)
    if len(parts) == 1:
        return expected == found
    first, *middle, last = parts
    end = len(found) - len(last)
    if found[: len(first)] != first or found[end:] != last:
        return False
    at = len(first)
    for part in middle:
        at = next((i + len(part) for i in range(at, end) if found[i : i + len(part)] == part), end + 1)
    return at <= end
