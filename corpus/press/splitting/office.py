"""Samples of zipped office documents: which container, and the beginning of its main part or of its sheets."""

from __future__ import annotations

from typing import BinaryIO, Final

from corpus.press.splitting import sheets, word, workbook
from corpus.press.splitting.kinds import Sample

_HEAD_BYTES: Final = 1_500_000


def sample(stream: BinaryIO, name: str) -> Sample | None:
    """Return the beginning of a document of Word or of a workbook; None if it is another archive.

    Raises:
        Unreadable: it cannot be opened.
    """
    with word.open_archive(stream) as archive:
        names = set(archive.namelist())
        if word.DOCUMENT in names:
            head = word.head(archive, _HEAD_BYTES)
            return Sample(name, "docx", head, lambda: word.text_of(head))
    if workbook.WORKBOOK in names:
        return sheets.sample(stream, name)
    return None
