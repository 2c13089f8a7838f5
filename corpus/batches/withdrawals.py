"""Read and write `withdrawn.yaml`, the record of what was withdrawn and must not come back: hashes, dates, reasons.

The file has no text, title, address or name. Somebody who has a document, its address or a publisher's name can find
out whether it was withdrawn; nobody can read from the file what was withdrawn. The file is small, in git, and a
dependency of `ingest`. So a withdrawn document stays out of every build, on every machine and from all batches.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus.errors import CorpusError
from corpus.repo import paths
from corpus.repo.files import write_text
from corpus.text import plain_yaml
from corpus.text.urls import canonical, former, publisher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

WITHDRAWN: Final = paths.WITHDRAWN
_HEADER: Final = (
    "# What was withdrawn from this corpus and must not come back: hashes, no texts. `corpus forget` writes this.\n"
)
_HEX: Final = 32
# The rule of identity, counted from the first. See `resolve.identity`.
IDENTITY: Final = 2
_FIRST_IDENTITY: Final = 1


class Kind(StrEnum):
    """What a hash identifies, the most exact first."""

    DOCUMENT = "document"
    ARTICLE = "article"
    PUBLISHER = "publisher"


def hashed(kind: Kind, value: str) -> str:
    """Return the hash of a document id, an article id or a publisher: 128 bits in hex."""
    return hashlib.sha256(f"{kind.value}\0{value}".encode()).hexdigest()[:_HEX]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One withdrawal: its date, its reason, and the hashes of what was withdrawn.

    `identity` is the number of the rule by which the withdrawn articles had their ids. Documents are compared by this
    rule and all later ones, but not by earlier ones, by which other articles could have the same ids.
    """

    date: date
    reason: str
    documents: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    identity: int = IDENTITY

    def joined(self, other: Withdrawal) -> Withdrawal:
        """Return the withdrawal with the hashes of another one added."""
        return replace(
            self,
            documents=self.documents | other.documents,
            articles=self.articles | other.articles,
            publishers=self.publishers | other.publishers,
        )


@dataclass(frozen=True)
class Tombstones:
    """All withdrawals of a corpus, in their order."""

    withdrawals: tuple[Withdrawal, ...] = ()
    # hash: its place among all, by which the earliest of several decides.
    ranks: dict[str, int] = field(init=False, repr=False, compare=False)
    # Hashes of articles that were withdrawn when an earlier rule gave them their ids.
    former: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ranks: dict[str, int] = {}
        for number, one in enumerate(self.withdrawals):
            for place, hashes in enumerate((one.documents, one.articles, one.publishers)):
                for value in hashes:
                    ranks.setdefault(value, number * len(Kind) + place)
        object.__setattr__(self, "ranks", ranks)
        before = [one.articles for one in self.withdrawals if one.identity < IDENTITY]
        object.__setattr__(self, "former", frozenset[str]().union(*before))

    def __bool__(self) -> bool:
        return bool(self.ranks)

    def of(self, kind: Kind, value: str | None) -> str | None:
        """Return the hash of a value if it was withdrawn; otherwise None."""
        if value is None:
            return None
        found = hashed(kind, value)
        return found if found in self.ranks else None

    def first(self, hashes: Iterable[str | None], former_ids: Iterable[str] = ()) -> str | None:
        """Return the earliest of the hashes that were withdrawn; None without one.

        Args:
            hashes: the hashes of a document, its article and its publisher.
            former_ids: the ids that earlier rules gave the article.
        """
        known = [value for value in hashes if value in self.ranks]
        if self.former:
            known += [value for one in former_ids if (value := hashed(Kind.ARTICLE, one)) in self.former]
        return min(known, key=lambda value: self.ranks[value]) if known else None

    def refused(self, document_id: str, url: str | None) -> Withdrawal | None:
        """Return the withdrawal that includes a document, by its bytes or its address; None without one."""
        address = canonical(url) if url else None
        host = publisher(address) if address else None
        found = self.first(
            (
                hashed(Kind.DOCUMENT, document_id),
                hashed(Kind.ARTICLE, article_of(address)) if address else None,
                hashed(Kind.PUBLISHER, host) if host else None,
            ),
            map(article_of, former(url) if url else ()),
        )
        return None if found is None else self.withdrawals[self.ranks[found] // len(Kind)]


def article_of(url: str) -> str:
    """Return the id of the article at a canonical URL. `resolve.identity` defines it; a test checks that both agree."""
    return hashlib.sha256(f"url\0{url}".encode()).hexdigest()[:_HEX]


def load(root: Path) -> Tombstones:
    """Return the withdrawals of a repository.

    Raises:
        CorpusError: the file is not a valid record of withdrawals.
    """
    path = root / WITHDRAWN
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Tombstones()
    except (OSError, ValueError) as error:
        raise _damaged(error) from None
    return parse(text)


@lru_cache(maxsize=2)
def parse(text: str) -> Tombstones:
    """Return the withdrawals in the text of a record. Raises CorpusError if the text is not a record."""
    try:
        values = plain_yaml.load(text) or {}
        return Tombstones(
            tuple(
                Withdrawal(
                    date.fromisoformat(str(entry["date"])),
                    str(entry["reason"]),
                    documents=_hashes(entry.get("documents", "")),
                    articles=_hashes(entry.get("articles", "")),
                    publishers=_hashes(entry.get("publishers", "")),
                    identity=int(entry.get("identity", _FIRST_IDENTITY)),
                )
                for entry in values["withdrawals"]
            )
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(error) from None


def united(records: Iterable[Tombstones]) -> tuple[Withdrawal, ...]:
    """Return the withdrawals of several records, sorted by date and reason. The order of records does not matter."""
    found: dict[tuple[date, str, int], Withdrawal] = {}
    for one in (one for record in records for one in record.withdrawals):
        key = (one.date, one.reason, one.identity)
        found[key] = found[key].joined(one) if key in found else one
    return tuple(found[key] for key in sorted(found))


def _damaged(error: Exception) -> CorpusError:
    return CorpusError(
        f"{WITHDRAWN} cannot be read: {' '.join(str(error).split())}. `git checkout -- {WITHDRAWN}` restores it. "
        "Nothing is built without it: what was withdrawn would come back."
    )


def _hashes(text: str) -> frozenset[str]:
    found = text.split()
    for value in found:
        if len(value) != _HEX or not set(value) <= set("0123456789abcdef"):
            raise ValueError(f"{value[:80]!r} is not a hash of 128 bits in hex")
    return frozenset(found)


def save(root: Path, withdrawals: Sequence[Withdrawal]) -> None:
    """Write the record."""
    write_text(root / WITHDRAWN, as_text(withdrawals))


def as_text(withdrawals: Sequence[Withdrawal]) -> str:
    """Return the record as text."""
    entries: list[dict[str, Any]] = []
    for one in withdrawals:
        # Hashes as the words of one string: YAML takes seconds for a list of as many.
        hashes = {
            f"{kind.value}s": " ".join(sorted(values))
            for kind, values in zip(Kind, (one.documents, one.articles, one.publishers), strict=True)
            if values
        }
        identity = {"identity": one.identity} if one.identity > _FIRST_IDENTITY else {}
        entries.append({"date": one.date.isoformat(), "reason": one.reason, **identity, **hashes})
    return _HEADER + yaml.safe_dump({"withdrawals": entries}, sort_keys=False, allow_unicode=True, width=110)
