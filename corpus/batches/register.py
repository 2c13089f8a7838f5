"""The register of batches, `batches.yaml`, which names each file of a batch with its digest.

The register is small and in git; the files, in `data/raw/`, are DVC's (`batchfiles`). A batch exists when the register
names it, not before. It is never changed, so its name identifies its bytes.

The files of a month are in a folder of their own, `data/raw/2026-11/`, because DVC stores the listing of a folder anew
with each file that is added. Repositories of earlier versions have all files in one folder until `corpus upgrade`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from corpus.batches import lines
from corpus.collection import collection_paused
from corpus.errors import CorpusError
from corpus.repo import paths
from corpus.repo.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BATCHES: Final = paths.BATCHES
RAW: Final = paths.RAW
_SHA256: Final = re.compile("[0-9a-f]{64}")
_KEYS: Final = frozenset(
    {"name", "captured_at", "licence", "files", "skipped", "redacted", "observations", "originals", "content"}
)
_FILE_VALUES: Final = 5
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One Parquet file of a batch: its digest, and how many documents, bytes and row groups it has.

    Its name is its path in `data/raw/`: `2026-11/20261127T101500Z-0a9bbbadf914-0000.parquet`.
    """

    name: str
    sha256: str
    documents: int
    size: int
    groups: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One `corpus add`: its time of capture, its licence, its files, and how many documents were skipped and why.

    `redacted` counts the documents that `corpus forget` took out. The batch keeps its name, because every row has it; a
    file without some of its documents has a new name and a new digest. `observations` is the file with the observations
    of `corpus collect`, one row for each request, and the bodies that are evidence. `originals` is the file with the
    original exports from which the documents were split. `content` is how many bytes the documents had as they were
    found. Only batches of `corpus collect` have it, and it stays as it is when documents are taken out.
    """

    name: str
    captured_at: datetime
    licence: str | None
    files: tuple[RawFile, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    redacted: int = 0
    observations: RawFile | None = None
    originals: RawFile | None = None
    content: int | None = None

    @property
    def all_files(self) -> tuple[RawFile, ...]:
        """Return the files of documents, then those of observations and of originals, if it has them."""
        files = self.files
        for file in (self.observations, self.originals):
            if file is not None:
                files = (*files, file)
        return files

    @property
    def documents(self) -> int:
        """Return how many documents it has."""
        return sum(file.documents for file in self.files)

    @property
    def size(self) -> int:
        """Return its size on disk in bytes."""
        return sum(file.size for file in self.all_files)


def load(root: Path) -> list[Batch]:
    """Return the batches in the register of a repository, sorted by name.

    Raises:
        CorpusError: the register is damaged. The error names the line.
    """
    path = root / BATCHES
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise CorpusError(
            f"{path} cannot be read: {' '.join(str(error).split())}. `git checkout -- {BATCHES}` restores it."
        ) from None


def parse(text: str) -> list[Batch]:
    """Return the batches in the text of a register, sorted by name.

    A merge may leave two entries with one name. They are one batch: the entry with more documents taken out is kept.

    Raises:
        ValueError: the register is damaged. The error says where.
    """
    return list(_parsed(text))


# A build reads the register in several places, and after a year of small batches it has 15 MB.
@lru_cache(maxsize=1)
def _parsed(text: str) -> tuple[Batch, ...]:
    with collection_paused():
        return tuple(normalised(_batch(where, entry) for where, entry in lines.read(text)))


def normalised(batches: Iterable[Batch]) -> list[Batch]:
    """Return batches sorted by name, each once. Their order of arrival does not matter.

    Of several batches with one name, the one from which most documents were taken out is kept: a merge must not bring
    a withdrawn document back.
    """
    found: dict[str, Batch] = {}
    for batch in batches:
        other = found.get(batch.name)
        if other is None or (other != batch and _rank(batch) > _rank(other)):
            found[batch.name] = batch
    return [found[name] for name in sorted(found)]


def _rank(batch: Batch) -> tuple[int, int, str]:
    return batch.redacted, -batch.size, lines.write([_plain(batch)])


def _batch(where: str, entry: Any) -> Batch:
    try:
        _require_known(entry)
        captured_at = datetime.fromisoformat(entry["captured_at"])
        observations, originals = entry.get("observations"), entry.get("originals")
        return Batch(
            _plain_name(entry["name"]),
            _in_utc(captured_at),
            _licence(entry.get("licence")),
            tuple([_raw_file(file) for file in entry["files"]]),
            {str(why): _number(count) for why, count in (entry.get("skipped") or {}).items()},
            _number(entry.get("redacted") or 0),
            _raw_file(observations) if observations else None,
            _raw_file(originals) if originals else None,
            _number(entry["content"]) if "content" in entry else None,
        )
    except KeyError as error:
        raise ValueError(f"{where} is damaged: it has no {error.args[0]!r}") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{where} is damaged: {' '.join(str(error).split())[:300]}") from None


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _require_known(entry: dict[str, Any]) -> None:
    if not entry.keys() <= _KEYS:
        unknown = entry.keys() - _KEYS
        raise ValueError(f"unknown key {min(map(str, unknown))!r:.60}; a newer version may have written it")


def _raw_file(entry: dict[str, Any]) -> RawFile:
    name, sha256 = _file_name(entry["name"]), entry["sha256"]
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r:.80} is not a sha256")
    if len(entry) != _FILE_VALUES:
        raise ValueError("a file has a name, sha256, documents, size and groups, and nothing else")
    return RawFile(name, sha256, _number(entry["documents"]), _number(entry["size"]), _number(entry["groups"]))


def _file_name(name: Any) -> str:
    folder, slash, rest = name.rpartition("/") if isinstance(name, str) else ("", "", name)
    if slash and not _is_known_month(folder):
        raise ValueError(f"{name!r:.80} is not a valid name of a batch's file")
    _plain_name(rest)
    return str(name)


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r:.60} is not a count")
    return value


def _licence(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{value!r:.60} is not a licence; put it in quotes")
    return value


def _plain_name(name: Any) -> str:
    if not isinstance(name, str) or not name or "/" in name or name.startswith("."):
        raise ValueError(f"{name!r:.80} is not a valid name of a batch")
    return name


@lru_cache(maxsize=1_024)
def _is_known_month(folder: str) -> bool:
    return is_month(folder)


def is_month(folder: str) -> bool:
    """Return whether a folder of `data/raw/` is that of a month, by its name."""
    return _MONTH.fullmatch(folder) is not None


def is_flat(batches: Iterable[Batch]) -> bool:
    """Return whether batches have files directly in `data/raw/`, as versions before 0.2 put them there."""
    return any("/" not in file.name for batch in batches for file in batch.all_files)


def in_month(batch: Batch) -> Batch:
    """Return a batch whose files are in the folder of its month; a batch whose files are there is not changed."""
    month = f"{batch.captured_at.year:04}-{batch.captured_at.month:02}"

    def placed(file: RawFile) -> RawFile:
        return file if "/" in file.name else replace(file, name=f"{month}/{file.name}")

    return replace(
        batch,
        files=tuple(map(placed, batch.files)),
        observations=placed(batch.observations) if batch.observations else None,
        originals=placed(batch.originals) if batch.originals else None,
    )


def beside(file: RawFile, new: RawFile) -> RawFile:
    """Return a new file of a batch, placed in the folder of another file of it."""
    folder, slash, _ = file.name.rpartition("/")
    return replace(new, name=f"{folder}{slash}{new.name}")


def save(root: Path, batches: Iterable[Batch]) -> None:
    """Write the register."""
    write_text(root / BATCHES, as_text(batches))


def as_text(batches: Iterable[Batch]) -> str:
    """Return the text of the register of some batches: the same for the same batches in any order."""
    with collection_paused():
        return lines.write(map(_plain, normalised(batches)))


def _plain(batch: Batch) -> dict[str, Any]:
    """Return a batch as plain values, without those that are empty."""
    entry: dict[str, Any] = {"name": batch.name, "captured_at": batch.captured_at.isoformat()}
    if batch.licence is not None:
        entry["licence"] = batch.licence
    entry["files"] = [_plain_file(file) for file in batch.files]
    if batch.skipped:
        entry["skipped"] = dict(batch.skipped)
    if batch.redacted:
        entry["redacted"] = batch.redacted
    if batch.observations is not None:
        entry["observations"] = _plain_file(batch.observations)
    if batch.originals is not None:
        entry["originals"] = _plain_file(batch.originals)
    if batch.content is not None:
        entry["content"] = batch.content
    return entry


def _plain_file(file: RawFile) -> dict[str, Any]:
    return {
        "name": file.name, "sha256": file.sha256, "documents": file.documents, "size": file.size, "groups": file.groups,
    }  # fmt: skip
