"""Compute digests of values, rows and files. A file is read once, while its size, times and inode are the same."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import polars as pl
    from typing_extensions import Buffer

# Size, mtime, ctime and inode: as long as they are the same, so is the file.
Stamp: TypeAlias = tuple[int, int, int, int]
# File systems note changes by a clock that ticks every 1 to 10 ms; newer kernels note them exactly.
GRAIN_NS: Final = 20_000_000


def stamp_of(info: os.stat_result) -> Stamp:
    """Return the values that show whether a file was changed."""
    return info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino


def _at_rest(path: Path | str) -> Stamp:
    """Return the stamp of a file, after waiting until a change of it would be a change of the stamp."""
    stamp = stamp_of(os.stat(path))  # noqa: PTH116 - a build asks of 100,000 files, and paths cost more than the call
    age = time.time_ns() - stamp[2]
    if 0 <= age < GRAIN_NS:
        time.sleep((GRAIN_NS - age) / 1e9)
        stamp = stamp_of(os.stat(path))  # noqa: PTH116 - as above
    return stamp


def digest(parts: Iterable[bytes | str]) -> str:
    """Return the sha256, in hex, of parts. Each is preceded by its length, so that no two lists collide."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


def digest_rows(rows: pl.DataFrame) -> str:
    """Return the sha256, in hex, of a table's columns and values. It must have no nulls: their bytes are undefined."""
    import polars as pl
    import pyarrow as pa

    plain = rows.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    state = hashlib.sha256()
    with pa.ipc.new_stream(pa.PythonFile(_Sink(state.update), mode="w"), plain.schema) as stream:
        stream.write_table(plain.combine_chunks())
    return state.hexdigest()


class _Sink(io.RawIOBase):
    """A file that passes on what is written to it."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        content = bytes(data)
        self._take(content)
        return len(content)


def canonical_json(value: Any) -> str:
    """Return JSON that depends only on the value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class FileDigests:
    """A cache of files' digests, in a file of its own that may be lost at any time.

    An entry counts only if size, mtime, ctime and inode are the same as when the file was read. A file is not read
    within the clock's grain of its last change, so that any later change has another ctime.
    """

    def __init__(self, memory: Path, algorithm: str = "sha256") -> None:
        self._memory = memory
        self._algorithm = algorithm
        # A copy: what another part of the program learns and does not save is no concern of this one.
        self._known: dict[str, str] = dict(_read(memory))
        self._changed = False

    def of(self, path: Path | str) -> str:
        """Return the digest of a file, in hex. Raises OSError if it cannot be read."""
        stamp = stamp_of(os.stat(path))  # noqa: PTH116 - a build asks of 100,000 files, and paths cost more than the call
        known = self.recall(path, stamp)
        return self.read(path) if known is None else known

    def of_folder(self, folder: Path) -> dict[str, str]:
        """Return the digests of the files of a folder that are unchanged since they were read, by name. Reads no file.

        Raises:
            OSError: the folder cannot be read.
        """
        found = {}
        # Put together by hand: the folder may have 100,000 files.
        prefix = f"{folder}{os.sep}"
        with os.scandir(folder) as entries:
            for entry in entries:
                known = self._known.get(prefix + entry.name)
                if known is not None and (value := _digest_in(known, stamp_of(entry.stat()))) is not None:
                    found[entry.name] = value
        return found

    def read(self, path: Path | str) -> str:
        """Read a file now, regardless of what is remembered of it, and remember its digest.

        Returns:
            The digest, in hex.

        Raises:
            OSError: the file cannot be read.
        """
        stamp = _at_rest(path)
        with open(path, "rb", buffering=0) as file:
            found = hashlib.file_digest(file, self._algorithm).hexdigest()
        if stamp_of(os.stat(path)) == stamp:  # noqa: PTH116 - as above
            self.learn(path, stamp, found)
        return found

    def changed_unseen(self, path: Path, *, reread: bool = False) -> bool:
        """Return whether the bytes of a file changed while its size, time of change and inode did not.

        DVC and git recognise a change by these three, so they would not notice.

        Args:
            path: the file. A file that is gone or not known did not change unseen.
            reread: read it in any case; by default only if its ctime changed.

        Returns:
            Whether its bytes changed.
        """
        known = self._known.get(str(path))
        try:
            stamp = stamp_of(path.stat())
            if known is None:
                return False
            size, mtime, ctime, inode, before = known.split(" ")
            now = _written(stamp).split(" ")
            if [size, mtime, inode] != [now[0], now[1], now[3]] or (ctime == now[2] and not reread):
                return False
            # What is wrong stays wrong: the digest it had is remembered until it is put right.
            with path.open("rb", buffering=0) as file:
                found = hashlib.file_digest(file, self._algorithm).hexdigest()
        except (OSError, ValueError):
            return False
        if found == before:
            self.learn(path, stamp, found)
        return bool(found != before)

    def recall(self, path: Path | str, stamp: Stamp) -> str | None:
        """Return the digest of a file, if it is known for this stamp of the file."""
        entry = self._known.get(str(path))
        return None if entry is None else _digest_in(entry, stamp)

    def learn(self, path: Path | str, stamp: Stamp, found: str) -> None:
        """Remember a digest that the caller computed, of a file that had this stamp before and after."""
        self._known[str(path)] = f"{_written(stamp)} {found}"
        self._changed = True

    def keep_only(self, paths: Iterable[str], most: int) -> None:
        """Forget all but some files, if more than so many are known. They are read again when they are asked for."""
        if len(self._known) > most:
            self._known = {path: self._known[path] for path in paths if path in self._known}
            self._changed = True

    def save(self) -> None:
        """Write the cache to its file. A failure is not an error, because the cache only saves time."""
        if not self._changed:
            return
        aside = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(self._known))
            aside.replace(self._memory)
            _last_read[self._memory] = stamp_of(self._memory.stat()), dict(self._known)
        except OSError:
            aside.unlink(missing_ok=True)
        self._changed = False


def _written(stamp: Stamp) -> str:
    """Return a stamp as it is kept: a hundred thousand lists would take twice as long to read and to write."""
    return f"{stamp[0]} {stamp[1]} {stamp[2]} {stamp[3]}"


def _digest_in(entry: str, stamp: Stamp) -> str | None:
    """Return the digest in an entry, if the entry is of this stamp."""
    known, _, found = entry.rpartition(" ")
    return found if known == _written(stamp) else None


# What was last read from each file, or written to it, with its stamp: a build opens some of them ten times.
_last_read: dict[Path, tuple[Stamp, dict[str, str]]] = {}


def _read(memory: Path) -> dict[str, str]:
    try:
        stamp = stamp_of(memory.stat())
        before = _last_read.get(memory)
        if before is not None and before[0] == stamp:
            return before[1]
        known = json.loads(memory.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    found = {path: one for path, one in known.items() if isinstance(one, str)}
    # Earlier versions wrote lists.
    found |= {path: " ".join(map(str, one)) for path, one in known.items() if isinstance(one, list)}
    _last_read[memory] = stamp, found
    return found
