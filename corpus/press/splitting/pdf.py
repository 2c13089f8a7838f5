"""PDFs as texts that the kinds of exports know: paragraphs in RTF, with their type, and lines in plain text."""

from __future__ import annotations

import io
from itertools import islice
from typing import BinaryIO, Final, NamedTuple

from corpus.press.splitting import richtext
from corpus.press.splitting.kinds import Kind, Sample, recognise
from corpus.press.splitting.pdflayout import Layout, laid_out
from corpus.press.splitting.pdfprocess import pages
from corpus.sources.entries import Unreadable

MAGIC: Final = b"%PDF-"
# A cover page may list a thousand articles.
_LOOKED_AT: Final = 30
_HEAD_BYTES: Final = 1_000_000


class Converted(NamedTuple):
    """A PDF that is an export: what it is, its text, what was left out, and why reading ended, if not at its end."""

    kind: Kind
    sample: Sample
    stream: BinaryIO
    dropped: int
    lost: Unreadable | None


def converted(stream: BinaryIO, name: str) -> Converted | None:
    """Return a PDF as a text of the kind that it is; None if it is no export that is known.

    Args:
        stream: the PDF, seekable.
        name: the last part of its path.

    Raises:
        Unreadable: its first pages cannot be read.
    """
    with pages(stream) as opened:
        first = list(islice(opened, _LOOKED_AT))
        chosen = _recognised(laid_out(first), name)
        if chosen is None:
            return None
        lost: Unreadable | None = None
        try:
            first += opened
        except Unreadable as error:
            lost = error
    layout = laid_out(first)
    kind, sample = chosen
    return Converted(kind, sample, io.BytesIO(_written(layout, sample.container)), layout.dropped, lost)


def _recognised(layout: Layout, name: str) -> tuple[Kind, Sample] | None:
    """The kind of an export and its sample: first by paragraphs as they are set, then by their text alone."""
    for container in ("pdf", "txt"):
        data = _written(layout, container)
        text = richtext.head(io.BytesIO(data), _HEAD_BYTES) if container == "pdf" else data.decode()
        sample = Sample(name, container, data[:_HEAD_BYTES], text[:_HEAD_BYTES])
        if (kind := recognise(sample)) is not None:
            return kind, sample
    return None


def _written(layout: Layout, container: str) -> bytes:
    return rich(layout) if container == "pdf" else plain(layout)


def plain(layout: Layout) -> bytes:
    """Return paragraphs as text in UTF-8, a line each, with a blank line where there is a gap."""
    return "".join(f"{chr(10) if one.apart else ''}{one.text}\n" for one in layout.paragraphs).encode(
        "utf-8", "replace"
    )


def rich(layout: Layout) -> bytes:
    """Return paragraphs as RTF, with their sizes, what is bold, and what is set in the middle."""
    parts = [b"{\\rtf1\\ansi\\ansicpg1252\n"]
    for one in layout.paragraphs:
        runs = b"".join(
            b"\\plain%b\\fs%d %b" % (b"\\b" if run.bold else b"", max(1, round(run.size * 2)), _escaped(run.text))
            for run in one.runs
        )
        parts.append(b"\\pard%b%b\\par\n" % (b"\\qc" if one.centred else b"", runs))
    return b"".join([*parts, b"}"])


def _escaped(text: str) -> bytes:
    """Text in RTF: what is not ASCII by its UTF-16 units."""
    found: list[str] = []
    for letter in text:
        if letter in "\\{}":
            found.append(f"\\{letter}")
        elif " " <= letter < "\x7f":
            found.append(letter)
        elif letter >= "\x80":
            units = letter.encode("utf-16-be", "replace")
            found += [f"\\u{int.from_bytes(units[at : at + 2])}?" for at in range(0, len(units), 2)]
        else:
            found.append(" ")
    return "".join(found).encode("ascii")
