"""Publishing a release: the data to the DVC remote, then a look whether it has them, then branch and tag to git's.

DVC takes a folder's listing in the remote for the folder itself: what lacks behind it is never sent, and what is
damaged there never replaced. So every object is asked for by name and size, and what lacks is sent again by us.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import CorpusError, MissingObjects, Refused, StorageError
from corpus.versioning import commit, pins, raw
from corpus.versioning.repository import complaint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.versioning.releasing.releases import Release
    from corpus.versioning.repository import Repository

_ADD_DATA: Final = "no DVC remote is set: `dvc remote add -d NAME URL`, then commit .dvc/config"
_ADD_GIT: Final = "no git remote is set: `git remote add origin URL`"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was published where.

    Attributes:
        remote: the DVC remote's name.
        objects: how many objects of the version it has, each asked for.
        sent_again: how many of them DVC had taken for sent, and we sent.
        git: the git remote's name.
        branch: the branch that went with the tag.
    """

    remote: str
    objects: int
    sent_again: int
    git: str
    branch: str


@dataclass(frozen=True, slots=True)
class _Object:
    path: str
    md5: str
    size: int


def obstacles(repository: Repository) -> list[str]:
    """Why nothing can be pushed: no remote for the data, or none for git."""
    return [
        *([] if _data_remote(repository) else [_ADD_DATA]),
        *([] if _git_remote(repository) else [_ADD_GIT]),
    ]


def push(repository: Repository, release: Release, tell: Callable[[str], None] = lambda _: None) -> Pushed:
    """Publish a release: data, then git. Call it holding the write lock.

    Args:
        repository: where. The cache has all objects of the release.
        release: which.
        tell: is told what is going on.

    Raises:
        Refused: there is no remote.
        MissingObjects: the remote lacks something all the same; git was not pushed.
        CorpusError: DVC or git failed.
    """
    reasons = obstacles(repository)
    if reasons:
        raise Refused(f"{release.version} was not pushed:", reasons)
    remote, git = _data_remote(repository), _git_remote(repository)
    branch = commit.branch_of(repository)
    objects = _objects(repository, release)
    tell(f"pushing {len(objects):,} objects to {remote}")
    done = repository.dvc("push")
    if done.returncode != 0:
        raise CorpusError(
            f"`dvc push` failed; {release.version} stands here, and `corpus release --push` tries again.\n"
            + complaint(done)
        )
    store = _store(repository)
    lacking = _lacking(store, objects)
    if lacking:
        tell(f"sending {len(lacking):,} objects again that {remote} lacks")
        _send(repository, store, lacking)
    still = _lacking(store, lacking)
    if still:
        raise MissingObjects(
            f"{release.version} was pushed, but the remote {remote} lacks objects of it, or has them in another size; "
            "git was not pushed. Is its disk full? `corpus release --push` tries again.",
            [f"{one.path} ({one.md5}, {one.size:,} bytes)" for one in still],
        )
    names = [f"refs/tags/{release.tag}", *([f"{branch}:{branch}"] if branch else [])]
    tell(f"pushing {release.tag} to {git}")
    _push_git(repository, git, names, release)
    return Pushed(remote, len(objects), len(lacking), git, (branch or "").removeprefix("refs/heads/"))


def _data_remote(repository: Repository) -> str:
    """The default DVC remote's name; "" if there is none."""
    from dvc.config import Config, ConfigError

    try:
        return str(Config(str(repository.root / ".dvc"))["core"].get("remote") or "")
    except ConfigError as error:
        raise CorpusError(f"DVC's settings have a fault: {error}") from error


def _git_remote(repository: Repository) -> str:
    """The git remote that the branch belongs to, else `origin`, else the only one; "" if there is none."""
    branch = (commit.branch_of(repository) or "").removeprefix("refs/heads/")
    remotes = repository.git("remote").split()
    for name in (
        repository.git("config", f"branch.{branch}.pushRemote", check=False).strip(),
        repository.git("config", "remote.pushDefault", check=False).strip(),
        repository.git("config", f"branch.{branch}.remote", check=False).strip(),
        "origin",
    ):
        if name in remotes:
            return name
    return remotes[0] if len(remotes) == 1 else ""


def _objects(repository: Repository, release: Release) -> list[_Object]:
    """Every object of a release, with the size it has in the cache; listings come after what they list.

    Raises:
        MissingObjects: the cache lacks one.
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
            found.append(_Object(path, md5, store.path(md5).stat().st_size))
        except OSError:
            lost.append(f"{path} ({md5})")
    store.remember()
    if lost:
        raise MissingObjects(f"The DVC cache lacks objects of {release.version}. Run `dvc pull`.", lost)
    return found


def _store(repository: Repository) -> Any:
    from dvc.repo import Repo

    try:
        with Repo(str(repository.root)) as repo:
            return repo.cloud.get_remote_odb()
    except Exception as error:  # each client has errors of its own
        raise CorpusError(f"The remote cannot be used: {error}") from error


def _lacking(store: Any, objects: Sequence[_Object]) -> list[_Object]:
    """Those that the remote has not, or in another size."""
    if not objects:
        return []
    paths = [store.oid_to_path(one.md5) for one in objects]
    store.fs.fs.invalidate_cache()
    found = store.fs.info(paths, return_exceptions=True)
    lacking = []
    for one, info in zip(objects, found, strict=True):
        if isinstance(info, FileNotFoundError):
            lacking.append(one)
        elif isinstance(info, BaseException):
            raise CorpusError(f"The remote could not be asked for {one.path}: {info}") from info
        # Some stores do not say how large a file is.
        elif info.get("size") not in {None, one.size}:
            lacking.append(one)
    return lacking


def _send(repository: Repository, store: Any, objects: Sequence[_Object]) -> None:
    """Send objects to the remote over whatever stands there. Each is verified before."""
    cache = pins.Objects(repository)
    for one in objects:
        source = cache.get(one.md5)
        if source is None:
            raise MissingObjects("The DVC cache lacks an object.", [f"{one.path} ({one.md5})"])
        target = store.oid_to_path(one.md5)
        try:
            store.fs.makedirs(store.fs.parent(target), exist_ok=True)
            if store.fs.exists(target):
                # DVC leaves its objects read-only, and some stores will not replace those.
                store.fs.remove(target)
            store.fs.put_file(str(source), target)
        except Exception as error:  # whatever the remote's client raises
            raise StorageError(f"{one.path} could not be sent to the remote: {error}") from error


def _push_git(repository: Repository, remote: str, names: Sequence[str], release: Release) -> None:
    # Where nobody can type a password, git must not wait for one.
    environment = {} if sys.stderr.isatty() else {"GIT_TERMINAL_PROMPT": os.environ.get("GIT_TERMINAL_PROMPT", "0")}
    try:
        repository.git("push", "--quiet", "--atomic", remote, *names, env=environment)
    except CorpusError as error:
        raise CorpusError(
            f"The data of {release.version} are in the remote, but git was not pushed; the release stands here.\n"
            f"{error}\nMend that (`git pull {remote}` if others have pushed), then `corpus release --push` tries again."
        ) from None
