"""The parts of a fingerprint: what decides the bytes of each stage, and of the documents of each media type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.fingerprints.digest import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

INGEST: Final = "ingest"


@dataclass(frozen=True, slots=True)
class Part:
    """A digest of some code, and the versions of the packages that it uses, by their names."""

    code: str
    versions: dict[str, str]

    def lines(self) -> list[str]:
        """Return the part as lines for a digest."""
        return [self.code, *(f"{name}=={version}" for name, version in sorted(self.versions.items()))]


@dataclass(frozen=True, slots=True)
class Covered:
    """The code and packages that decide the bytes of each stage; for `ingest` also those of single media types."""

    stages: dict[str, Part]
    kinds: dict[str, Part]

    def fingerprint(self, stage: str, more: Iterable[str] = ()) -> str:
        """Return 64 bits in hex for a stage: its code and packages, and what else is given."""
        kinds = self.kinds if stage == INGEST else {}
        own = [line for kind in sorted(kinds) for line in (kind, *kinds[kind].lines())]
        return digest(iter([*self.stages[stage].lines(), *own, *more]))

    def common(self, more: Iterable[str] = ()) -> str:
        """Return 64 bits in hex of what concerns documents of every media type."""
        return digest(iter([*self.stages[INGEST].lines(), *more]))

    def by_kind(self) -> dict[str, str]:
        """Return 64 bits in hex by media type, of what concerns its documents alone."""
        return {kind: digest(iter(part.lines())) for kind, part in self.kinds.items()}
