"""Corpus repositories for tests: real git, real DVC, real files."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.resident import RESIDENT, may_stay
from tests.warm import LOCALE, WARM

pytest_plugins = ["tests.captured", "tests.histories"]

if TYPE_CHECKING:
    from collections.abc import Callable

# Tests say whether things are right; how fast they are is measured elsewhere, on a machine that does nothing else.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time, so that a change is judged by what it changes. A nightly run looks for new ones.
settings.register_profile("same", UNTIMED, derandomize=True)
settings.register_profile("random", UNTIMED, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

ARTICLE = """{title}

By Jane Example

September 11, 2020

{body}

Original url:

<https://www.example.com/{slug}>
"""
BODY = (
    "The town council approved a new tram line on Monday after four hours of debate, with construction to begin "
    "next spring and the first passengers expected three years later."
)


def article(slug: str, title: str | None = None, body: str = BODY) -> str:
    """The text of an article that passes every check."""
    return ARTICLE.format(slug=slug, title=title or f"Council approves {slug}", body=body)


# Coverage makes a build half as slow again. What only sets a scene, is killed, or is not ours has nothing to tell it.
UNMEASURED = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}

# What takes longer hangs: far more than a command takes on a machine that does much else.
SECONDS = 900.0


@dataclass(frozen=True)
class Corpus:
    """A corpus repository, driven as a user would."""

    root: Path

    def run(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `corpus …` here: in the worker's process for commands, unless a variable decides how Python starts."""
        if may_stay(arguments, environment):
            done = RESIDENT.run(arguments, self.root, {**os.environ, **environment})
        else:
            done = self.start(*arguments, **environment)
        if check:
            assert done.returncode == 0, f"corpus {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `corpus …` here, in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "corpus", *arguments],
            cwd=self.root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def build(self) -> None:
        """Bring the corpus up to date, to set a scene; a test of building says `run("build")`."""
        self.run("build", **UNMEASURED)

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.root, capture_output=True, text=True, check=True, timeout=SECONDS
        ).stdout

    def dvc(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return subprocess.run(
            [WARM.python, "-m", "dvc", *arguments],
            cwd=self.root, capture_output=True, text=True, check=check, timeout=SECONDS,
            env={**os.environ, **UNMEASURED, **LOCALE, "PATH": path, **environment},
        )  # fmt: skip

    def seed(self, name: str, text: str | bytes) -> Path:
        """Put a document into seeds/."""
        path = self.root / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def commit(self, message: str = "Change") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)


# What takes longest begins first, so that all workers end together.
LONG = ("test_a_crash_in_mid_run", "test_update_once", "test_killed_at_random", "test_scheduled_runs_start")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a test waits for the programs that it starts."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.name.startswith(LONG))


@pytest.fixture(autouse=True, scope="session")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing of the user's own settings, and nobody is told anything."""
    home = tmp_path_factory.mktemp("home")
    os.environ.update(
        {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Test",
            "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "Test",
            "GIT_COMMITTER_EMAIL": "test@example.org",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(home / "dvc"),
        }
    )
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n"
    )


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` fills, made by the first worker that wants it, for all of them; to be copied, not changed."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "once" / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            # What a worker left that failed at it.
            shutil.rmtree(folder / "place", ignore_errors=True)
            (folder / "place").mkdir()
            make(folder / "place")
            (folder / "made").touch()
    return folder / "place"


def copy_beside_readers(shared: Path, root: Path) -> None:
    """Copy a corpus that tests of other workers read in place: without what is written there for a moment.

    A reader remembers digests and makes a search index in .dvc/tmp, and git takes locks: such a file would be listed and
    then not be there. None of it is of use in another folder.
    """

    def passing(folder: str, names: list[str]) -> set[str]:
        parts = Path(folder).relative_to(shared).parts
        return {
            name
            for name in names
            if (parts == (".dvc",) and name == "tmp") or (parts[:1] == (".git",) and name.endswith(".lock"))
        }

    shutil.copytree(shared, root, symlinks=True, ignore=passing)
    (root / ".dvc/tmp").mkdir()


@pytest.fixture
def corpus_repo(tmp_path: Path) -> Corpus:
    """A fresh corpus repository without documents."""
    from corpus.app.init import init

    return Corpus(init(tmp_path / "repo").root)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Path:
    """A corpus repository with two articles and a bad document, built and committed; to be copied, not changed."""

    def make(place: Path) -> None:
        from corpus.app.init import init

        repo = Corpus(init(place / "repo").root)
        repo.seed("one.txt", article("one"))
        repo.seed("two.txt", article("two", body=BODY + " Two thirds would be paid by the region."))
        repo.seed("bad.txt", "")
        repo.build()
        repo.commit()

    return made_once(tmp_path_factory, "built", make) / "repo"


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Corpus:
    """A copy of its own of `built_once`."""
    root = tmp_path / "repo"
    shutil.copytree(built_once, root, symlinks=True)
    return Corpus(root)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Corpus:
    """A released corpus of seeds and a batch, for reading."""
    from tests.library import make

    return Corpus(made_once(tmp_path_factory, "library", make) / "repo")


@pytest.fixture
def library_copy(library: Corpus, tmp_path: Path) -> Corpus:
    """A copy of its own of `library`."""
    copy_beside_readers(library.root, tmp_path / "repo")
    return Corpus(tmp_path / "repo")


@pytest.fixture
def far(library_copy: Corpus, tmp_path: Path) -> tuple[Callable[[str], Path], Path]:
    """The library without a cache, and the folder that its remote will be. `at` says where it is served."""
    # As `dvc push` leaves a remote.
    shutil.move(library_copy.root / ".dvc/cache", tmp_path / "store")

    def at(url: str) -> Path:
        (library_copy.root / ".dvc/config.local").write_text(
            f"[core]\n    remote = far\n['remote \"far\"']\n    url = {url}\n"
        )
        return library_copy.root

    return at, tmp_path / "store"
