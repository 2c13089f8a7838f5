"""Repositories as earlier versions of newscorpus made them: small archives, the program that makes one, and its opening.

    uv run --no-sync python -m tests.earlier NAME               with this version: do so for each release
    uv run --no-sync python -m tests.earlier NAME CHECKOUT      with an older one, of which CHECKOUT has the files

It writes tests/app/earlier/NAME.tar.xz: a repository with its DVC cache, edits of a user, and two releases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.conftest import BODY, Corpus, article

FOLDER = Path(__file__).parent / "app" / "earlier"
NAMES = sorted(path.name.removesuffix(".tar.xz") for path in FOLDER.glob("*.tar.xz"))
OWN_STAGE = """  listing:
    cmd: ls data/articles > listing.txt
    deps:
      - data/articles
    outs:
      - listing.txt:
          cache: false

"""


def unpack(name: str, folder: Path) -> Corpus:
    """Return a repository of an archive, unpacked into a folder."""
    with tarfile.open(FOLDER / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="tar")
    return Corpus(folder / "repo")


def make(folder: Path) -> Corpus:
    """Make a repository with whatever version `corpus` is on the path."""

    def run(*arguments: str, cwd: Path) -> None:
        subprocess.run(arguments, cwd=cwd, check=True, stdout=subprocess.DEVNULL)

    run("corpus", "init", "repo", cwd=folder)
    repo = Corpus(folder / "repo")
    edit(repo.root / "params.yaml", "min_words: 20", "min_words: 10  # short news too")
    edit(repo.root / "dvc.yaml", "artifacts:\n", f"{OWN_STAGE}artifacts:\n")
    with (repo.root / ".gitignore").open("a") as file:
        file.write("*.bak\n")
    for number in (1, 2):
        repo.seed(f"{number}.txt", article(str(number), body=f"{BODY} This is story number {number}."))
        run("corpus", "build", cwd=repo.root)
        repo.commit(f"Story {number}")
        help_ = subprocess.run(
            ["corpus", "release", "--help"], cwd=repo.root, capture_output=True, text=True, check=True
        )
        run(
            "corpus",
            "release",
            *(["--message", f"Story {number}"] if "--message" in help_.stdout else []),
            cwd=repo.root,
        )
    return repo


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file, which has it."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def pack(repo: Corpus, name: str) -> Path:
    """Write the archive of a repository, without what can be made again."""
    repo.git("gc", "--quiet", "--aggressive", "--prune=now")
    for path in (".dvc/tmp", ".git/hooks", ".git/logs", ".prefect", "data"):
        kept = repo.git("ls-files", path).split()
        texts = {one: (repo.root / one).read_bytes() for one in kept}
        shutil.rmtree(repo.root / path, ignore_errors=True)
        for one, text in texts.items():
            (repo.root / one).parent.mkdir(parents=True, exist_ok=True)
            (repo.root / one).write_bytes(text)
    FOLDER.mkdir(exist_ok=True)

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = ""
        return info

    with tarfile.open(FOLDER / f"{name}.tar.xz", "w:xz") as archive:
        archive.add(repo.root, "repo", filter=plain)
    return FOLDER / f"{name}.tar.xz"


def main(name: str, checkout: str | None = None) -> None:
    """Make an archive."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "bin").mkdir()
        (folder / "bin" / "corpus").write_text(f'#!/bin/sh\nexec {sys.executable} -m corpus "$@"\n')
        (folder / "bin" / "corpus").chmod(0o755)
        source = checkout or str(Path(__file__).parents[1])
        os.environ.update(
            PATH=os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
            PYTHONPATH=str(Path(source).resolve()),
            **{f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER")
               for what, text in (("NAME", "Test"), ("EMAIL", "test@example.org"))},
        )  # fmt: skip
        made = pack(make(folder), name)
        sys.stdout.write(f"{made}: {made.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
