"""Publish a release: send the data to the DVC remote, check them there, then push branch and tag to the git remote.

If the remote has a folder's listing, DVC assumes that it has the files too: missing files are never sent, and damaged
ones never replaced. So every object is checked. Its bytes are verified, unless they were verified before and the object
did not change since. Missing and damaged objects are sent again here.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.batches import tracking as raw
from corpus.errors import CorpusError, DamagedObject, MissingObjects, NotWritten, Refused, StorageError
from corpus.objects import checks, dvc_process, objectstore, pins
from corpus.objects.checks import Object
from corpus.progress import progress
from corpus.repo import commit, receiving
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.repo.releases import Release
    from corpus.repo.repository import Repository

_ADD_DATA: Final = "no DVC remote is set: `dvc remote add -d NAME URL`, then commit .dvc/config"
_THREADS: Final = 2
_ADD_GIT: Final = "no git remote is set: `git remote add origin URL`"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was published where.

    Attributes:
        remote: the DVC remote's name.
        objects: how many objects of the version it has. Each was checked.
        sent_again: how many objects were sent here because DVC had wrongly assumed that the remote has them.
        git: the git remote's name.
        branch: the branch that went with the tag.
    """

    remote: str
    objects: int
    sent_again: int
    git: str
    branch: str


def obstacles(repository: Repository) -> list[str]:
    """Return why nothing can be pushed: there is no remote for the data, or no git remote."""
    return [
        *([] if objectstore.configured(repository).default else [_ADD_DATA]),
        *([] if commit.remote_of(repository) else [_ADD_GIT]),
    ]


def push(repository: Repository, release: Release, tell: Callable[[str], None] = lambda _: None) -> Pushed:
    """Publish a release: first the data, then git. The caller holds the write lock.

    Args:
        repository: the corpus. Its cache has all objects of the release.
        release: the release.
        tell: called with a text for each step.

    Raises:
        Refused: there is no remote.
        MissingObjects: the remote lacks objects after the push; git was not pushed.
        CorpusError: DVC or git failed.
    """
    reasons = obstacles(repository)
    if reasons:
        raise Refused(f"{release.version} was not pushed:", reasons)
    remote, git = objectstore.configured(repository).default or "", commit.remote_of(repository) or ""
    branch = commit.branch_of(repository)
    objects = _objects(repository, release)
    store = objectstore.database(repository.root)
    # Nothing damaged may leave here: what will be sent is read before.
    _require_sound(repository, checks.absent(store, objects), release)
    mended = _mend_listings(repository, store, remote, objects, tell)
    tell(f"pushing {count(len(objects), 'object')} to {remote}")
    done = dvc_process.run(repository.root, "push")
    if done.returncode != 0:
        if full := dvc_process.full(repository.root, done, f"The remote {remote} or DVC's notes in .dvc/tmp"):
            raise NotWritten(f"{full}\n{release.version} is complete here; `corpus release --push` tries again.")
        raise CorpusError(
            f"`dvc push` failed; {release.version} exists in this repository; `corpus release --push` tries again.\n"
            + dvc_process.complaint(done)
        )
    lacking = checks.lacking(repository, store, remote, objects)
    if lacking:
        tell(f"sending {count(len(lacking), 'object')} again: missing or damaged in {remote}")
        _send(repository, store, lacking)
    still = checks.lacking(repository, store, remote, lacking)
    if still:
        raise MissingObjects(
            f"{release.version} was pushed, but the remote {remote} lacks objects of it, or has them damaged; "
            "git was not pushed. Is its disk full? `corpus release --push` tries again.",
            [f"{one.path} ({one.md5}, {one.size:,} bytes)" for one in still],
        )
    names = [f"refs/tags/{release.tag}", *([f"{branch}:{branch}"] if branch else [])]
    tell(f"pushing {release.tag} to {git}")
    _push_git(repository, git, names, release)
    sent_again = len(mended | {one.md5 for one in lacking})
    return Pushed(remote, len(objects), sent_again, git, (branch or "").removeprefix("refs/heads/"))


def _objects(repository: Repository, release: Release) -> list[Object]:
    """Return every object of a release with its size in the cache; listings come after the files that they list.

    Raises:
        MissingObjects: the cache lacks an object.
    """
    pinned = [pin for pin in pins.of_commit(repository, release.commit) if pin.cached]
    batches = repository.read_at(release.commit, raw.PIN)
    pinned += raw.pinned(batches) if batches else []
    store = pins.Objects(repository)
    files: dict[str, str] = {}
    lost = []
    for pin in pinned:
        inside = store.files(pin)
        if inside is None:
            lost.append(f"{pin.path} ({pin.md5})")
        files |= {file.md5: file.path for file in inside or ()}
    files |= {pin.md5: pin.path for pin in pinned if pin.is_folder}
    found = []
    for md5, path in files.items():
        try:
            found.append(Object(path, md5, store.path(md5).stat().st_size))
        except OSError:
            lost.append(f"{path} ({md5})")
    store.remember()
    if lost:
        raise MissingObjects(f"The DVC cache lacks objects of {release.version}. Run `dvc pull`.", lost)
    return found


def _require_sound(repository: Repository, objects: Sequence[Object], release: Release) -> None:
    """Raise DamagedObject if an object of the cache has other bytes than its md5 says."""
    cache = pins.Objects(repository)
    with progress("verify", len(objects), "objects") as advance, ThreadPoolExecutor(_THREADS) as pool:
        for one, found in zip(objects, pool.map(lambda one: cache.digest(one.md5, reread=True), objects), strict=True):
            if found != one.md5.removesuffix(".dir"):
                cache.remember()
                advice = f"Nothing was pushed. Run `corpus build`, or `corpus verify {release.version} --repair`."
                raise DamagedObject(f"{one.path} in the DVC cache", one.md5, found or "none", advice)
            advance(1)
    cache.remember()


def _mend_listings(
    repository: Repository, store: Any, name: str, objects: Sequence[Object], tell: Callable[[str], None]
) -> set[str]:
    """Replace damaged listings in a remote, because `dvc push` reads them and may fail. Returns their md5s.

    These are the listings of the release and of the working tree, because `dvc push` sends what the working tree pins.
    `dvc push` sends missing listings itself, after their files.
    """
    listings = {one.md5: one for one in objects if one.md5.endswith(".dir")}
    cache = pins.Objects(repository)
    for pin in pins.of_working_tree(repository):
        if pin.cached and pin.is_folder and pin.md5 not in listings:
            with suppress(OSError):
                listings[pin.md5] = Object(pin.path, pin.md5, cache.path(pin.md5).stat().st_size)
    there = checks.present(store, list(listings.values()))
    damaged = checks.lacking(repository, store, name, there)
    if damaged:
        tell(f"sending {len(damaged):,} listings again that {name} has damaged")
        _send(repository, store, damaged)
    return {one.md5 for one in damaged}


def _send(repository: Repository, store: Any, objects: Sequence[Object]) -> None:
    """Send objects to the remote and replace what is there. Each object is verified before."""
    cache = pins.Objects(repository)
    for one in objects:
        source = cache.path(one.md5)
        if (found := cache.digest(one.md5, reread=True)) != one.md5.removesuffix(".dir"):
            cache.remember()
            advice = "Run `corpus build`, which mends the DVC cache, then `corpus release --push` again."
            raise DamagedObject(f"{one.path} in the DVC cache", one.md5, found or "none", advice)
        target = store.oid_to_path(one.md5)
        try:
            store.fs.makedirs(store.fs.parent(target), exist_ok=True)
            if store.fs.exists(target):
                # DVC leaves its objects read-only, and some stores will not replace those.
                store.fs.remove(target)
            store.fs.put_file(str(source), target)
        except Exception as error:  # the remote's client has errors of its own
            raise StorageError(f"{one.path} could not be sent to the remote: {error}") from error


def _push_git(repository: Repository, remote: str, names: Sequence[str], release: Release) -> None:
    # Where nobody can type a password, git must not wait for one.
    environment = {} if sys.stderr.isatty() else {"GIT_TERMINAL_PROMPT": os.environ.get("GIT_TERMINAL_PROMPT", "0")}
    try:
        receiving.push(repository, remote, *names, env=environment, atomic=True)
    except CorpusError as error:
        raise CorpusError(
            f"The data of {release.version} are in the remote, but git was not pushed; "
            f"the release exists in this repository.\n{error}\n"
            f"Mend that (`git pull {remote}` if others have pushed), then `corpus release --push` tries again."
        ) from None
