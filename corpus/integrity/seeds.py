"""Check that `seeds/` in the working tree is what was built from, by its md5 in dvc.lock.

Settings of git such as `core.autocrlf` change bytes at checkout unless `.gitattributes` forbids it, and git then calls
the files unchanged. A file that somebody edited and has not built yet is not a fault.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from corpus.batches import stored
from corpus.batches.seeds import SEEDS, list_seeds, read_document
from corpus.errors import CorpusError
from corpus.integrity.faults import Fault, Place, Trouble
from corpus.objects.listing import listing
from corpus.repo import staging
from corpus.repo.repository import LOCK
from corpus.tables.parquet import read
from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corpus.batches.seeds import SeedFile
    from corpus.snapshots.snapshot import Snapshot

_DOCUMENTS: Final = "data/documents"
_SHOWN: Final = 8
# So many files' bytes are in memory at once.
AT_ONCE: Final = 100
# The length of a name of git's, in hex, where it is a sha256.
_SHA256: Final = 64
_EXPANDED: Final = re.compile(rb"\$Id:[^$\r\n]*\$")


def check_seeds(version: Snapshot) -> tuple[list[Fault], list[str]]:
    """Compare seeds/ in the working tree with what dvc.lock was built from.

    Args:
        version: the version of the working tree.

    Returns:
        Files that git or a disk changed, and notes: what was edited and not built yet, or why the files were not
        compared.
    """
    expected = pinned_md5(version.text(LOCK) or "")
    if expected is None:
        return [], [f"{SEEDS}/ was not compared: {LOCK} does not say what it was built from"]
    try:
        files = list_seeds(version.repository.root)
        if md5_of(files) == expected:
            return [], []
        return _differences(version, files, expected)
    except (OSError, CorpusError) as error:
        reason = " ".join(str(error).split())
        return [Fault(Place.SEEDS, Trouble.DIFFERS, SEEDS, f"it cannot be compared with {LOCK}: {reason}")], []


def pinned_md5(lock: str) -> str | None:
    """Return the md5 of seeds/, ending in `.dir`, by the text of a dvc.lock; None if it has none."""
    try:
        stages = plain_yaml.load(lock, aliases=True)["stages"].values()
        found = [dep["md5"] for stage in stages for dep in stage.get("deps", ()) if dep["path"] == SEEDS]
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    return found[0] if found and isinstance(found[0], str) else None


def md5_of(files: Iterable[SeedFile]) -> str:
    """Return DVC's md5 of a folder of these files, from the JSON of their names and md5s. Follows links."""
    return listing({file.source: stored.digests_of(file.path).md5 for file in files}, SEEDS).md5


def _differences(version: Snapshot, files: list[SeedFile], expected: str) -> tuple[list[Fault], list[str]]:
    head = version.repository.commit_of("HEAD")
    committed = {
        path: entry
        for path, entry in (staging.modes(version.repository, head, [SEEDS]) if head else {}).items()
        if is_document(path)
    }
    changed: dict[str, SeedFile] = {}
    digests: dict[str, str] = {}
    faults = []
    for file in files:
        content = read_document(file, file.size) or b""
        digests[file.source] = hashlib.sha256(content).hexdigest()
        mode, blob = committed.get(file.source, ("", ""))
        if mode == staging.LINK and not file.is_link and blob == _blob_of(content, len(blob)):
            faults.append(Fault(Place.SEEDS, Trouble.DIFFERS, file.source, "a plain file; the commit has a link"))
        elif blob != _blob_of(content, len(blob)):
            changed[file.source] = file
    faults += _by_git(version, [changed[source] for source in changed if source in committed], committed)
    built = built_from(version)
    if built is None:
        others = set(changed) | (committed.keys() - digests.keys())
    else:
        others = {source for source in digests.keys() | built.keys() if digests.get(source) != built.get(source)}
    named = sorted(others - {fault.path for fault in faults})
    if named:
        more = f", and {len(named) - _SHOWN:,} more" if len(named) > _SHOWN else ""
        return faults, [f"edited and not built yet: {', '.join(named[:_SHOWN])}{more}"]
    return faults, [] if faults else [f"{SEEDS}/ is not what {LOCK} was built from ({expected}): not built yet"]


def _by_git(version: Snapshot, files: list[SeedFile], committed: Mapping[str, tuple[str, str]]) -> list[Fault]:
    """Return which files that differ from the commit were changed at checkout, or by a fault, and not by an edit."""
    untouched = _untouched(version)
    faults = []
    for start in range(0, len(files), AT_ONCE):
        some = files[start : start + AT_ONCE]
        blobs = contents(version, [committed[file.source][1] for file in some])
        for file, (_, blob) in zip(some, blobs, strict=True):
            alike = _plain(blob) == _plain(read_document(file, file.size) or b"")
            if alike or file.source in untouched:
                what = "line endings or keywords" if alike else "bytes"
                detail = (
                    f"other {what} than the commit has{'; git calls it unchanged' if file.source in untouched else ''}"
                )
                faults.append(Fault(Place.SEEDS, Trouble.DIFFERS, file.source, detail))
    return faults


def _plain(content: bytes) -> bytes:
    """Undo what git does to a text file at checkout: line endings, and `$Id$`."""
    return _EXPANDED.sub(b"$Id$", content.replace(b"\r\n", b"\n"))


def _blob_of(content: bytes, length: int) -> str:
    """Return git's name of these bytes, in hex, in a repository with names of this length."""
    algorithm = hashlib.sha256 if length == _SHA256 else hashlib.sha1
    return algorithm(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def contents(version: Snapshot, objects: list[str], *options: str) -> list[tuple[str, bytes]]:
    """Read some objects of git.

    Args:
        version: a version of the repository to read.
        objects: the names of the objects, without line breaks.
        options: options of `git cat-file`.

    Returns:
        For each object git's description (its name and kind), and its bytes.
    """
    asked = "".join(f"{one}\n" for one in objects)
    answer = version.repository.git("cat-file", "--batch", *options, given=asked).encode("utf-8", "surrogateescape")
    found, start = [], 0
    for _ in objects:
        end = answer.index(b"\n", start)
        about, _, size = answer[start:end].decode("utf-8", "surrogateescape").rpartition(" ")
        # Of an object that is not there git says so instead of its size.
        length = int(size) if size.isdecimal() else -1
        found.append((about, answer[end + 1 : end + 1 + max(length, 0)]))
        start = end + length + 2
    return found


def is_document(path: str) -> bool:
    """Return True if a file of seeds/ is a document: neither it nor a folder of it is hidden."""
    return not any(part.startswith(".") for part in path.split("/"))


def _untouched(version: Snapshot) -> set[str]:
    """Return the files in seeds/ that did not change since git wrote them, by the sizes and times in git's index."""
    repository = version.repository
    known = repository.git("ls-files", "-z", "--", SEEDS).split("\0")
    return set(known) - set(repository.git("diff-files", "-z", "--name-only", "--", SEEDS).split("\0")) - {""}


def built_from(version: Snapshot) -> dict[str, str] | None:
    """Return the sha256 of each seed that was built from, by name; None if the documents are not all in the cache."""
    try:
        named = [file for pin in version.pins if pin.path == _DOCUMENTS for file in version.objects.files(pin) or ()]
        paths = [version.objects.get(file.md5) for file in named if PurePosixPath(file.path).name.startswith(SEEDS)]
        found: dict[str, str] = {}
        for path in paths:
            if path is None:
                return None
            rows = read(path, ["batch", "source", "document_id"]).to_pylist()
            found |= {row["source"]: row["document_id"] for row in rows if row["batch"] == SEEDS}
    except CorpusError:
        return None
    return found or None
