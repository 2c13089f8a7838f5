"""WISO and Genios: text and HTML, each article up to `© GBI-Genios Deutsche Wirtschaftsdatenbank GmbH`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting.cutting import cut_behind
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

# The owner of the database ends an article; where it is not there, the address of the article does.
_OWNER: Final = re.compile(
    rb"[^\r\n<>]{0,8}GBI-Genios Deutsche Wirtschaftsdatenbank GmbH[^\r\n<>]{0,60}(?:\s{0,20}</[a-z0-9]{1,10}\s?>){0,8}",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    rb"(?:Dauerhafte|St\xe4ndige|St\xc3\xa4ndige|Permanente)[ ]Adresse des Dokuments[ ]?:(?:\s|&nbsp;|<[^<>]{0,400}>){0,12}https?://[^\s<>\"]{8,400}"
    rb"(?:\s{0,20}</[a-z0-9]{1,10}\s?>){0,8}",
    re.IGNORECASE,
)
_SOURCE: Final = re.compile(rb"(?:^|[\s>])Quelle[ ]?:", re.MULTILINE)
_SIGNS: Final = re.compile(rb"GBI-Genios|wiso-net\.de/document|genios\.de/document", re.IGNORECASE)
_CONTENTS: Final = re.compile(rb"^\s*(?:Dokumente\s+)?Inhaltsverzeichnis\b", re.IGNORECASE)
_DOTTED: Final = re.compile(rb"^[^\r\n]{0,400}?\.{4,}[ \t]{0,8}\d{1,4}[ \t]{0,8}(?:\r?\n|\Z)", re.MULTILINE)


def _mark(sample: Sample) -> re.Pattern[bytes]:
    owners, addresses = len(_OWNER.findall(sample.head)), len(_ADDRESS.findall(sample.head))
    return _OWNER if owners >= max(addresses, 1) else _ADDRESS


class _Genios:
    database, title = "genios", "WISO/Genios"
    container = ""

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != self.container or not sample.names(b"genios", b"wiso-net.de"):
            return 0.0
        if _SIGNS.search(sample.head) is None:
            return 0.0
        ends = _OWNER.search(sample.head) or _ADDRESS.search(sample.head)
        return 0.9 if ends and _SOURCE.search(sample.head) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles; the table of contents before the first is not an article."""
        for number, (size, part) in enumerate(cut_behind(stream, _mark(sample))):
            if not part and size:
                yield TooLarge(size)
                continue
            body = part
            if number == 0 and self.container == "txt" and _CONTENTS.search(part.lstrip(b"\xef\xbb\xbf")):
                *_, last = (None, *_DOTTED.finditer(part))
                body = part[last.end() :] if last else part
                yield Aside("table of contents")
            elif number == 0 and self.container == "html":
                at = part.lower().find(b"<body")
                body = part[part.find(b">", at) + 1 :] if at >= 0 else part
            if _SOURCE.search(body):
                yield Piece(body.strip(b"\xef\xbb\xbf\r\n\f\t _=-*"), self.container)
            elif re.sub(rb"<[^<>]*>|&nbsp;|[\s_=*-]", b"", body):
                yield Aside("text that is no article")


class GeniosText(_Genios):
    """Text."""

    container = "txt"


class GeniosHtml(_Genios):
    """HTML with the same lines."""

    container = "html"
