"""Cut a long list of documents into shards by content, so that one more document moves only one cut.

The documents of a batch are ordered by name. A shard ends after a name whose hash says so (one in
`TARGET`), or when it is full. A shard is called after its first name. So the cut is a pure function of the
names and sizes. A document that is added, changed or removed changes only the shard that it belongs to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# 2,048 articles are about 2 MB of Parquet: small enough that a change is cheap, large enough for readers.
TARGET: Final = 2_048
MOST_DOCUMENTS: Final = 8_192
# A worker holds a shard's documents in memory, about four times over.
MOST_BYTES: Final = 32_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """One document of a batch: its name in the batch and its size in bytes."""

    source: str
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive documents of a batch that make one shard."""

    name: str
    members: tuple[Member, ...]


def cut(batch: str, members: Iterable[Member]) -> Iterator[Part]:
    """Cut a batch into parts. The order in which members are given does not matter."""
    part: list[Member] = []
    size = 0
    for member in sorted(members, key=lambda member: member.source.encode()):
        if part and (len(part) >= MOST_DOCUMENTS or size + member.size > MOST_BYTES):
            yield _part(batch, part)
            part, size = [], 0
        part.append(member)
        size += member.size
        if _hash(member.source) % TARGET == 0:
            yield _part(batch, part)
            part, size = [], 0
    if part:
        yield _part(batch, part)


def _part(batch: str, members: list[Member]) -> Part:
    return Part(f"{batch}-{_hash(members[0].source) >> 16:012x}", tuple(members))


def _hash(source: str) -> int:
    return int.from_bytes(hashlib.sha256(source.encode()).digest()[:8], "big")
