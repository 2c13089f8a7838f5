"""The observations of a version: one row a request of `corpus collect`, from the files of its batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.batches import register as raw
from corpus.batches import stored
from corpus.errors import MissingObjects
from corpus.objects import pins
from schemas.observations import OBSERVATIONS

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from corpus.repo.repository import Repository
    from corpus.snapshots.remote import Remote

_PATH: Final = "_path"


def scan(repository: Repository, commit: str | None, objects: pins.Objects, remote: Remote) -> pl.LazyFrame:
    """Return the observations of a version, without the bodies that are evidence, and with the batch of each.

    Args:
        repository: the corpus.
        commit: of the version; None for the working tree.
        objects: the DVC cache.
        remote: where what the cache lacks is fetched from.

    Raises:
        MissingObjects: a file is neither in the cache nor in a remote.
        DamagedObject: a file has another digest than was pinned.
    """
    import polars as pl

    text = stored.text_of(repository, commit, raw.BATCHES)
    batches = raw.parse(text) if text else []
    wanted = {f"{raw.RAW}/{file.name}": batch.name for batch in batches if (file := batch.observations) is not None}
    found: list[pins.Pinned] = []
    for pin in (pin for pin in stored.pins_of(repository, commit) if pin.path == raw.RAW and wanted):
        files = objects.files(pin)
        if files is None:
            listing = remote.fetch([pins.Pinned(pin.path, pin.md5)])[pin.md5]
            files = pins.listed(pin, listing.read_bytes())
        found += [file for file in files if file.path in wanted]
    if len(found) < len(wanted):
        raise MissingObjects("A batch is not pinned.", sorted(wanted.keys() - {file.path for file in found}))
    if not found:
        return pl.DataFrame(OBSERVATIONS.empty).lazy()
    paths = _paths(found, objects, remote)
    batch_of = pl.DataFrame(
        {_PATH: [str(paths[file.md5]) for file in found], "batch": [wanted[file.path] for file in found]}
    )
    rows = pl.scan_parquet(batch_of[_PATH].to_list(), glob=False, include_file_paths=_PATH)
    return rows.join(batch_of.lazy(), on=_PATH, how="left", maintain_order="left").select(OBSERVATIONS.names)


def _paths(files: list[pins.Pinned], objects: pins.Objects, remote: Remote) -> dict[str, Path]:
    found = {file.md5: objects.get(file.md5) for file in files}
    objects.remember()
    missing = [file for file in files if found[file.md5] is None]
    fetched = remote.fetch(missing) if missing else {}
    return {md5: path for md5, path in {**found, **fetched}.items() if path is not None}
