"""Check with little cost and without doubt that a remote has the right bytes of objects.

If the remote's own checksum is the object's md5, nothing is transferred. Otherwise the object is read once: the
result is remembered together with all values that would show a later change.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import CorpusError
from corpus.progress import progress
from corpus.repo.digest import stamp_of
from corpus.repo.files import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.repo.repository import Repository

MEMORY: Final = ".dvc/tmp/corpus/remotes.json"
# A remote answers late, not slowly.
_THREADS: Final = 8
_CHUNK: Final = 1 << 20
_MD5: Final = re.compile(r"[0-9a-f]{32}")
# What a store says of an object that changes whenever the object does.
_VERSIONS: Final = ("ETag", "etag", "generation", "version_id", "VersionId")
_TIMES: Final = ("LastModified", "last_modified", "updated", "mtime", "modified")


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a version: a path that it has there, its md5, and the size that it has in the cache."""

    path: str
    md5: str
    size: int


def absent(store: Any, objects: Sequence[Object]) -> list[Object]:
    """Return the objects that a remote does not have, or has with another size.

    Args:
        store: DVC's object database of the remote.
        objects: the objects to check.

    Raises:
        CorpusError: the remote could not be reached.
    """
    found = _asked(store, objects)
    return [one for one in objects if (info := found[one.md5]) is None or info.get("size") not in {None, one.size}]


def present(store: Any, objects: Sequence[Object]) -> list[Object]:
    """Return the objects that a remote has. Their bytes are not checked.

    Args:
        store: DVC's object database of the remote.
        objects: the objects to check.

    Raises:
        CorpusError: the remote could not be reached.
    """
    found = _asked(store, objects)
    return [one for one in objects if found[one.md5] is not None]


def lacking(
    repository: Repository, store: Any, name: str, objects: Sequence[Object], *, reread: bool = False
) -> list[Object]:
    """Return the objects that a remote does not have, or has with other bytes than their md5s say.

    Args:
        repository: the corpus. What was verified is remembered in its `.dvc/tmp`.
        store: DVC's object database of the remote.
        name: the name of the remote in DVC's settings.
        objects: the objects to check.
        reread: also read objects that were verified before.

    Raises:
        CorpusError: the remote could not be reached.
    """
    missing = absent(store, objects)
    gone = {one.md5 for one in missing}
    there = [one for one in objects if one.md5 not in gone]
    found = _asked(store, there)
    memory = _load(repository)
    known = memory.setdefault(f"{name} {store.path}", {})
    stamps = {one.md5: _stamp(store, one, found[one.md5] or {}) for one in there}
    doubtful = [
        one
        for one in there
        if (reread or known.get(one.md5) != stamps[one.md5])
        and own_md5(found[one.md5] or {}) != one.md5.removesuffix(".dir")
    ]
    with progress("remote", len(doubtful), "objects") as advance, ThreadPoolExecutor(_THREADS) as pool:
        damaged = []
        for one, digest in zip(doubtful, pool.map(lambda one: _read(store, one), doubtful), strict=True):
            if digest == one.md5.removesuffix(".dir"):
                known[one.md5] = stamps[one.md5]
            else:
                known.pop(one.md5, None)
                damaged.append(one)
            advance(1)
    with suppress(OSError):
        # It only saves time.
        write_text(repository.root / MEMORY, json.dumps(memory))
    return [*missing, *damaged]


def own_md5(info: dict[str, Any]) -> str | None:
    """Return the md5 of an object's bytes, in hex, if its store gives one.

    S3 and similar stores give it as ETag of objects that were uploaded in one part; GCS and Azure give it in base64.

    Args:
        info: the store's facts about the object.
    """
    for key in ("ETag", "etag"):
        etag = str(info.get(key) or "").strip('"').lower()
        if _MD5.fullmatch(etag):
            return etag
    settings = info.get("content_settings")
    encoded = (
        info.get("md5Hash")
        or info.get("content_md5")
        or (settings.get("content_md5") if isinstance(settings, dict) else None)
    )
    if isinstance(encoded, bytes | bytearray):
        return bytes(encoded).hex()
    with suppress(ValueError):
        return base64.b64decode(encoded, validate=True).hex() if isinstance(encoded, str) else None
    return None


def _asked(store: Any, objects: Sequence[Object]) -> dict[str, dict[str, Any] | None]:
    """Return a remote's facts about each object, by md5; None for objects that it does not have."""
    if not objects:
        return {}
    paths = [store.oid_to_path(one.md5) for one in objects]
    store.fs.fs.invalidate_cache()
    answers = store.fs.info(paths, return_exceptions=True)
    found: dict[str, dict[str, Any] | None] = {}
    for one, info in zip(objects, answers, strict=True):
        if isinstance(info, FileNotFoundError):
            found[one.md5] = None
        elif isinstance(info, BaseException):
            raise CorpusError(f"The remote could not be asked for {one.path}: {info}") from info
        else:
            found[one.md5] = info
    return found


def _stamp(store: Any, one: Object, info: dict[str, Any]) -> list[Any]:
    """Return the values that show whether an object was changed."""
    if store.fs.protocol == "local":
        with suppress(OSError):
            return list(stamp_of(Path(store.oid_to_path(one.md5)).stat()))
    return [info.get("size"), *(str(info[key]) for key in (*_VERSIONS, *_TIMES) if info.get(key) is not None)]


def _read(store: Any, one: Object) -> str | None:
    """Read an object of a remote and return its md5; None if it is gone."""
    state = hashlib.md5(usedforsecurity=False)
    try:
        with store.fs.open(store.oid_to_path(one.md5), "rb") as file:
            while chunk := file.read(_CHUNK):
                state.update(chunk)
    except FileNotFoundError:
        return None
    except Exception as error:  # the remote's client has errors of its own
        raise CorpusError(f"{one.path} could not be read from the remote: {error}") from error
    return state.hexdigest()


def _load(repository: Repository) -> dict[str, dict[str, list[Any]]]:
    try:
        memory = json.loads((repository.root / MEMORY).read_bytes())
    except (OSError, ValueError):
        return {}
    kept = memory.items() if isinstance(memory, dict) else ()
    return {name: dict(known) for name, known in kept if isinstance(known, dict)}
