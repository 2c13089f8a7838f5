"""Store files of the working tree as git objects, byte by byte.

`git add` would apply the filters, line endings and encodings of the user's settings. So blobs are written directly, and
named in a temporary index.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from corpus.repo import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from corpus.repo.repository import Repository

_FILE: Final = "100644"
LINK: Final = "120000"
_NOTHING: Final = "0"


@contextmanager
def index(repository: Repository, commit: str | None) -> Iterator[dict[str, str]]:
    """Make a temporary git index, empty or from a commit. Yields the environment variables with which git uses it."""
    with files.scratch("corpus-index-") as folder:
        variables = {"GIT_INDEX_FILE": str(folder / "index")}
        if commit:
            repository.git("read-tree", commit, env=variables)
        yield variables


def tree(
    repository: Repository, commit: str | None, paths: Sequence[str], blobs: Mapping[str, str | None] | None = None
) -> str:
    """Return the tree of a commit with some files and folders replaced by those of the working tree.

    Args:
        repository: the corpus.
        commit: the commit to start from; None for an empty tree.
        paths: files and folders from the root. Missing ones are removed from the tree.
        blobs: further files by path, as blobs that git already has; None removes a file.

    Raises:
        CorpusError: git failed.
    """
    # Without paths git would list all files.
    before = modes(repository, commit, paths) if commit and paths else {}
    with index(repository, commit) as variables:
        entries = _entries(repository, paths, before)
        there = {path for _, _, path in entries}
        gone = [(_NOTHING, "0" * len(commit or ""), path) for path in before if path not in there]
        entries += [(_FILE, blob, path) for path, blob in (blobs or {}).items() if blob is not None]
        gone += [(_NOTHING, "0" * len(commit or ""), path) for path, blob in (blobs or {}).items() if blob is None]
        _update(repository, [*gone, *entries], variables)
        return repository.git("write-tree", env=variables).strip()


def blob(repository: Repository, content: bytes) -> str:
    """Write bytes as a blob, unchanged. Returns the blob."""
    with files.scratch("corpus-blob-") as folder:
        aside = folder / "content"
        aside.write_bytes(content)
        return repository.git("hash-object", "-w", "--no-filters", str(aside)).strip()


def stage(repository: Repository, paths: Sequence[str]) -> None:
    """Add files of the working tree to the repository's own index, unchanged."""
    _update(repository, _entries(repository, paths, {}), {})


def modes(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the mode and the object of each file that a commit has at or below some paths."""
    found = {}
    for entry in repository.git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths).split("\0"):
        if entry:
            facts, _, path = entry.partition("\t")
            mode, _, identity = facts.split(" ")
            found[path] = (mode, identity)
    return found


def _entries(
    repository: Repository, paths: Sequence[str], before: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Write the blobs of files. Returns mode, object and path of each."""
    found = [file for path in paths for file in _files(repository.root, path)]
    entries = []
    plain = []
    for path in found:
        full = repository.root / path
        if full.is_symlink():
            target = os.fsencode(full.readlink()).decode("utf-8", "surrogateescape")
            entries.append((LINK, repository.git("hash-object", "-w", "--stdin", given=target).strip(), path))
        elif "\n" in path or path.startswith('"'):
            # `--stdin-paths` cannot name it.
            entries.append((_FILE, repository.git("hash-object", "-w", "--no-filters", "--", path).strip(), path))
        else:
            plain.append(path)
    if plain:
        listed = "".join(f"{path}\n" for path in plain)
        written = repository.git("hash-object", "-w", "--no-filters", "--stdin-paths", given=listed).split()
        for path, blob in zip(plain, written, strict=True):
            mode = before.get(path, (_FILE, ""))[0]
            entries.append((_FILE if mode == LINK else mode, blob, path))
    return entries


def _files(root: Path, path: str) -> Iterator[str]:
    """Yield a file, or the files below a folder, sorted; nothing for other things."""
    full = root / path
    if full.is_symlink() or full.is_file():
        yield path
    elif full.is_dir():
        for name in sorted(os.listdir(full)):  # noqa: PTH208 - names, not paths
            if name != ".git":
                yield from _files(root, f"{path}/{name}")


def _update(repository: Repository, entries: Sequence[tuple[str, str, str]], variables: dict[str, str]) -> None:
    if entries:
        listed = "".join(f"{mode} {blob}\t{path}\0" for mode, blob, path in entries)
        repository.git("update-index", "-z", "--add", "--index-info", env=variables, given=listed)
