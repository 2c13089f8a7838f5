"""Cut documents of paragraphs into articles, by container: Word, RTF, and PDF as RTF."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corpus.press.splitting.kinds import TooLarge
    from corpus.press.splitting.word import Paragraph, Part

# container: the module whose `parts` cuts it
CUTTERS: Final = {
    "docx": "corpus.press.splitting.word",
    "rtf": "corpus.press.splitting.richtext",
    # A PDF is RTF by then: see `pdf.converted`.
    "pdf": "corpus.press.splitting.richtext",
}


def parts(container: str, stream: BinaryIO, starts: Callable[[Paragraph], bool]) -> Iterator[Part | TooLarge]:
    """Yield the parts of a document, cut before the paragraphs that start one; the first part comes before them.

    Args:
        container: one of `CUTTERS`.
        stream: the document, seekable.
        starts: tells whether a paragraph starts a part. It is called for each in order.

    Raises:
        Unreadable: reading cannot continue.
    """
    cut = import_module(CUTTERS[container]).parts
    return cast("Iterator[Part | TooLarge]", cut(stream, starts))
