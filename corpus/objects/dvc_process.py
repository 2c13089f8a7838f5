"""Run DVC as a process of its own, with our settings (`corpus.objects.dvc_settings`)."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from corpus.objects import dvc_settings
from corpus.repo import room
from corpus.repo.environment import inherited

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.errors import NotWritten

# DVC's own, of a run around ours. `DVC_STAGE` stays in our process: a stage of ours asks for it.
_DVC: Final = ("DVC_", "DVCLIVE_")


def environment_of(root: Path) -> dict[str, str]:
    """Return the environment in which DVC finds our commands, keeps its state in the repository and reports nothing."""
    here = os.path.dirname(sys.executable)  # noqa: PTH120 - a path as the environment has it
    kept = {name: value for name, value in inherited().items() if not name.startswith(_DVC)}
    return {
        **kept,
        **dvc_settings.prepare(root),
        **_user(),
        # Warnings as errors are for a person's own code, not for what libraries of DVC say.
        "PYTHONWARNINGS": "ignore",
        # DVC runs stages with the shell of the user, and that of a service refuses every command.
        "SHELL": "/bin/sh",
        "PATH": os.pathsep.join([here, os.environ.get("PATH", os.defpath)]),
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(root / ".dvc" / "tmp" / "site"),
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "",
    }


def _user() -> dict[str, str]:
    """Return a name for the user if the system has none, as in a container that runs as a number: DVC asks for it."""
    try:
        getpass.getuser()
    except (KeyError, OSError):
        return {"USER": str(os.getuid())}
    return {}


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run DVC in a repository to its end, and return what it printed.

    Args:
        root: the folder of the repository.
        arguments: the arguments of `dvc`.
    """
    return subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=root,
        env=environment_of(root),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return why DVC failed, without where to ask for help."""
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "\n".join(errors) or (done.stderr or done.stdout).strip()


def full(root: Path, done: subprocess.CompletedProcess[str], what: str) -> NotWritten | None:
    """Return the error to show if DVC failed because of a full disk; None for another failure.

    Args:
        root: the folder of the repository.
        done: the finished process of DVC.
        what: a description of what could not be written.
    """
    return room.of_text(done.stderr + done.stdout, root, what)
