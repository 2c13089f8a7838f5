"""The outcome of a stage: what came in, what it kept, and what it dropped and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.errors import InvariantError
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Mapping

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The account of one stage. An outcome cannot be made unless came = kept + dropped.

    Attributes:
        stage: its name.
        came: documents that came in.
        kept: how many of them went on.
        dropped: how many were dropped, by reason.
        shards: how many shards the stage has.
        made: how many of them were out of date and made again.
    """

    stage: str
    came: int
    kept: int
    shards: int
    made: int
    dropped: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        gone = sum(self.dropped.values())
        if self.came != self.kept + gone:
            raise InvariantError(f"Stage '{self.stage}': {self.came} came in, but {self.kept} kept and {gone} dropped.")

    def __str__(self) -> str:
        drops = "".join(f", {count:,} {reason}" for reason, count in self.dropped.items() if count)
        made = f"{self.made} of {self.shards} shards made"
        return f"{count(self.came, 'document')}, {self.kept:,} kept{drops} ({made})"
