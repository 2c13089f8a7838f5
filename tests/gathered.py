"""What a file or folder is read as: documents, and the articles of those."""

from __future__ import annotations

from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.sources.entries import Item, Selection, Skipped
from corpus.sources.gather import documents


def gather(path) -> list[Item | Skipped]:
    return list(documents([path], Selection()))


def articles(path) -> list[Parsed]:
    found = []
    for one in gather(path):
        if isinstance(one, Item):
            parser = parser_of(one.media_type, "by-language")
            assert parser is not None, one.media_type
            found.append(parser.parse(Document(one.data, one.media_type, one.source)))
    return found
