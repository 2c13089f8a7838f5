"""Move a branch and make a tag together, with one file that belongs to them, completely or not at all.

A note says first what will happen. If the process dies in between, the next writer reads the note, and finishes the
step or undoes it. A version exists when its refs exist, and not before.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.repo.files import publish, write_text

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.repo.repository import Repository


NOTE: Final = ".dvc/tmp/corpus/release.json"


@dataclass(frozen=True, slots=True)
class Step:
    """One release as git has it: from the commit `old` of a branch to `new`, with a tag and a text file.

    Attributes:
        branch: the full name of the branch.
        old: the commit of the branch until now; None before its first commit.
        new: the new commit of the branch.
        tag: the full name of the tag.
        tag_object: the tag's object.
        path: a file of the commit, from the root.
        before: its text in the working tree until now; None if it did not exist.
        after: its text in the new commit and in the working tree.
        staged: the paths whose content in the commit is that of the working tree.
    """

    branch: str
    old: str | None
    new: str
    tag: str
    tag_object: str
    path: str
    before: str | None
    after: str
    staged: tuple[str, ...]


def _note(repository: Repository) -> Path:
    return repository.root / NOTE


def take(repository: Repository, step: Step) -> None:
    """Take a step. The caller holds the write lock.

    Raises:
        CorpusError: git or the disk refused; nothing was changed.
    """
    target = repository.root / step.path
    # Where git does not look, should we die before it is in its place.
    aside = _note(repository).with_name(target.name)
    moved = False
    try:
        # All that can fill a disk comes before the refs.
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(_bytes(step.after))
        write_text(_note(repository), json.dumps(asdict(step)))
        _move(repository, step)
        moved = True
        publish(aside, target)
        repository.git("reset", "--quiet", "--", *step.staged)
    except BaseException:
        # Killed by Ctrl-C, git may have moved the refs without our knowing; `_back` looks.
        _back(repository, step, moved=moved)
        raise
    finally:
        aside.unlink(missing_ok=True)
    _note(repository).unlink(missing_ok=True)


def settle(repository: Repository) -> list[str]:
    """Finish or undo the step of a killed run. The caller holds the write lock.

    Returns:
        A text for each thing that was mended.
    """
    note = _note(repository)
    try:
        values = json.loads(note.read_bytes())
        step = Step(**{**values, "staged": tuple(values["staged"])})
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        # Killed while it was written: nothing had happened yet.
        note.unlink(missing_ok=True)
        return []
    name = step.tag.removeprefix("refs/tags/")
    if _holds(repository, step):
        if _at(repository, step.tag) is None:
            repository.git("update-ref", "--stdin", given=f"create {step.tag} {step.tag_object}\n")
        if _at(repository, step.branch) == step.new:
            _write(repository, step.path, step.before, step.after)
            repository.git("reset", "--quiet", "--", *step.staged)
        note.unlink()
        return [f"finished {name}, whose release was killed"]
    _back(repository, step, moved=True)
    return [f"took back {name}, whose release was killed"]


def _holds(repository: Repository, step: Step) -> bool:
    """Return whether the branch has the new commit."""
    try:
        repository.git("merge-base", "--is-ancestor", step.new, step.branch)
    except CorpusError:
        return False
    return True


def _move(repository: Repository, step: Step) -> None:
    branch = f"update {step.branch} {step.new} {step.old}" if step.old else f"create {step.branch} {step.new}"
    commands = [branch, f"create {step.tag} {step.tag_object}"]
    try:
        repository.git("update-ref", "-m", "corpus: release", "--stdin", given="\n".join(commands) + "\n")
    except CorpusError as error:
        raise CorpusError(
            f"git refused the release; nothing was changed. Was something committed or tagged meanwhile?\n{error}"
        ) from None


def _back(repository: Repository, step: Step, *, moved: bool) -> None:
    """Restore branch, tag and file, unless they were changed after the step."""
    # A ref that somebody else has moved since is theirs. Where git will not, the next writer tries again.
    with suppress(CorpusError):
        for name, mine, before in ((step.branch, step.new, step.old), (step.tag, step.tag_object, None)):
            if _at(repository, name) == mine:
                repository.git("update-ref", *((name, before, mine) if before else ("-d", name, mine)))
        if moved:
            _write(repository, step.path, step.after, step.before)
            repository.git("reset", "--quiet", "--", *step.staged, check=False)
        _note(repository).unlink(missing_ok=True)


def _at(repository: Repository, ref: str) -> str | None:
    """Return the object that a ref names; None if the ref does not exist."""
    return repository.git("rev-parse", "--verify", "--quiet", ref, check=False).strip() or None


def _write(repository: Repository, path: str, expected: str | None, text: str | None) -> None:
    """Write the text of a file if the file has the expected text; any other text belongs to the user."""
    target = repository.root / path
    here = target.read_bytes() if target.exists() else None
    if here != (None if expected is None else _bytes(expected)):
        return
    if text is None:
        target.unlink(missing_ok=True)
        return
    aside = _note(repository).with_name(target.name)
    aside.write_bytes(_bytes(text))
    publish(aside, target)


def _bytes(text: str) -> bytes:
    # git's own text may be of any encoding; it goes back as it came.
    return text.encode("utf-8", "surrogateescape")
