"""Check that `seeds/` of a commit is what its dvc.lock was built from. The working tree plays no part in it.

Nobody builds a commit later. So a difference is a fault of the commit, and not an edit that waits for a build.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from corpus.batches.seeds import SEEDS
from corpus.integrity.faults import Fault, Place, Trouble
from corpus.integrity.seeds import AT_ONCE, built_from, contents, is_document, pinned_md5
from corpus.objects.listing import listing
from corpus.repo import staging
from corpus.repo.repository import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corpus.snapshots.snapshot import Snapshot

_MODULE: Final = "160000"
_POINTER: Final = b"version https://git-lfs.github.com/spec/"


def check_committed_seeds(version: Snapshot, commit: str) -> tuple[list[Fault], list[str]]:
    """Compare seeds/ of a commit with what its dvc.lock was built from.

    Args:
        version: the version of the commit.
        commit: the commit.

    Returns:
        The files that differ, and notes: why something cannot be compared.

    Raises:
        CorpusError: git failed.
    """
    expected = pinned_md5(version.text(LOCK) or "")
    if expected is None:
        return [], [f"{SEEDS}/ was not compared: {LOCK} does not say what it was built from"]
    found = {
        path: entry for path, entry in staging.modes(version.repository, commit, [SEEDS]).items() if is_document(path)
    }
    files = {path: blob for path, (mode, blob) in found.items() if mode != _MODULE}
    digests = {path: (_md5(content), _sha256(content)) for path, content in _contents(version, files)}
    links = sorted(path for path, (mode, _) in found.items() if mode == staging.LINK)
    followed, unknown = _follow(version, commit, links)
    unknown += [path for path, (mode, _) in found.items() if mode == _MODULE]
    md5s = {path: followed.get(path, md5) for path, (md5, _) in digests.items()}
    if (listed := listing(md5s, SEEDS).md5) == expected:
        return [], []
    built = built_from(version)
    if built is None:
        if unknown:
            return [], [f"{SEEDS}/ was not compared: {', '.join(sorted(unknown))} cannot be followed in git"]
        detail = f"{LOCK} was built from {expected}, the commit has {listed}"
        return [Fault(Place.SEEDS, Trouble.DIFFERS, SEEDS, detail)], []
    sha256s = {path: sha256 for path, (_, sha256) in digests.items()}
    faults = list(_differences(version, files, sha256s, built))
    if faults:
        return faults, []
    return [], [f"{SEEDS}/ has the documents that {LOCK} was built from, under another md5 ({expected})"]


def _differences(
    version: Snapshot, files: Mapping[str, str], found: Mapping[str, str], built: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield the files that differ from the inputs of the build, sorted by name."""
    other = {path: files[path] for path in found.keys() & built.keys() if found[path] != built[path]}
    reasons = {path: _reason(content, built[path]) for path, content in _contents(version, other)}
    for path in sorted(found.keys() | built.keys()):
        if path not in built:
            yield Fault(Place.SEEDS, Trouble.UNEXPECTED, path, f"{LOCK} was built without it")
        elif path not in found:
            yield Fault(Place.SEEDS, Trouble.MISSING, path, f"{LOCK} was built from it, and the commit lacks it")
        elif path in reasons:
            yield Fault(
                Place.SEEDS, Trouble.DIFFERS, path, f"the commit has {reasons[path]} than {LOCK} was built from"
            )


def _reason(content: bytes, built: str) -> str:
    """Return how a file differs from the one with a sha256."""
    if content.startswith(_POINTER):
        return "a pointer of Git LFS, and so other bytes"
    unix = content.replace(b"\r\n", b"\n")
    if built in {_sha256(unix), _sha256(unix.replace(b"\n", b"\r\n"))}:
        return "other line endings"
    return "other bytes"


def _contents(version: Snapshot, files: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its bytes, a few at a time."""
    paths = sorted(files)
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start : start + AT_ONCE]
        for path, (_, content) in zip(some, contents(version, [files[path] for path in some]), strict=True):
            yield path, content


def _follow(version: Snapshot, commit: str, links: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the md5s of the targets of symbolic links, as DVC follows them, and the links that lead outside."""
    asked = [link for link in links if "\n" not in link]
    answers = contents(version, [f"{commit}:{link}" for link in asked], "--follow-symlinks")
    found = {
        link: _md5(content) for link, (about, content) in zip(asked, answers, strict=True) if about.endswith(" blob")
    }
    return found, [link for link in links if link not in found]


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
