"""Make a corpus repository: git, DVC, the pipeline, and a first commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.batches import register as raw
from corpus.batches import withdrawals
from corpus.errors import UsageError
from corpus.repo import layout, staging
from corpus.repo.files import write_text
from corpus.repo.merging import DRIVER
from corpus.repo.repository import Repository
from corpus.sources.web.example import EXAMPLE
from corpus.tables import engine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# What `dvc init` would write besides.
_COLLECT_EXAMPLE: Final = "collect.yaml"
_DVC_GITIGNORE: Final = "/config.local\n/tmp\n/cache\n"


def init(folder: Path, *, example: bool = False) -> Repository:
    """Make a corpus repository in a folder that is absent, empty, or a git repository without a corpus.

    Args:
        folder: the folder.
        example: put a first article into seeds/, and a commented collect.yaml beside it.

    Raises:
        UsageError: the folder has files of a corpus or of DVC already; nothing was changed.
    """
    folder = folder.resolve()
    _require_place(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = [".dvc/.gitignore", "seeds/.gitkeep", engine.ENGINE, raw.BATCHES, withdrawals.WITHDRAWN, *layout.FILES]
    for target in layout.FILES:
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_bytes(layout.current(target))
    (folder / ".dvc" / ".gitignore").write_text(_DVC_GITIGNORE)
    (folder / "seeds").mkdir(exist_ok=True)
    (folder / "seeds" / ".gitkeep").touch()
    raw.save(folder, [])
    withdrawals.save(folder, [])
    if example:
        (folder / "seeds" / "example.md").write_bytes((layout.templates() / "example.md").read_bytes())
        (folder / _COLLECT_EXAMPLE).write_text(EXAMPLE, encoding="utf-8")
        made += ["seeds/example.md", _COLLECT_EXAMPLE]
    noted = {target: layout.digest(layout.current(target)) for target in layout.FILES}
    write_text(folder / engine.ENGINE, layout.notes_as_text(noted))
    engine.pin(folder)
    is_new = not (folder / ".git").exists()
    # A new repository has no hooks but those of a person's template.
    repository = Repository(folder, hooks=not is_new)
    if is_new:
        repository.git("init", "--quiet", "--initial-branch=main")
    # Settings do not travel with a clone: `corpus doctor` says how to make them there.
    repository.git("config", "merge.corpus.name", "corpus merge")
    repository.git("config", "merge.corpus.driver", DRIVER)
    staging.stage(repository, made)
    if repository.git("config", "user.email", check=False):
        _commit(repository, made)
    return Repository(folder)


def _commit(repository: Repository, made: Sequence[str]) -> None:
    """Commit what was made, and nothing else that is staged."""
    head = repository.commit_of("HEAD")
    tree = staging.tree(repository, head, made)
    parents = ["-p", head] if head else []
    commit = repository.git("commit-tree", tree, *parents, given="Begin a news corpus\n").strip()
    repository.git("update-ref", "-m", "corpus: init", "HEAD", commit, head or "0" * len(commit))


def _require_place(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name a folder.")
    inside = next((p for p in (folder, *folder.parents) if (p / ".git").exists()), None)
    if inside is not None and inside != folder:
        raise UsageError(f"{folder} is inside the git repository {inside}. Choose a folder outside of it.")
    taken = sorted(name for name in (*layout.FILES, ".dvc", engine.ENGINE, "data") if (folder / name).exists())
    if taken:
        raise UsageError(f"{folder} already has {', '.join(taken)}. Choose another folder; nothing was changed.")
