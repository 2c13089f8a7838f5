"""Define kinds of exports, and list them. They are imported when they are first used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Names of classes without arguments; the surest first. Each has a module here, each database a page in docs/databases.
KINDS: Final = (
    "lexisnexis:LexisNexisHtml",
    "lexisnexis:LexisNexisText",
    "lexisnexis:LexisNexisWord",
    "factiva:FactivaHtml",
    "factiva:FactivaXml",
    "factiva:FactivaText",
    "factiva:FactivaPlainText",
    "factiva:FactivaWord",
    "europresse:EuropresseHtml",
    "europresse:EuropresseWord",
    "proquest:ProQuestText",
    "proquest:ProQuestHtml",
    "proquest:ProQuestWord",
    "ris:Ris",
    "newsbank:NewsBankText",
    "ebsco:EbscoHtml",
    "gale:GaleText",
    "gale:GaleHtml",
    "genios:GeniosText",
    "genios:GeniosHtml",
    "pressreader:PressReaderText",
    "integrum:IntegrumHtml",
    "integrum:IntegrumReport",
    "sheets:IntegrumSheets",
    "sheets:BigKindsSheets",
    "sheets:ProQuestSheets",
    "sheets:KnownSheets",
    "japanese:Kikuzo",
    "japanese:Yomidasu",
    "ole:OldOffice",
)
# Less sure than this is not recognised.
LEAST: Final = 0.5
_LOOKED_AT: Final = 100_000


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, by which it is recognised.

    Attributes:
        name: the last part of its path.
        container: `html`, `xml`, `txt`, `docx`, `xlsx`, `rtf`, `pdf`, `xls` or `doc`.
        head: its first bytes; of a container that is compressed, those of its main part.
        written: its text, or what reads it if it is asked for.
        charset: the encoding of the bytes, if it is not UTF-8.
    """

    name: str
    container: str
    head: bytes
    written: str | Callable[[], str]
    charset: str | None = None

    @cached_property
    def text(self) -> str:
        """Return the first bytes decoded; of RTF, PDF and Word the text alone."""
        return self.written if isinstance(self.written, str) else self.written()

    @cached_property
    def lowered(self) -> bytes:
        """Return the first bytes in small letters: a word is found in them sooner than any pattern."""
        return self.head.lower()

    @cached_property
    def lowered_text(self) -> str:
        """Return the first 100,000 characters of the text in small letters."""
        return self.text[:_LOOKED_AT].lower()

    def names(self, *words: bytes) -> bool:
        """Return whether the first bytes have one of some words, in capitals or small letters.

        Args:
            words: in small letters.
        """
        return any(word in self.lowered for word in words)


class Piece(NamedTuple):
    """One article's part of an export: its bytes, and the container that says how to read them."""

    data: bytes
    container: str


class Aside(NamedTuple):
    """A part of an export that is not an article: a cover page, a table of contents, a summary of the search."""

    what: str


class TooLarge(NamedTuple):
    """A part of an export that is larger than any article, in bytes."""

    size: int


class Kind(Protocol):
    """One kind of export: it recognises files and splits them. It reads no field."""

    database: str
    title: str

    def recognises(self, sample: Sample) -> float:
        """Return how sure it is that a file is of this kind: 0 not at all, 1 certain."""
        ...

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the parts of an export in order, from front to back, in bounded memory.

        Raises:
            corpus.sources.entries.Unreadable: reading cannot continue. What was yielded before is valid.
        """
        ...


@cache
def kinds() -> tuple[Kind, ...]:
    """Return one of every kind."""
    made = []
    for entry in KINDS:
        module, _, name = entry.partition(":")
        made.append(cast("Kind", getattr(import_module(f"corpus.press.splitting.{module}"), name)()))
    # The last resort: databases that are recognised and have no reader.
    unread = cast("tuple[Kind, ...]", import_module("corpus.press.splitting.unread").unread())
    return (*made, *unread)


def recognise(sample: Sample) -> Kind | None:
    """Return the kind that is surest of a file; None if no kind is sure enough."""
    sure, found = 0.0, None
    for kind in _read():
        if (how_sure := kind.recognises(sample)) > sure:
            sure, found = how_sure, kind
            if sure == 1:
                break
    if sure >= LEAST:
        return found
    # Databases without a reader are the last resort: their patterns look through all of the beginning.
    last = kinds()[len(_read()) :]
    sure, number = max(((kind.recognises(sample), -number) for number, kind in enumerate(last)), default=(0.0, 0))
    return last[-number] if sure >= LEAST else None


def _read() -> tuple[Kind, ...]:
    """Return the kinds that have a reader; they are the first of `kinds`."""
    return kinds()[: len(kinds()) - len(import_module("corpus.press.splitting.unread").unread())]
