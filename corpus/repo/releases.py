"""Releases: versions with a name. A release is an annotated git tag `corpus@vX.Y.Z`, by GTO's convention.

The tag's message ends with the release's figures, a line each. So the releases are listed from the tags alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from corpus.errors import UnknownVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.repo.repository import Repository

ARTIFACT: Final = "corpus"
NUMBER: Final = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")
# What a withdrawal leaves of a release: the same content without what was withdrawn.
_REDACTED: Final = re.compile(r"\+redacted\.(0|[1-9]\d{0,5})")
_FIGURE: Final = re.compile(r"([a-z][a-z0-9_-]*): (-?[0-9][0-9,]*|[0-9a-f]{64})")
# The name of the digest among the figures.
DIGEST: Final = "articles-sha256"
_FIELDS: Final = (
    "%(refname:strip=2)", "%(*objectname)", "%(objectname)", "%(creatordate:iso-strict)", "%(taggername)", "%(contents)"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Release:
    """A named version.

    Attributes:
        version: as `v1.0.0`.
        tag: the git tag, `corpus@v1.0.0`.
        commit: the commit that it names.
        date: when it was named, in the time zone of that person.
        articles: the number of its articles; None if its tag does not say.
        message: the first line of its message.
        by: who named it.
        figures: the counts in its tag, by name: documents, words, `added` since the release before, and so on.
        digest: sha256 of its articles (see `citation`); None if its tag does not say.
        redacted: the commit to read instead, if articles were withdrawn from it.
    """

    version: str
    tag: str
    commit: str
    date: datetime
    articles: int | None
    message: str
    by: str | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    digest: str | None = None
    redacted: str | None = None

    @property
    def readable(self) -> str:
        """Return the commit whose data are still available."""
        return self.redacted or self.commit


def tag(version: str) -> str:
    """Return the git tag of a version: `v1.0.0` -> `corpus@v1.0.0`."""
    return f"{ARTIFACT}@{version}"


def number(version: str) -> tuple[int, int, int]:
    """Return the number as a tuple: `v1.2.3` -> (1, 2, 3)."""
    major, minor, patch = (int(part) for part in version.removeprefix("v").split("."))
    return major, minor, patch


def releases(repository: Repository) -> list[Release]:
    """Return all releases, sorted by version."""
    form = "%00".join(_FIELDS) + "%00%01"
    listing = repository.git("for-each-ref", f"--format={form}", f"refs/tags/{ARTIFACT}@v*")
    found: list[Release] = []
    redacted: dict[str, tuple[int, str]] = {}
    # The author of a tag may have used another encoding.
    text = listing.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    for entry in text.split("\0\x01"):
        name, *rest = entry.lstrip("\n").split("\0")
        version = name.removeprefix(f"{ARTIFACT}@")
        base, plus, suffix = version.partition("+")
        if len(rest) != len(_FIELDS) - 1 or not NUMBER.fullmatch(base.removeprefix("v")):
            continue
        if plus:
            if again := _REDACTED.fullmatch(plus + suffix):
                redacted[base] = max(redacted.get(base, (-1, "")), (int(again[1]), rest[0] or rest[1]))
            continue
        found.append(_release(version, name, rest))
    complete = [replace(one, redacted=redacted[one.version][1]) if one.version in redacted else one for one in found]
    return sorted(complete, key=lambda release: number(release.version))


def _release(version: str, name: str, rest: list[str]) -> Release:
    peeled, direct, date, by, contents = rest
    figures, digest = _figures(contents)
    return Release(
        version,
        name,
        peeled or direct,
        datetime.fromisoformat(date),
        figures.get("articles"),
        contents.split("\n", 1)[0],
        by or None,
        figures,
        digest,
    )


def _figures(contents: str) -> tuple[dict[str, int], str | None]:
    """Return the counts and the digest in the last paragraph of a tag's message; the user wrote the rest."""
    counts: dict[str, int] = {}
    digest = None
    for line in contents.strip().rpartition("\n\n")[2].splitlines():
        if figure := _FIGURE.fullmatch(line):
            if figure[1] == DIGEST:
                digest = figure[2]
            elif len(figure[2]) < 20:
                counts[figure[1]] = int(figure[2].replace(",", ""))
    return counts, digest


def in_tag(message: str, counts: Mapping[str, int], digest: str) -> str:
    """Return the message of a tag: the description of the version, then its figures."""
    lines = [*(f"{name}: {count:,}" for name, count in counts.items()), f"{DIGEST}: {digest}"]
    return f"{message}\n\n" + "\n".join(lines) + "\n"


def resolve(repository: Repository, rev: str) -> str:
    """Return the commit of a revision; `v1.0.0` means the release of that name first.

    Raises:
        UnknownVersion: the text names no commit.
    """
    names = [rev]
    # A release, or what took its place: `v1.0.0+redacted.1`.
    if NUMBER.fullmatch(rev.removeprefix("v").partition("+")[0]):
        names.insert(0, tag(f"v{rev.removeprefix('v')}"))
    for name in names:
        if not name.startswith("-") and (commit := repository.commit_of(name)):
            return commit
    raise UnknownVersion(rev, [release.version for release in releases(repository)])
