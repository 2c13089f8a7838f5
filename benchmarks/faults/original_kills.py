"""Kill `corpus add` of an export and `corpus forget` of one of its articles: the next run succeeds, and nothing is lost.

Each trial adds an export of many articles, or withdraws an article of it, whose kept original is then written anew, and sends
SIGKILL after a random part of the time that the command needs. The command runs once more. Then each export is kept as it was given, but
for the articles that were withdrawn; the corpus holds the other articles, and no unfinished file is left.
"""

from __future__ import annotations

import io
import random
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from benchmarks import make_exports
from benchmarks.faults import invariants
from benchmarks.faults.harness import Scene, Trials, kill, main

if TYPE_CHECKING:
    from pathlib import Path

COUNT: Final = 8
ARTICLES: Final = 400
# The forms of which a piece can be cut, and one of which the file goes with the article.
FORMS: Final = ("txt", "html", "docx")


@dataclass
class _Export:
    """An export that was added: its bytes, and the titles of its articles that are and that were in the corpus."""

    path: Path
    data: bytes
    titles: list[str]
    gone: list[str] = field(default_factory=list)

    @property
    def can_be_cut(self) -> bool:
        return self.path.suffix != ".docx"


class _Exports:
    """A corpus of exports, and what it must hold."""

    def __init__(self, scene: Scene, trials: Trials, scratch: Path) -> None:
        self.scene, self.trials, self._scratch = scene, trials, scratch
        self.added: list[_Export] = []

    def new(self, form: str) -> _Export:
        """Return an export whose articles no other has."""
        number = len(self.added)
        path = self._scratch / f"{number}.{form}"
        stories = [
            one._replace(
                # Accession numbers are made of it.
                number=number * ARTICLES + one.number,
                title=f"{one.title} of search {number}",
                paragraphs=[f"Search {number}. {text}" for text in one.paragraphs],
            )
            for one in make_exports.stories(ARTICLES)
        ]
        make_exports.FORMS[form](path, stories, ARTICLES)
        self.added.append(_Export(path, path.read_bytes(), [one.title for one in stories]))
        return self.added[-1]

    def command(self, name: str, form: str, draw: random.Random) -> list[str]:
        """Do what a command needs to have been done before it, and return the command."""
        export = self.new(form)
        add = ["add", "--captured-at", "2026-01-02", str(export.path)]
        if name == "add":
            return add
        self.scene.must(*add)
        self.settle()
        title = draw.choice(export.titles)
        export.titles.remove(title)
        export.gone.append(title)
        return ["forget", articles(self.scene)[title], "--reason", "Trial", "--yes"]

    def settle(self) -> None:
        """Bring the corpus up to date and into a commit; ends the program if that fails."""
        self.scene.must("build")
        self.scene.commit()

    def check(self, trial: str) -> None:
        """Check what must hold after every trial."""
        found = invariants.no_stray_files(self.scene) + invariants.verified(self.scene)
        expected = {title for export in self.added for title in export.titles}
        there = articles(self.scene).keys()
        if expected != there:
            found.append(f"articles: missing {sorted(expected - there)[:3]}, surplus {sorted(there - expected)[:3]}")
        kept = originals(self.scene)
        for export in self.added:
            found += _of_original(export, kept.get(export.path.name))
        self.trials.faults += [f"{trial}: {fault}" for fault in found]


def _of_original(export: _Export, kept: bytes | None) -> list[str]:
    name = export.path.name
    if not export.gone:
        return [] if kept == export.data else [f"{name} is not kept as it was given"]
    if not export.can_be_cut:
        return [] if kept is None else [f"{name} is kept, which cannot be cut"]
    if kept is None:
        return [f"{name} is lost"]
    text = kept.decode()
    lost = [title for title in export.titles if title not in text]
    left = [title for title in export.gone if title in text]
    return [f"{name}: lost {lost[:3]}, left {left[:3]}"] if lost or left else []


def articles(scene: Scene) -> dict[str, str]:
    """Return the id of each article by its title."""
    import polars as pl

    files = sorted((scene.root / "data" / "articles").glob("*.parquet"))
    rows = pl.concat([pl.read_parquet(one, columns=["title", "article_id"]) for one in files]).rows() if files else []
    return {str(title): str(article_id) for title, article_id in rows}


def originals(scene: Scene) -> dict[str, bytes]:
    """Return the exports that batches keep, by the names that they were added under."""
    from corpus.batches import batchfiles, register
    from corpus.press import originals as kept

    found: dict[str, bytes] = {}
    for batch in register.load(scene.root):
        if batch.originals is None:
            continue
        path = batchfiles.path_of(scene.root, batch.originals)
        for one in kept.listed(path):
            target = io.BytesIO()
            kept.write_to(path, one.sha256, target)
            found[one.source.rpartition("/")[2]] = target.getvalue()
    return found


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Kill `count` times, the commands and the forms of exports in turn."""
    trials, draw = Trials(), random.Random(seed)
    exports = _Exports(Scene.make(scratch), trials, scratch)
    needed = {}
    for name in ("add", "forget"):
        arguments = exports.command(name, "txt", draw)
        began = time.monotonic()
        exports.scene.must(*arguments)
        needed[name] = trials.figures[f"seconds of {name}"] = time.monotonic() - began
        exports.settle()
    exports.check("undisturbed")
    for number in range(count):
        name, form = ("add", "forget")[number % 2], FORMS[number // 2 % len(FORMS)]
        arguments = exports.command(name, form, draw)
        whole_group, share = draw.random() < 0.5, draw.random()
        trial = f"trial {number}, {name} of {form} killed after {share:.3f} of its time ({'session' if whole_group else 'process'})"
        process = exports.scene.start(*arguments)
        try:
            process.wait(share * needed[name])
        except subprocess.TimeoutExpired:
            kill(process, whole_group=whole_group)
            trials.made[f"{name} {form}"] += 1
        else:
            process.communicate()
            trials.made[f"{name} {form}, ended before"] += 1
        # What was done already leaves nothing to add or to withdraw.
        trials.faults += invariants.quiet(exports.scene.run(*arguments), f"{trial}: again", (0, 1, 2))
        trials.faults += invariants.quiet(exports.scene.run("build"), f"{trial}: build")
        exports.scene.commit()
        exports.check(trial)
    return trials


if __name__ == "__main__":
    main(run, name="original_kills", count=COUNT, doc=__doc__)
