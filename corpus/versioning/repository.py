"""A corpus repository on disk: finding it, and asking git and DVC about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.errors import CorpusError, NotARepository, UsageError

PIPELINE: Final = "dvc.yaml"
LOCK: Final = "dvc.lock"


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder that is a git and a DVC repository with our pipeline in it."""

    root: Path

    def git(
        self, *arguments: str, env: dict[str, str] | None = None, check: bool = True, given: str | None = None
    ) -> str:
        """Run git here, with `given` on its standard input; returns what it printed.

        Raises:
            CorpusError: git failed (unless `check` is false, then returns "").
        """
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8", **(env or {})},
            capture_output=True,
            check=False,
            # Nothing is typed: without input it reads an end of file.
            input=(given or "").encode("utf-8", "surrogateescape"),
        )
        if done.returncode != 0:
            if not check:
                return ""
            said = done.stderr.decode(errors="replace").strip()
            raise CorpusError(f"`git {' '.join(arguments)}` failed: {said}")
        return done.stdout.decode(errors="surrogateescape")

    def read_at(self, commit: str, path: str) -> str | None:
        """A text file as a commit has it; None if it has none."""
        listed = self.git("ls-tree", "-z", commit, "--", path)
        return self.git("cat-file", "blob", f"{commit}:{path}") if listed else None

    def commit_of(self, rev: str) -> str | None:
        """The commit a revision names; None if it names none."""
        return (
            self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}", check=False).strip()
            or None
        )

    def inside(self, path: str) -> str:
        """A path from where we stand as the corpus calls it: from the root. One that lies outside, as it is."""
        try:
            return str((Path.cwd() / path).resolve().relative_to(self.root))
        except (ValueError, OSError):
            return path

    def dvc_environment(self) -> dict[str, str]:
        """The environment in which DVC finds our commands, keeps its state here and tells nobody."""
        here = str(Path(sys.executable).parent)
        return {
            **os.environ,
            "PATH": os.pathsep.join([here, os.environ.get("PATH", os.defpath)]),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.root / ".dvc" / "tmp" / "site"),
            "LC_ALL": "C.UTF-8",
        }

    def dvc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run DVC here to its end, capturing what it prints."""
        return subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=self.root,
            env=self.dvc_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
        )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Why DVC failed, without where to ask for help."""
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "\n".join(said) or (done.stderr or done.stdout).strip()


def find(start: str | Path = ".") -> Repository:
    """The corpus repository that a folder is in.

    Raises:
        NotARepository: it is in none; says what is missing.
        UsageError: there is no git.
    """
    folder = Path(start).resolve()
    if shutil.which("git") is None:
        raise UsageError("git was not found. Install it and run again.")
    for root in (folder, *folder.parents):
        if (root / PIPELINE).is_file():
            if not (root / ".dvc").is_dir():
                raise NotARepository(folder, f"{root} has dvc.yaml but no .dvc/ (run `dvc init` there)")
            if not (root / ".git").exists():
                raise NotARepository(folder, f"{root} has dvc.yaml but is no git repository (run `git init` there)")
            return Repository(root)
    raise NotARepository(folder, "no dvc.yaml here or above")
