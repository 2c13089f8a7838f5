"""Find the parsers of other packages by their entry points, and what they read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from corpus.errors import CorpusError
from corpus.formats.mediatypes import PARSERS, family

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint

    from corpus.formats.article import Document, Parsed, Parser

# Parsers that installed packages register under this group of entry points can change a byte: the fingerprint of
# `ingest` covers them.
GROUP: Final = "newscorpus.parsers"
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A parser of another package.

    Attributes:
        name: its own name, as the column `parser` has it.
        package: the package that registers it, with its version.
        reads: the media types that it reads.
        replaces: those of them that our own parsers would read without it.
    """

    name: str
    package: str
    reads: tuple[str, ...]
    replaces: tuple[str, ...]

    def __str__(self) -> str:
        instead = f", in place of our own for {', '.join(self.replaces)}" if self.replaces else ""
        return f"{self.name} of {self.package} reads {', '.join(self.reads)}{instead}"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A parser of another package, with what it declared when it was loaded."""

    name: str
    media_types: frozenset[str]
    parse: Callable[[Document], Parsed]


@cache
def registered() -> dict[str, tuple[Parser, PlugIn]]:
    """Return the parsers of other packages by media type.

    Raises:
        CorpusError: a parser cannot be imported, or is not a parser. The error names its package.
    """
    from importlib.metadata import entry_points

    found: dict[str, tuple[Parser, PlugIn]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        parser, plug_in = _load(entry)
        for kind in plug_in.reads:
            if kind in found:
                raise CorpusError(
                    f"Two installed parsers read {kind}: {found[kind][0].name!r} and {plug_in.name!r}. Uninstall one."
                )
            found[kind] = parser, plug_in
    return found


def plug_ins() -> list[PlugIn]:
    """Return the parsers of other packages, by name.

    Raises:
        CorpusError: a parser cannot be used.
    """
    return sorted({plug_in for _, plug_in in registered().values()}, key=lambda one: one.name)


def _load(entry: EntryPoint) -> tuple[Parser, PlugIn]:
    package = entry.dist.name if entry.dist else "an unknown package"
    try:
        parser: Parser = entry.load()()
        name, parse = parser.name, parser.parse
        kinds: object = getattr(parser, "media_types", None)
        if not (isinstance(name, str) and name and callable(parse)):
            raise TypeError("it has no name, or no `parse`")  # noqa: TRY301 - reported like what its import raises
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise ValueError(f"its name is not a printable text of up to {_LONGEST_NAME} characters")  # noqa: TRY301
        if not isinstance(kinds, (frozenset, set, tuple, list)):
            raise TypeError("its `media_types` is not a set of texts")  # noqa: TRY301
        reads = tuple(sorted({str(kind) for kind in kinds}))
        if wrong := [kind for kind in reads if not _MEDIA_TYPE.fullmatch(kind)]:
            raise ValueError(f"{wrong[0][:_LONGEST_NAME]!a} is not a media type such as application/pdf")  # noqa: TRY301
    except (Exception, SystemExit) as error:  # a stranger's code may raise anything
        why = f"{type(error).__name__}: {error}"
        raise CorpusError(
            f"The parser {entry.name!r} of {package} ({entry.value}) cannot be used: {why}. Mend or uninstall it."
        ) from error
    version = f" {entry.dist.version}" if entry.dist else ""
    plug_in = PlugIn(name, f"{package}{version}", reads, tuple(kind for kind in reads if family(kind) in PARSERS))
    return cast("Parser", Foreign(name, frozenset(reads), parse)), plug_in
