"""Give batches of earlier versions, whose files are all in one folder, a folder for each month.

DVC stores the listing of a folder anew with each file that is added to it: 7 MB after a year of a batch every quarter
of an hour, for each version. The listing of a month has a twelfth of that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from corpus.batches import register as raw
from corpus.batches import tracking
from corpus.errors import CorpusError
from corpus.objects import pins
from corpus.objects.listing import listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.objects.listing import Listing
    from corpus.repo.repository import Repository


@dataclass(frozen=True, slots=True)
class Months:
    """What changes if the files of batches are put into the folders of their months.

    Attributes:
        texts: the register and data/raw.dvc, each before and after. Empty if nothing changes.
        listings: the new listings of the months, which the cache must have before data/raw.dvc names them.
        note: what to tell the user; "" if there is nothing to tell.
    """

    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    listings: tuple[Listing, ...] = ()
    note: str = ""


def plan(repository: Repository) -> Months:
    """Return what changes. Writes nothing."""
    root = repository.root
    batches = raw.load(root)
    if not raw.is_flat(batches):
        return Months()
    try:
        before = (root / tracking.PIN).read_text(encoding="utf-8")
        (pin,) = tracking.pinned(before)
        found = pins.Objects(repository).files(pin)
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError, CorpusError):
        found = None
    md5s = {file.path: file.md5 for file in found or ()}
    if md5s.keys() != {f"{raw.RAW}/{file.name}" for batch in batches for file in batch.all_files}:
        return Months(
            note=f"{raw.RAW}: its files stay in one folder, because {tracking.PIN} or the listing that it names does "
            f"not have them all. Run `dvc pull {tracking.PIN}` and `corpus build`, then upgrade again."
        )
    placed = [raw.in_month(batch) for batch in batches]
    months: dict[str, dict[str, str]] = {}
    sizes: dict[str, int] = {}
    for file in (file for batch in placed for file in batch.all_files):
        folder, _, name = file.name.rpartition("/")
        months.setdefault(folder, {})[name] = md5s[f"{raw.RAW}/{name}"]
        sizes[folder] = sizes.get(folder, 0) + file.size
    listings = {folder: listing(months[folder]) for folder in sorted(months)}
    outs = [
        {"md5": made.md5, "size": sizes[folder], "nfiles": len(months[folder]), "hash": "md5", "path": f"raw/{folder}"}
        for folder, made in listings.items()
    ]
    after = yaml.safe_dump({**yaml.safe_load(before), "outs": outs}, sort_keys=False)
    texts = {
        raw.BATCHES: ((root / raw.BATCHES).read_text(encoding="utf-8"), raw.as_text(placed)),
        tracking.PIN: (before, after),
    }
    note = (
        f"{raw.RAW}: its {len(md5s):,} files move into a folder for each month, {len(months)} in all. "
        "The tables do not change; run `corpus build` afterwards"
    )
    return Months(texts, tuple(listings.values()), note)


def store(repository: Repository, months: Months) -> None:
    """Put the listings of the months into the cache."""
    objects = pins.Objects(repository)
    for made in months.listings:
        tracking.put(objects.path(made.md5), made.data)
