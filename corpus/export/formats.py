"""The formats of exports. Those of newscorpus are found in the same way as those of other packages.

A format is a class without arguments, of the shape of `Format`. Installed packages add their own by an entry point of
the group `newscorpus.exports`, whose name is the format's.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final, Protocol

from corpus.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

GROUP: Final = "newscorpus.exports"
# Imported when first asked for: `module:Class`.
FORMATS: Final = {
    "parquet": "corpus.export.parquet:Parquet",
    "jsonl": "corpus.export.lines:JsonLines",
    "jsonl.zst": "corpus.export.lines:CompressedJsonLines",
    "csv": "corpus.export.comma:Csv",
    "huggingface": "corpus.export.parquet:HuggingFace",
}


class File(Protocol):
    """A data file that is being written."""

    def write(self, rows: pa.Table) -> None:
        """Append some rows."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Format(Protocol):
    """How the data files of an export are written, and how people read them.

    Attributes:
        name: the name that `corpus export --format` takes.
        suffix: the end of the names of its files.
        media_type: the media type of its files.
        meaning: one or two sentences for the data dictionary that say how values are written.
        stem: the name of the files, without number and suffix, if there is one part only.
        lists_are_text: whether a list is written as text.
    """

    name: str
    suffix: str
    media_type: str
    meaning: str
    stem: str
    lists_are_text: bool

    def open(self, path: Path, schema: pa.Schema) -> File:
        """Begin a file for rows of a schema."""
        ...

    def reading(self, files: str) -> str:
        """Return a line of Python with Polars (`pl`) that reads files by their pattern."""
        ...


def names() -> list[str]:
    """Return the names of all formats, those of newscorpus first."""
    return list(dict.fromkeys([*FORMATS, *sorted(entry.name for entry in entry_points(group=GROUP))]))


def format_of(name: str) -> Format:
    """Return a format by its name.

    Raises:
        UsageError: There is no such format.
    """
    if name in FORMATS:
        module, _, class_ = FORMATS[name].partition(":")
        made: Any = getattr(import_module(module), class_)()
    else:
        found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
        if not found:
            raise UsageError(f"No format {name!r}. There are {', '.join(names())}.")
        made = found[0].load()()
    format_: Format = made
    return format_
