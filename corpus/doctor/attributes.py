"""Checks that `.gitattributes` keeps git from changing the bytes of the inputs of a build."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from corpus.batches import register as raw
from corpus.batches import withdrawals
from corpus.batches.seeds import SEEDS
from corpus.doctor.finding import Finding, ok, warning
from corpus.errors import CorpusError
from corpus.objects import pins

if TYPE_CHECKING:
    from corpus.repo.repository import Repository

LINE: Final = "* -text -ident -filter"
_ABOUT: Final = "git attributes"
# What changes bytes at checkout, with the values that leave them alone.
_KEPT: Final = {
    "text": ("unset",),
    "ident": ("unspecified", "unset"),
    "filter": ("unspecified", "unset"),
    "working-tree-encoding": ("unspecified", "unset"),
}
_MOST_ASKED: Final = 5_000
_SHOWN: Final = 3


def examine(repository: Repository) -> Finding:
    """Ask git for the attributes of the inputs of a build: each file of seeds/, and a file that may be added there."""
    tracked = [path for path in repository.git("ls-files", "-z", "--", SEEDS).split("\0") if path]
    probes = [f"{SEEDS}/new", f"{SEEDS}/new.txt", f"{SEEDS}/new.html", f"{SEEDS}/a/new.md"]
    fixed = [raw.BATCHES, withdrawals.WITHDRAWN]
    with suppress(CorpusError):
        fixed += [pin.path for pin in pins.of_working_tree(repository) if not pin.cached]
    asked = "".join(f"{path}\0" for path in dict.fromkeys([*probes, *fixed, *tracked[:_MOST_ASKED]]))
    words = repository.git("check-attr", "-z", "--stdin", *_KEPT, given=asked).split("\0")
    found: dict[str, list[str]] = {}
    for path, name, value in zip(words[0::3], words[1::3], words[2::3], strict=False):
        if value not in _KEPT[name]:
            found.setdefault(path, []).append(f"{name} {value}")
    if not found:
        return ok(_ABOUT, "git changes no bytes of the inputs of a build")
    shown = "; ".join(f"{path}: {', '.join(found[path])}" for path in list(found)[:_SHOWN])
    where = ".gitattributes" if (repository.root / ".gitattributes").exists() else "no .gitattributes"
    return warning(
        _ABOUT,
        f"{where}: git may change the bytes of {len(found):,} paths in a clone, as core.autocrlf changes "
        f"line endings ({shown})",
        f"make `{LINE}` the last line of .gitattributes and commit it; `corpus verify` says whether seeds/ differs",
    )
