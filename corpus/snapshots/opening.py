"""Open a version in place: from the DVC cache, else from its remote. Nothing is checked out, no lock is taken."""

from __future__ import annotations

import atexit
import logging
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError, UsageError
from corpus.repo import environment
from corpus.repo.repository import Repository, find
from corpus.snapshots import asof, foreign, permitted
from corpus.snapshots.policies import policy_of
from corpus.snapshots.snapshot import Snapshot
from corpus.snapshots.version import Version

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Version", "open_version"]

_LOG: Final = logging.getLogger("corpus.reading")


def open_version(
    rev: str | None, repo: str | Path = ".", as_of: date | str | None = None, rights: str | None = None
) -> Version:
    """See `corpus.open`."""
    if rights is not None:
        version = open_version(rev, repo, as_of)
        return permitted.Permitted(version, policy_of(version, rights))
    if as_of is not None:
        day = asof.capture_day(as_of)
        return asof.AsOf(open_version(rev, repo), day)
    if isinstance(repo, str) and foreign.is_address(repo):
        repository = _cloned(repo)
        rev = rev or "HEAD"
    else:
        if not Path(repo).is_dir():
            # Or the repository around it would be taken for it.
            raise UsageError(f"There is no folder {repo}. repo= is a folder in a corpus repository, or a git URL.")
        repository = find(repo)
    return Version(Snapshot.of(repository, rev))


def _cloned(url: str) -> Repository:
    """Clone a remote repository, without work tree files; the clone is deleted with the process.

    Only the address of its data is taken from its settings. Each contacted server is logged before the contact.
    """
    source = foreign.address(url)
    if source.host is not None:
        _LOG.warning("Contacting %s to clone %s.", source.host, foreign.shown(url))
    folder = tempfile.mkdtemp(prefix="corpus-clone-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    root = Path(folder)
    # Documents may be in the history; of all files only a few small ones are wanted, and git fetches those.
    done = subprocess.run(
        [
            "git", *environment.OPTIONS, *environment.NO_HOOKS, "clone", "--quiet", "--no-checkout", "--origin=origin",
            "--template=", "--filter=blob:none", "--", url, folder,
        ],
        capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
        # A user without a password wants an error, not a prompt that nobody sees.
        env={**environment.for_git(root, network=True), "GIT_TERMINAL_PROMPT": "0",
             "GIT_ALLOW_PROTOCOL": source.protocol},
    )  # fmt: skip
    if done.returncode != 0:
        message = done.stderr.strip().replace(url, foreign.shown(url))
        raise CorpusError(f"{foreign.shown(url)} could not be cloned: {message}")
    # What is missing is fetched from where this came from, by settings that we wrote.
    repository = Repository(root, fetches=True)
    # DVC's settings say where the data are.
    config = repository.read_at("HEAD", ".dvc/config") if repository.commit_of("HEAD") else None
    if config is None:
        raise UsageError(f"{foreign.shown(url)} is not a corpus repository: it has no .dvc/config.")
    data = foreign.data(config, source)
    if data.contacted:
        _LOG.warning("Data of %s will be read from %s.", foreign.shown(url), foreign.shown(data.contacted))
    if data.ignored:
        _LOG.warning("Ignored in the .dvc/config of %s: %s.", foreign.shown(url), ", ".join(data.ignored))
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text(data.settings(), encoding="utf-8")
    return repository
