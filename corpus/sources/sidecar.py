"""Read `sources.yaml` or `sources.csv` of a folder: URL, date, publisher and capture time of its files."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from corpus.errors import InputError
from corpus.sources.entries import MOST_SIDECAR_BYTES, Item, Reason, Skipped
from corpus.text import dates, plain_yaml, urls
from corpus.text.foreign import parse_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIDECARS: Final = ("sources.yaml", "sources.csv")
_KEYS: Final = frozenset({"file", "url", "date", "publisher", "captured_at"})
_FIRST_YEAR: Final = 1_000
_SILENT: Final = frozenset({"", "~", "null"})


@dataclass(slots=True)
class Sidecar:
    """The facts in one such file, by the path of each file from its folder."""

    source: str
    prefix: str
    entries: dict[str, dict[str, str]]
    _used: set[str] = field(default_factory=set)
    _opened: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path, prefix: str) -> Self:
        """Read a file of sources.

        Args:
            path: the file.
            prefix: the beginning of the sources of the files in its folder.

        Raises:
            InputError: the file is not valid. The error lists its faults.
        """
        faults: list[str] = []
        entries: dict[str, dict[str, str]] = {}
        try:
            if path.stat().st_size > MOST_SIDECAR_BYTES:
                raise ValueError(f"more than {MOST_SIDECAR_BYTES:,} bytes")  # noqa: TRY301 - reported like what YAML raises
            text = path.read_text(encoding="utf-8-sig")
            listed = list(_csv(text) if path.suffix == ".csv" else _yaml(text))
        except UnicodeDecodeError as error:
            raise InputError(f"{path} cannot be read. Nothing was added.", [f"{error}; save it as UTF-8"]) from None
        except (OSError, ValueError, csv.Error) as error:
            raise InputError(
                f"{path} cannot be read. Nothing was added.", [" ".join(str(error).split())[:300]]
            ) from None
        for number, entry in enumerate(listed, 1):
            fields = {str(key): value for key, value in entry.items() if not _is_silent(value)}
            if wrong := _wrong(entry, fields):
                faults.append(f"entry {number}: {wrong}")
            elif entries.setdefault(fields["file"], fields) != fields:
                faults.append(f"entry {number}: {fields['file'][:200]} has an earlier entry with other values")
        if faults:
            raise InputError(f"{path} is not a list of sources. Nothing was added.", faults[:20])
        return cls(f"{prefix}{path.name}", prefix, entries)

    def completed(self, item: Item) -> Item:
        """Return a document with the facts that the file gives of it and that were not known."""
        path = item.source.removeprefix(self.prefix)
        fields = self.entries.get(path)
        if fields is None:
            self._opened.add(path.partition("#")[0].partition("!")[0])
            return item
        self._used.add(path)
        return item._replace(
            url=item.url or fields.get("url"),
            published_date=item.published_date or fields.get("date"),
            publisher=item.publisher or fields.get("publisher"),
            captured_at=item.captured_at or (instant(fields["captured_at"]) if "captured_at" in fields else None),
        )

    def unused(self) -> Iterator[Skipped]:
        """Yield the files that it names and that were not found."""
        for name in sorted(self.entries.keys() - self._used):
            holds = ": it holds many documents, each with a name of its own" if name in self._opened else ""
            yield Skipped(self.source, Reason.MISSING, f"{name}{holds}")


def _is_silent(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in _SILENT)


def _wrong(entry: dict[str, Any], fields: dict[str, Any]) -> str | None:
    """Return what is wrong with an entry; None if it is valid."""
    unknown = sorted(map(str, entry.keys() - _KEYS))
    if unknown:
        return f"unknown {', '.join(unknown)[:200]}; known are {', '.join(sorted(_KEYS))}"
    if nested := [key for key, value in fields.items() if not isinstance(value, str)]:
        return f"its {nested[0]} is a {type(fields[nested[0]]).__name__}, not a text"
    if "file" not in fields:
        return "names no file"
    if "url" in fields and urls.canonical(fields["url"]) is None:
        return f"{fields['url'][:200]!a} is no URL"
    if "date" in fields and dates.parse(fields["date"]) is None and parse_foreign(fields["date"]) is None:
        return f"{fields['date'][:200]!a} is no date; write it as 2020-01-02"
    if "captured_at" in fields and instant(fields["captured_at"]) is None:
        return (
            f"{fields['captured_at'][:200]!a} is no time of capture from {_FIRST_YEAR} until now; "
            "write it as 2020-01-02 or 2020-01-02T06:00:00Z"
        )
    return None


def instant(written: str) -> datetime | None:
    """Return a time of capture in UTC, to the second; None if it is not one, or is in the future.

    A day alone means its beginning, as with `--captured-at`.
    """
    try:
        found = datetime.fromisoformat(written.strip())
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    # What is yet to come would stay the newest for ever.
    return found.replace(microsecond=0) if found.year >= _FIRST_YEAR and found <= datetime.now(UTC) else None


def _yaml(text: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of a list, or of a mapping of files to their facts or URLs, with every value as written."""
    values = plain_yaml.load(text, as_written=True) or []
    if isinstance(values, dict):
        for name, fields in values.items():
            if isinstance(fields, str):
                yield {"file": name, "url": fields}
            elif isinstance(fields, dict):
                yield {"file": name, **fields}
            else:
                raise ValueError(f"the value of {name} is neither a URL nor a mapping of fields")  # noqa: TRY004 - of the file, not of a type
        return
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ValueError("the file is neither a list of mappings nor a mapping of file names")
    yield from values


def _csv(text: str) -> Iterator[dict[str, Any]]:
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    for line in lines:
        if None in line or None in line.values():
            raise ValueError(f"line {lines.line_num}: not as many fields as the first line names")
        yield dict(line)
