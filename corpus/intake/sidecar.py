"""`sources.yaml` or `sources.csv` in a folder: what its files lost on export: URL, date, publisher."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import yaml

from corpus.errors import InputError
from corpus.intake.entries import MOST_SIDECAR_BYTES, Item, Reason, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIDECARS: Final = ("sources.yaml", "sources.csv")
_KEYS: Final = frozenset({"file", "url", "date", "publisher"})
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Sidecar:
    """What one such file says, by the path of each file from its folder."""

    source: str
    prefix: str
    entries: dict[str, dict[str, str]]
    _used: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path, prefix: str) -> Self:
        """Read one.

        Args:
            path: the file.
            prefix: what the sources of the files in its folder begin with.

        Raises:
            InputError: it is no such file; names what is wrong.
        """
        faults: list[str] = []
        entries: dict[str, dict[str, str]] = {}
        try:
            if path.stat().st_size > MOST_SIDECAR_BYTES:
                raise ValueError(f"more than {MOST_SIDECAR_BYTES:,} bytes")  # noqa: TRY301 - told like what YAML raises
            text = path.read_text(encoding="utf-8-sig")
            listed = list(_csv(text) if path.suffix == ".csv" else _yaml(text))
        except (OSError, ValueError, csv.Error, yaml.YAMLError, RecursionError) as error:
            raise InputError(
                f"{path} cannot be read. Nothing was added.", [" ".join(str(error).split())[:300]]
            ) from None
        for number, entry in enumerate(listed, 1):
            unknown = sorted(map(str, entry.keys() - _KEYS))
            if unknown:
                faults.append(
                    f"entry {number}: unknown {', '.join(unknown)[:200]}; known are {', '.join(sorted(_KEYS))}"
                )
            elif not entry.get("file"):
                faults.append(f"entry {number}: names no file")
            else:
                entries[str(entry["file"])] = {
                    key: str(value) for key, value in entry.items() if value not in (None, "")
                }
        if faults:
            raise InputError(f"{path} is no list of sources. Nothing was added.", faults[:20])
        return cls(f"{prefix}{path.name}", prefix, entries)

    def told(self, item: Item) -> Item:
        """A document with what is said of it here and was not known."""
        path = item.source.removeprefix(self.prefix)
        said = self.entries.get(path)
        if said is None:
            return item
        self._used.add(path)
        return item._replace(
            url=item.url or said.get("url"),
            published_date=item.published_date or said.get("date"),
            publisher=item.publisher or said.get("publisher"),
        )

    def unused(self) -> Iterator[Skipped]:
        """The files that it names and that were not come upon."""
        for name in sorted(self.entries.keys() - self._used):
            yield Skipped(self.source, Reason.MISSING, name)


def _yaml(text: str) -> Iterator[dict[str, Any]]:
    """A list of entries, or a mapping of files to what is said of each, or to its URL."""
    values = yaml.load(text, _LOADER) or []  # noqa: S506 - a safe loader
    if isinstance(values, dict):
        for name, said in values.items():
            if isinstance(said, str):
                yield {"file": name, "url": said}
            elif isinstance(said, dict):
                yield {"file": name, **said}
            else:
                raise ValueError(f"{name}: neither a URL nor a mapping")  # noqa: TRY004 - of the file, not of a type
        return
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ValueError("neither a list of mappings nor a mapping of files")
    yield from values


def _csv(text: str) -> Iterator[dict[str, Any]]:
    lines = csv.DictReader(text.splitlines(), strict=True)
    for line in lines:
        if None in line or None in line.values():
            raise ValueError(f"line {lines.line_num}: not as many fields as the first line names")
        yield dict(line)
