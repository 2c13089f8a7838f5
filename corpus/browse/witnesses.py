"""The witnesses of a document's fields: where on the page each field is from, and what else was found there.

The page is parsed again, as `corpus check --explain` parses it, in a process of its own that the kernel limits: a page
may be made to take for ever. `python -m corpus.browse.witnesses` is that process.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.app.explaining import explained
from corpus.browse.originals import original_of
from corpus.errors import CorpusError, MissingObjects
from corpus.pipeline.origins import Found
from corpus.repo import limits
from corpus.repo.lock import die_with_parent
from corpus.settings import PARAMS, Ingest, Settings, parse
from corpus.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.browse.originals import Original
    from corpus.snapshots.version import Version

_SPACE: Final = 2 << 30  # bytes of memory
# By the clock a process may take longer than its processor time: the machine may be busy.
_WAIT: Final = 4
_STATEMENTS: Final = 25
_LONGEST: Final = 600  # characters of a value
_NOT_KEPT: Final = (
    "The bytes of this document are not kept here any more: a seed was changed or removed since, or the document was "
    "withdrawn."
)
_NO_WITNESSES: Final = (
    "Documents of this kind have no witnesses: each of their fields is at one place. Only web pages have several."
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The witnesses of a document, or the reason why they cannot be shown.

    Attributes:
        document_id: of the document.
        fields: by field, what each witness has, the believed one first.
        left_out: by field, how many further witnesses there are.
        why_not: a sentence; None where the fields are there.
    """

    document_id: str
    fields: Mapping[str, list[dict[str, Any]]]
    left_out: Mapping[str, int]
    why_not: str | None = None


def explanation_of(version: Version, document: Mapping[str, Any]) -> Explanation:
    """Return the witnesses of a document of a version, as this engine reads it with the settings of the version.

    Args:
        version: the version.
        document: its row in `documents`.
    """

    def without(why: str) -> Explanation:
        return Explanation(str(document["document_id"]), {}, {}, why)

    try:
        settings = _settings(version)
        original = original_of(version, document)
    except MissingObjects as error:
        return without(f"The bytes of this document are not at hand. {error}")
    except CorpusError as error:
        return without(f"The bytes of this document cannot be read. {error}")
    if original is None:
        return without(_NOT_KEPT)
    if not original.data:
        return without("The document is empty.")
    if len(original.data) > settings.max_bytes:
        return without(
            f"The document is larger than {settings.max_bytes:,} bytes (ingest.max_bytes): it is not parsed."
        )
    found = _apart(original, document, settings)
    if isinstance(found, str):
        return without(found)
    fields = {name: witnesses[:_STATEMENTS] for name, witnesses in found.items()}
    left_out = {name: len(all_) - _STATEMENTS for name, all_ in found.items() if len(all_) > _STATEMENTS}
    return Explanation(str(document["document_id"]), fields, left_out)


def _settings(version: Version) -> Ingest:
    snapshot = Snapshot(version.repository, version.commit)
    text = snapshot.text(PARAMS)
    made = (
        Settings() if text is None else parse(text.encode("utf-8", "surrogateescape"), version.repository.root / PARAMS)
    )
    return made.ingest


def _apart(original: Original, document: Mapping[str, Any], settings: Ingest) -> dict[str, list[dict[str, Any]]] | str:
    """Return the witnesses that a process of its own finds, by field; or a sentence that says why it finds none."""
    asked = {
        "parent": os.getpid(), "media_type": document["media_type"], "source": document["source"], "url": original.url,
        "charset": original.charset, "settings": settings.model_dump(mode="json"),
    }  # fmt: skip
    request = json.dumps(asked).encode() + b"\n" + original.data
    seconds = settings.max_seconds
    try:
        done = subprocess.run(
            [sys.executable, "-m", "corpus.browse.witnesses"], input=request, capture_output=True, check=False,
            timeout=_WAIT * seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"The document takes longer than {seconds} seconds (ingest.max_seconds) to read: it was given up."
    if done.returncode:
        return f"The document cannot be read within {seconds} seconds and {_SPACE >> 30} GB: it was given up."
    found: dict[str, list[dict[str, Any]]] | None = json.loads(done.stdout)
    return found if found is not None else _NO_WITNESSES


def main() -> int:
    """Read a request and the bytes of a document from standard input; write the witnesses to standard output."""
    request = sys.stdin.buffer.readline()
    asked = json.loads(request)
    die_with_parent(asked["parent"])
    settings = Ingest.model_validate(asked["settings"])
    data = sys.stdin.buffer.read()
    limits.limit_memory(_SPACE)
    limits.limit_time(settings.max_seconds)
    # No file is left behind where it is killed.
    limits.bound(resource.RLIMIT_CORE, 0)
    found = explained(
        Found(
            asked["source"], data, "", len(data), asked["media_type"], "", url=asked["url"], charset=asked["charset"]
        ),
        settings,
    )
    if found is not None:
        for witnesses in found.values():
            for one in witnesses:
                one["value"] = one["value"] if len(one["value"]) <= _LONGEST else f"{one['value'][:_LONGEST]}…"
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
