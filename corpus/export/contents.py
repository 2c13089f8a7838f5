"""What an export holds, as a value: what its card, its dictionary and its metadata are written from."""

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
    """An export before it is described.

    Attributes:
        about: the version that it is of.
        holdings: the figures of the articles that were written.
        format: of the data files.
        selection: what was asked for.
        columns: which were written.
        split_seed: what parted them, None if they are together.
        left_out: articles that were not, by the condition that they did not meet.
        files: the data files, those of each part of a split together.
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
        """The files by the first part of their names: `articles`, or the parts of a split."""
        stems = {file.path: file.path.rpartition("/")[2].partition("-")[0] for file in self.files}
        return {
            stem: tuple(file for file in self.files if stems[file.path] == stem)
            for stem in dict.fromkeys(stems.values())
        }

    def pattern(self, stem: str) -> str:
        """A glob for the files of a part."""
        return f"data/{stem}-*{self.format.suffix}"

    @property
    def citation(self) -> str:
        """How to cite the version, in a sentence."""
        day = f" ({self.about.day.year})" if self.about.day else ""
        commit = f" Git commit {self.about.commit}." if self.about.commit else ""
        return f"{self.about.title}{day}. Version {self.about.name}.{commit} Articles md5:{self.about.md5}."
