"""Removes withdrawn documents from the originals of exports: a piece if the format allows it, otherwise the file."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from corpus.batches.withdrawals import Kind, hashed
from corpus.errors import StorageError
from corpus.press import originals
from corpus.press.excision import cut
from corpus.withdrawal.redactedfiles import Redacted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.batches.withdrawals import Withdrawal
    from corpus.sources.entries import Item

_REDACTED: Final = re.compile(r"-r[0-9a-f]{12}$")


def redact(path: Path, withdrawal: Withdrawal, folder: Path) -> Redacted:
    """Write a batch's file of originals without withdrawn documents.

    Args:
        path: the file.
        withdrawal: what was withdrawn.
        folder: where to write; the file there has its final name.

    Returns:
        Its entry in the register with how many originals were cut or removed; no entry if nothing is left.

    Raises:
        StorageError: The file cannot be read.
        OSError: The new file cannot be written.
    """
    aside = folder / f"{path.name}.redacted"
    copy = folder / f"{path.name}.copy"
    made = originals.OriginalsFile(aside)
    changed = 0
    try:
        for one in _listed(path):
            gone = {id_ for id_ in one.ids if hashed(Kind.DOCUMENT, id_) in withdrawal.documents}
            with copy.open("wb") as opened:
                originals.write_to(path, one.sha256, opened)
            if gone:
                changed += 1

                def is_gone(item: Item, gone: set[str] = gone) -> bool:
                    return hashlib.sha256(item.data).hexdigest() in gone

                if not cut(copy, one.source, is_gone):
                    continue
            with copy.open("rb") as opened_again:
                made.add(one.source, opened_again, one.ids - gone)
        if not changed or made.is_empty:
            made.close()
            return Redacted(None, changed)
        name = f"{_REDACTED.sub('', path.stem)}-r{made.digest[:12]}.parquet"
        file = made.finish(name)
    except BaseException:
        made.close()
        raise
    finally:
        copy.unlink(missing_ok=True)
    aside.replace(folder / name)
    return Redacted(file, changed)


def _listed(path: Path) -> Iterator[originals.Original]:
    import pyarrow as pa

    try:
        yield from originals.listed(path)
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from None
