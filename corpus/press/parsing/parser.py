"""Read the pieces of exports: the bytes of one article, as its database wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.formats.article import Document, Parsed, Problem
from corpus.press.parsing import kinds, wordxml
from corpus.press.parsing.finishing import finish
from corpus.text.decode import declared_encoding, decode
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from corpus.formats.passages import Block
    from corpus.text.dates import NumericDates

_VERSION: Final = 1
# container: what it is, and what to do instead
_ADVICE: Final = {
    "xls": "a workbook in Excel's old binary format (.xls); open it and save it as .xlsx, then add that",
    "doc": "a document in Word's old binary format (.doc); open it and save it as .docx, then add that",
}


class ExportParser:
    """Reads the media types of `corpus.press.parsing.kinds`."""

    name = "export/1"
    media_types = kinds.MEDIA_TYPES

    @classmethod
    def with_settings(cls, numeric: NumericDates, columns: Mapping[str, tuple[str, ...]]) -> Self:  # noqa: ARG003
        """Return a parser: what databases print depends on no setting."""
        return cls()

    def parse(self, document: Document) -> Parsed:
        """Parse one piece. What is wrong with it is in `problems`."""
        found = kinds.parts(document.media_type)
        if found is not None and found[1] == "pdf":
            # The text of a PDF is RTF where its type counts, else plain.
            found = (found[0], "rtf" if document.data.startswith(b"{\\rtf") else "txt", found[2])
        chosen = kinds.reader(found[0], found[1]) if found else None
        if found is None:
            return Parsed(parser=self.name, problems=(Problem(Check.UNSUPPORTED, document.media_type[:200]),))
        if chosen is None:
            what = f"an export of {found[0]} as {found[1]}; see docs/guides/exports.md for the forms that are read"
            what = _ADVICE.get(found[1], what)
            return Parsed(parser=self.name, problems=(Problem(Check.NOT_READ, what),))
        database, container, charset = found
        read, takes = chosen
        parser = f"{database}/{_VERSION}"
        try:
            if container == "docx":
                return finish(read(wordxml.read(document.data)), parser)
            if container == "rtf":
                return finish(read(_rich(document.data)), parser)
            text, encoding = _decoded(document.data, charset)
        except wordxml.Unreadable as error:
            return Parsed(parser=parser, problems=(Problem(Check.UNREADABLE, str(error)),))
        if encoding is None:
            return Parsed(parser=parser, problems=(Problem(Check.BINARY, f"{len(document.data):,} bytes"),))
        return finish(read(_blocks(text, container) if takes == kinds.BLOCKS else text), parser, encoding)


def _rich(data: bytes) -> list[Block]:
    from corpus.press.parsing import rtf, rtfstate

    try:
        return rtf.read(data)
    except rtfstate.TooDeep:
        raise wordxml.Unreadable(f"groups nested more than {rtfstate.DEEPEST:,} deep") from None


def _decoded(data: bytes, charset: str | None) -> tuple[str, str | None]:
    """Return the text of a piece, by the charset of its file."""
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        name = declared_encoding(charset)
    if name and not name.startswith("utf-8"):
        return data.decode(name, "replace"), name
    decoded = decode(data)
    return decoded.text, decoded.encoding


def _blocks(text: str, container: str) -> list[Block]:
    if container == "html":
        from corpus.press.parsing import markup

        return markup.read(text)
    from corpus.press.parsing import plain

    return plain.read(text)
