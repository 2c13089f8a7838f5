"""Opening a version in place: from the DVC cache, else from its remote. Nothing is checked out, no lock is taken."""

from __future__ import annotations

import atexit
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError, MissingObjects, UnknownVersion, UsageError
from corpus.versioning import environment, pins
from corpus.versioning.reading import asof
from corpus.versioning.reading.version import Version
from corpus.versioning.releasing import releases
from corpus.versioning.repository import Repository, find

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Version", "open_version", "resolve"]

_URL: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|[^/@\s]+@[^/:\s]+:)")


def open_version(rev: str | None, repo: str | Path = ".", as_of: date | str | None = None) -> Version:
    """See `corpus.open`."""
    if as_of is not None:
        day = asof.capture_day(as_of)
        return asof.AsOf(open_version(rev, repo), day)
    if isinstance(repo, str) and _URL.match(repo):
        repository = _cloned(repo)
        rev = rev or "HEAD"
    else:
        if not Path(repo).is_dir():
            # Or the repository around it would be taken for it.
            raise UsageError(f"There is no folder {repo}. repo= is a folder in a corpus repository, or a git URL.")
        repository = find(repo)
    if rev is None:
        pinned = pins.of_working_tree(repository)
        if not pinned:
            raise MissingObjects("Nothing was built here yet. Run `corpus build`.", [])
        return Version("the working tree", None, repository, pinned)
    commit = resolve(repository, rev)
    pinned = pins.of_commit(repository, commit)
    if not pinned:
        raise UsageError(f"{rev} ({commit[:10]}) has no dvc.lock: nothing had been built then.")
    return Version(rev, commit, repository, pinned)


def resolve(repository: Repository, rev: str) -> str:
    """The commit of a revision; `v1.0.0` means the release of that name first.

    Raises:
        UnknownVersion: it names none.
    """
    names = [rev]
    # A release, or what took its place: `v1.0.0+redacted.1`.
    if releases.NUMBER.fullmatch(rev.removeprefix("v").partition("+")[0]):
        names.insert(0, releases.tag(f"v{rev.removeprefix('v')}"))
    for name in names:
        if not name.startswith("-") and (commit := repository.commit_of(name)):
            return commit
    raise UnknownVersion(rev, [release.version for release in releases.releases(repository)])


def _cloned(url: str) -> Repository:
    """A clone without work tree files of a remote repository, which goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="corpus-clone-")
    atexit.register(folder.cleanup)
    # Documents may stand in the history; of all files only a few small ones are wanted, and git fetches those.
    done = subprocess.run(
        [
            "git", *environment.OPTIONS, "clone", "--quiet", "--no-checkout", "--origin=origin", "--template=",
            "--filter=blob:none", "--", url, folder.name,
        ],
        capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
        # Whoever has no password to give wants an error, not a prompt that nobody sees.
        env={**environment.for_git(Path(folder.name), network=True), "GIT_TERMINAL_PROMPT": "0"},
    )  # fmt: skip
    if done.returncode != 0:
        raise CorpusError(f"{url} could not be cloned: {done.stderr.strip()}")
    root = Path(folder.name)
    # What is missing is fetched from where this came from, by settings that we wrote.
    repository = Repository(root, fetches=True)
    # DVC's settings say where the data are.
    config = repository.read_at("HEAD", ".dvc/config") if repository.commit_of("HEAD") else None
    if config is None:
        raise UsageError(f"{url} is no corpus repository: it has no .dvc/config.")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text(config)
    return repository
