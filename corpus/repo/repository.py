"""Find a corpus repository on disk, and ask git and DVC about it."""

from __future__ import annotations

import errno
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.errors import CorpusError, NotARepository, UsageError
from corpus.repo import environment, paths, room

PIPELINE: Final = paths.PIPELINE
LOCK: Final = paths.LOCK


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder that is a git and a DVC repository with our pipeline in it.

    Attributes:
        root: the folder of the work tree.
        fetches: whether git may fetch objects that a partial clone lacks: only in clones that we made ourselves.
        hooks: whether git may run the repository's own hooks.
    """

    root: Path
    fetches: bool = False
    hooks: bool = True

    def git(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        check: bool = True,
        given: str | None = None,
        network: bool = False,
    ) -> str:
        """Run git in this repository, with our settings and without the environment of another repository.

        Args:
            arguments: the command.
            env: variables for this command.
            check: raise if git fails; otherwise return "".
            given: the text for its standard input.
            network: allow it to contact other machines.

        Returns:
            Its standard output.

        Raises:
            CorpusError: git failed, or refuses to work in this repository; the latter also without `check`.
        """
        settings = environment.options(self.root) if self.hooks else (*environment.OPTIONS, *environment.NO_HOOKS)
        done = subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.root,
            env={**environment.for_git(self.root, network=network, fetches=self.fetches), **(env or {})},
            capture_output=True,
            check=False,
            # Nothing is typed: without input it reads an end of file.
            input=(given or "").encode("utf-8", "surrogateescape"),
        )
        if done.returncode != 0:
            errors = done.stderr.decode(errors="replace").strip()
            if done.returncode == -signal.SIGXFSZ:
                raise room.not_written(errno.EFBIG, self.root, "git's files in .git")
            if reason := _refusal(errors, self.root):
                raise CorpusError(reason)
            if not check:
                return ""
            if full := room.of_text(errors, self.root, "git's files in .git"):
                raise full
            raise CorpusError(f"`git {' '.join(arguments)}` failed: {errors}")
        return done.stdout.decode(errors="surrogateescape")

    def read_at(self, commit: str, path: str) -> str | None:
        """Return a text file of a commit; None if the commit does not have it."""
        listed = self.git("ls-tree", "-z", commit, "--", path)
        return self.git("cat-file", "blob", f"{commit}:{path}") if listed else None

    def commit_of(self, rev: str) -> str | None:
        """Return the commit that a revision names; None if it names no commit."""
        return (
            self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}", check=False).strip()
            or None
        )

    def tags_at(self, commit: str) -> list[str]:
        """Return the names of the tags that name a commit, sorted."""
        asked = ("for-each-ref", "--format=%(refname:strip=2)", f"--points-at={commit}", "refs/tags")
        return self.git(*asked, check=False).split()

    def inside(self, path: str) -> str:
        """Return a path of the current folder as a path from the root. A path outside is not changed."""
        try:
            return str((Path.cwd() / path).resolve().relative_to(self.root))
        except (ValueError, OSError):
            return path


def _refusal(errors: str, root: Path) -> str | None:
    """Return why git refuses to work in a repository, and what to do; None for another failure."""
    if re.search(r"dubious ownership|is owned by someone else", errors):
        return (
            f"git refuses to work in {root}: it belongs to another user. If you trust it, run "
            f"`git config --global --add safe.directory {root}`."
        )
    if re.search(r"lazy fetching disabled|transport '[^']*' not allowed|[Pp]romisor remote", errors):
        return (
            f"{root} is a partial clone, and git lacks objects that are needed here. They are not fetched unasked. "
            f"Run `git -C {root} fetch --refetch --no-filter` to fetch all, then run again."
        )
    return None


def find(start: str | Path = ".") -> Repository:
    """Return the corpus repository around a folder.

    Raises:
        NotARepository: the folder is in no corpus repository. The error says what is missing.
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
                raise NotARepository(folder, f"{root} has dvc.yaml but is not a git repository (run `git init` there)")
            return Repository(root)
    raise NotARepository(folder, "no dvc.yaml here or above")
