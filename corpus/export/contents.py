"""The contents of an export as a value, from which its card, its dictionary and its metadata are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.export.files import DataFile
    from corpus.export.formats import Format
    from corpus.report.figures import Holdings
    from corpus.snapshots.about import About
    from corpus.snapshots.selection import Selection


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of an export whose data files are written.

    Attributes:
        about: the version that was exported.
        holdings: the figures of the articles that were written.
        format: the format of the data files.
        selection: the filters that chose the articles.
        columns: the columns that were written.
        split_seed: the seed of the split into train, validation and test; None without a split.
        left_out: the number of articles that were left out, by the condition that they did not meet.
        files: the data files; the files of one part of a split follow each other.
    """

    about: About
    holdings: Holdings
    format: Format
    selection: Selection
    columns: tuple[str, ...]
    split_seed: str | None
    left_out: Mapping[str, int]
    files: tuple[DataFile, ...]

    @property
    def parts(self) -> dict[str, tuple[DataFile, ...]]:
        """The files by the first part of their names: `articles`, or the names of the parts of a split."""
        stems = {file.path: file.path.rpartition("/")[2].partition("-")[0] for file in self.files}
        return {
            stem: tuple(file for file in self.files if stems[file.path] == stem)
            for stem in dict.fromkeys(stems.values())
        }

    def pattern(self, stem: str) -> str:
        """Return a glob for the files of a part."""
        return f"data/{stem}-*{self.format.suffix}"

    @property
    def citation(self) -> str:
        """A sentence that says how to cite the version."""
        day = f" ({self.about.day.year})" if self.about.day else ""
        commit = f" Git commit {self.about.commit}." if self.about.commit else ""
        return f"{self.about.title}{day}. Version {self.about.name}.{commit} Articles md5:{self.about.md5}."
