"""The tree of errors. What a user can cause is here; each leaf says what was found and what to do next.

CorpusError
├── UsageError                exit 2: the command or the settings are wrong
│   ├── NotARepository        no corpus repository at or above a folder
│   ├── SettingsError         params.yaml: every fault at once
│   ├── UnknownVersion        no such tag, branch or commit
│   └── NotFound              no such article, document or path
├── InputError                a source that cannot even be listed or hashed
│   └── ChangedWhileRead      a file had other bytes the second time
├── Busy                      another process holds the lock
├── EngineMismatch            engine.yaml names another engine than the installed one
├── StageFailed               a DVC stage ended with an error
├── StorageError              what is stored is not what was pinned
│   ├── MissingObjects        pinned, and neither in the cache nor in a remote
│   │   └── Withdrawn         gone on purpose: articles were withdrawn from this version
│   ├── DamagedObject         there, with another digest
│   ├── DiskFull              too little room to go on safely
│   └── NotWritten            a disk that takes no more: full, over quota, or a limit on the size of files
├── ClusterError              the cluster of `--cluster` cannot do the work
│   ├── ClusterUnreachable    no scheduler answers, none is left, or it has no workers
│   ├── ClusterMismatch       a worker has another engine, other parsers or another Python
│   └── NoSharedFolder        a worker does not see the corpus, or sees another folder in its place
├── Shortage                  the machine gives no more memory, threads, processes or open files
├── Refused                   a release or commit that must not be made now
└── InvariantError            our own fault: the books do not balance
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False


class CorpusError(Exception):
    """Base of all errors of this package. `str(error)` is what the user is shown."""

    exit_code: ClassVar[int] = 1

    def __reduce__(self) -> tuple[object, ...]:
        # Errors come from worker processes, and what they were made from is not what they show.
        return _unpickled, (type(self), self.args, self.__dict__.copy())


def _unpickled(kind: type[CorpusError], shown: tuple[object, ...], fields: dict[str, object]) -> CorpusError:
    error = kind.__new__(kind)
    error.args = shown
    error.__dict__.update(fields)
    return error


class UsageError(CorpusError):
    """The command line, the settings or the place are wrong."""

    exit_code = 2


class NotARepository(UsageError):
    """There is no corpus repository at or above `folder`."""

    def __init__(self, folder: Path, missing: str) -> None:
        self.folder = folder
        self.missing = missing
        super().__init__(
            f"{folder} is not inside a corpus repository: {missing}.\nGo to one, or make one with `corpus init DIR`."
        )


class SettingsError(UsageError):
    """params.yaml has faults; `faults` names each."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        self.path = path
        self.faults = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{path.name} has {count}:\n{lines}")


class UnknownVersion(UsageError):
    """`name` is no release, tag, branch or commit of the repository."""

    def __init__(self, name: str, released: Sequence[str]) -> None:
        self.name = name
        self.released = tuple(released)
        known = ", ".join(released) if released else "none yet"
        super().__init__(f"No version {name!r}. Released: {known}.")


class NotFound(UsageError):
    """What was asked for is not in this corpus."""


class InputError(CorpusError):
    """A source cannot be listed or read; `faults` names each path and its trouble."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([message, *(f"  {fault}" for fault in faults)]))


class ChangedWhileRead(InputError):
    """A file had other bytes when it was read again."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__(f"{source} changed while it was being read. Run again when nothing changes it.")


class Busy(CorpusError):
    """Another process is writing to this corpus."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"This corpus is being written by {holder}. Wait for it to end, or give --wait SECONDS.")


class EngineMismatch(CorpusError):
    """The installed engine is not the one that engine.yaml pins."""

    def __init__(self, stage: str, pinned: str, installed: str) -> None:
        self.stage = stage
        super().__init__(
            f"engine.yaml pins {stage} to {pinned}, the installed engine is {installed}.\n"
            "To rebuild with the installed engine run `corpus build`, which updates engine.yaml.\n"
            "To reproduce this version as it was, install the newscorpus release that engine.yaml names."
        )


class StageFailed(CorpusError):
    """A DVC stage ended with an error; `detail` is its message, `kind` the name of its error, if known."""

    def __init__(self, stage: str, detail: str, kind: str | None = None) -> None:
        self.stage = stage
        self.detail = detail
        self.kind = kind
        super().__init__(f"Stage '{stage}' failed.\n{detail}" if detail else f"Stage '{stage}' failed.")


class StorageError(CorpusError):
    """What is stored is not what was pinned."""


class MissingObjects(StorageError):
    """Pinned objects are in neither the cache nor a remote."""

    def __init__(self, message: str, objects: Sequence[str]) -> None:
        self.objects = tuple(objects)
        shown = [f"  {name}" for name in objects[:5]]
        if len(objects) > len(shown):
            shown.append(f"  and {len(objects) - len(shown)} more")
        super().__init__("\n".join([message, *shown]))


class DamagedObjects(StorageError):
    """Objects of earlier versions have other bytes in the cache than were pinned."""

    def __init__(self, objects: Sequence[str], versions: Sequence[str]) -> None:
        self.objects = tuple(objects)
        self.versions = tuple(versions)
        what = f"{len(objects):,} {'object' if len(objects) == 1 else 'objects'} in .dvc/cache"
        if versions:
            of = f" of {', '.join(versions[:5])}{' and others' if len(versions) > 5 else ''}"
            advice = f"`corpus verify {versions[0]} --repair` puts back what a remote or the workspace still has."
        else:
            of, advice = ", which no release needs", "`dvc gc --all-commits` removes what no commit needs."
        super().__init__(f"Damaged: {what}{of}. {advice}\n  {objects[0]}")


class Withdrawn(MissingObjects):
    """A version whose objects were removed by `corpus forget`; `successor` replaces it, if anything does."""

    def __init__(self, version: str, date: date, reason: str, successor: str | None) -> None:
        self.version = version
        self.date = date
        self.reason = reason
        self.successor = successor
        instead = (
            f'Its successor, the same but for what was withdrawn, is {successor}: corpus.open("{successor}").'
            if successor
            else "It was not a release, and nothing replaces it. `corpus versions` lists the releases that can be read."
        )
        super().__init__(
            f"Articles were withdrawn from {version} on {date} ({reason}). It can no longer be read.\n{instead}", []
        )


class DamagedObject(StorageError):
    """A file's digest is not the one that was pinned."""

    ADVICE: ClassVar[str] = (
        "Run `corpus build`: it repairs what the working tree needs. "
        "`corpus verify VERSION --repair` repairs another version, if the workspace or the remote has the right bytes."
    )

    def __init__(self, path: Path | str, expected: str, found: str, advice: str = ADVICE) -> None:
        self.path = path
        super().__init__(f"{path} is damaged: its digest is {found}, pinned is {expected}.\n{advice}")


class DiskFull(StorageError):
    """Too little room on the disk."""

    def __init__(self, folder: Path, free: int, needed: int) -> None:
        self.free = free
        self.needed = needed
        super().__init__(
            f"The disk of {folder} has {free / 1e6:,.0f} MB free; about {needed / 1e6:,.0f} MB are needed. "
            "Nothing was changed. Make room and run again."
        )


class NotWritten(StorageError):
    """A file could not be written: the disk is full, a quota is used up, or files may not grow beyond a limit."""


class ClusterError(CorpusError):
    """The cluster that `--cluster` names cannot do the work."""


class ClusterUnreachable(ClusterError):
    """The scheduler at `address` does not answer, was lost, or has no workers."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        super().__init__(f"The cluster at {address} cannot be used: {reason}. Finished shards are kept; run again.")


class ClusterMismatch(ClusterError):
    """A worker on `host` would make other bytes; `differences` says why."""

    def __init__(self, host: str, differences: Sequence[str]) -> None:
        self.host = host
        self.differences = tuple(differences)
        lines = "\n".join(f"  {difference}" for difference in differences)
        super().__init__(
            f"{host} differs from this machine:\n{lines}\n"
            "Install the same newscorpus, packages and Python there, and restart its workers."
        )


class NoSharedFolder(ClusterError):
    """A worker on `host` does not see `folder` as this machine does."""

    def __init__(self, host: str, folder: Path | str, reason: str) -> None:
        self.host = host
        self.folder = folder
        super().__init__(
            f"{host} does not share {folder} with this machine: {reason}. "
            "A cluster works on a corpus in a folder that all its machines have at the same path."
        )


class Shortage(CorpusError):
    """The machine gives no more memory, threads, processes or open files."""


class Refused(CorpusError):
    """A release or a commit is refused; `reasons` says why."""

    def __init__(self, what: str, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join([what, *(f"  {reason}" for reason in reasons)]))


class InvariantError(CorpusError):
    """A promise of ours is broken: a bug. Says what was found and what was expected."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message}\nThis is a bug in newscorpus. Nothing was published. Please report it.")
