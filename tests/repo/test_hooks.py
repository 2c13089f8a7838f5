"""Hooks: a repository's own keep their say; those of a person's settings neither run nor block what we do."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from corpus.errors import CorpusError
from corpus.repo.receiving import push
from corpus.repo.receiving import receiver as receiver_options
from corpus.repo.releases import resolve
from corpus.repo.repository import Repository
from corpus.snapshots import opening
from tests.conftest import Corpus, article

if TYPE_CHECKING:
    from pathlib import Path

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change",
    "post-merge", "post-rewrite", "pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push", "pre-rebase",
    "prepare-commit-msg", "push-to-checkout", "reference-transaction",
    "pre-receive", "update", "proc-receive", "post-receive", "post-update",
)  # fmt: skip


def hooks(folder: Path, ran: Path, status: int = 1) -> Path:
    """Make a folder of hooks that write down their names and refuse."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in HOOKS:
        (folder / name).write_text(f"#!/bin/sh\necho {name} >> {ran}\nexit {status}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def plain(tmp_path: Path) -> Repository:
    """A git repository with a commit, and nothing of a corpus in it."""
    root = tmp_path / "plain"
    subprocess.run(["git", "init", "--quiet", root], check=True)
    subprocess.run(["git", "commit", "--quiet", "--allow-empty", "-m", "One"], cwd=root, check=True)
    return Repository(root)


def move_a_ref(repository: Repository) -> None:
    repository.git("update-ref", "refs/heads/moved", "HEAD")


def theirs(place: str, home: Path, value: str, root: Path) -> dict[str, str]:
    """Set `core.hooksPath` in one of the places of a person's settings; return the environment that goes with it."""
    setting = f"[core]\n\thooksPath = {value}\n"
    (home / ".config/git").mkdir(parents=True)
    (home / "more").write_text(setting)
    if place == "home":
        (home / ".gitconfig").write_text(setting)
    elif place == "xdg":
        (home / ".config/git/config").write_text(setting)
    elif place == "included":
        (home / ".gitconfig").write_text(f"[include]\n\tpath = {home}/more\n")
    elif place == "included for this folder":
        (home / ".gitconfig").write_text(f'[includeIf "gitdir:{root}/"]\n\tpath = {home}/more\n')
    variables = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    if place == "system":
        variables |= {"GIT_CONFIG_SYSTEM": str(home / "more"), "GIT_CONFIG_NOSYSTEM": "0"}
    elif place == "GIT_CONFIG_GLOBAL":
        variables |= {"GIT_CONFIG_GLOBAL": str(home / "more")}
    elif place == "GIT_CONFIG_COUNT":
        variables |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": value}
    elif place == "GIT_CONFIG_PARAMETERS":
        variables |= {"GIT_CONFIG_PARAMETERS": f"'core.hooksPath'='{value}'"}
    return variables


PLACES = ["home", "xdg", "included", "included for this folder", "system", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT",
          "GIT_CONFIG_PARAMETERS"]  # fmt: skip


@pytest.mark.parametrize("value", ["absolute", "~/hooks", ".hooks"])
@pytest.mark.parametrize("place", PLACES)
def test_hooks_of_a_persons_settings_do_not_run(
    plain: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, value: str
) -> None:
    home, ran = tmp_path / "home", tmp_path / "ran"
    folder = plain.root / ".hooks" if value == ".hooks" else home / "hooks"
    hooks(folder, ran)
    for name, text in theirs(place, home, str(folder) if value == "absolute" else value, plain.root).items():
        monkeypatch.setenv(name, text)
    usual = subprocess.run(
        ["git", "update-ref", "refs/heads/x", "HEAD"], cwd=plain.root, capture_output=True, check=False
    )
    assert usual.returncode != 0, "git itself would run them"
    ran.unlink()
    move_a_ref(plain)
    assert not ran.exists()
    assert plain.commit_of("moved") == plain.commit_of("HEAD")


@pytest.mark.parametrize("place", ["default", "local", "local, included", "worktree", "local, relative", "linked"])
@pytest.mark.parametrize("beside", [False, True])
def test_hooks_of_the_repository_itself_keep_their_say(
    plain: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, beside: bool
) -> None:
    own, ran = tmp_path / "own", tmp_path / "ran"
    if beside:
        # A person's own settings change nothing of that.
        hooks(tmp_path / "theirs", tmp_path / "ran-theirs", 0)
        for name, text in theirs("home", tmp_path / "home", str(tmp_path / "theirs"), plain.root).items():
            monkeypatch.setenv(name, text)
    repository = plain
    if place == "default":
        own = plain.root / ".git/hooks"
    elif place == "linked":
        own = plain.root / ".git/hooks"
        plain.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
        repository = Repository(tmp_path / "linked")
    elif place == "local":
        plain.git("config", "core.hooksPath", str(own))
    elif place == "local, relative":
        own = plain.root / "hooks here"
        plain.git("config", "core.hooksPath", "hooks here")
    elif place == "local, included":
        (tmp_path / "more").write_text(f"[core]\n\thooksPath = {own}\n")
        plain.git("config", "include.path", str(tmp_path / "more"))
    else:
        plain.git("config", "extensions.worktreeConfig", "true")
        plain.git("config", "--worktree", "core.hooksPath", str(own))
    hooks(own, ran)
    with pytest.raises(CorpusError, match="update-ref"):
        move_a_ref(repository)
    assert "reference-transaction" in ran.read_text()
    assert not (tmp_path / "ran-theirs").exists()


RECEIVERS = ["path", "relative", "url", "url, encoded", "insteadOf", "without .git", "work tree", "linked", "pushurl"]


def receiver(plain: Repository, kind: str) -> Path:
    """Make a repository that receives pushes, and a remote `there` for it; return the folder of its own hooks."""
    folder = plain.root.parent / "over there.git"
    bare = kind not in {"work tree", "linked"}
    subprocess.run(["git", "init", "--quiet", *(["--bare"] if bare else []), folder], check=True)
    address = {
        "relative": "../over there.git", "url": f"file://{folder}", "insteadOf": "short:there.git",
        "url, encoded": f"file://{folder}".replace(" ", "%20"), "without .git": str(folder.with_suffix("")),
        "linked": str(folder.with_name("linked")), "pushurl": "https://localhost:1/none",
    }.get(kind, str(folder))  # fmt: skip
    if kind == "linked":
        subprocess.run(["git", "commit", "--quiet", "--allow-empty", "-m", "One"], cwd=folder, check=True)
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", "../linked"], cwd=folder, check=True)
    plain.git("remote", "add", "there", address)
    if kind == "insteadOf":
        plain.git("config", f"url.{folder.parent}/over .insteadOf", "short:")
    elif kind == "pushurl":
        plain.git("config", "remote.there.pushurl", str(folder))
    return folder / ("hooks" if bare else ".git/hooks")


@pytest.mark.parametrize("kind", RECEIVERS)
def test_a_push_on_this_machine_runs_the_receivers_hooks_and_no_persons(
    plain: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    own = receiver(plain, kind)
    folder = hooks(tmp_path / "home/hooks", tmp_path / "ran-theirs")
    for name, text in theirs("home", tmp_path / "home", str(folder), plain.root).items():
        monkeypatch.setenv(name, text)
    push(plain, "there", "HEAD:refs/heads/one", atomic=True)
    assert not (tmp_path / "ran-theirs").exists()
    hooks(own, tmp_path / "ran")
    with pytest.raises(CorpusError, match="hook"):
        push(plain, "there", "HEAD:refs/heads/two", atomic=True)
    assert "pre-receive" in (tmp_path / "ran").read_text()
    assert not (tmp_path / "ran-theirs").exists()


@pytest.mark.parametrize("kind", ["local", "included"])
def test_a_receiver_that_names_its_hooks_keeps_them(
    plain: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    receiver(plain, "path")
    named = hooks(tmp_path / "named", tmp_path / "ran")
    settings = tmp_path / "over there.git/config"
    if kind == "included":
        (tmp_path / "more").write_text(f"[core]\n\thooksPath = {named}\n")
        subprocess.run(["git", "config", "--file", settings, "include.path", tmp_path / "more"], check=True)
    else:
        subprocess.run(["git", "config", "--file", settings, "core.hooksPath", named], check=True)
    folder = hooks(tmp_path / "home/hooks", tmp_path / "ran-theirs", 0)
    for name, text in theirs("home", tmp_path / "home", str(folder), plain.root).items():
        monkeypatch.setenv(name, text)
    with pytest.raises(CorpusError, match="hook"):
        push(plain, "there", "HEAD:refs/heads/one", atomic=False)
    assert "pre-receive" in (tmp_path / "ran").read_text()


@pytest.mark.parametrize(
    "address", ["https://example.org/a.git", "ssh://h/a", "git@example.org:a.git", "host:/abs/path", "ext::sh -c x"]
)
def test_what_another_machine_receives_with_is_its_own(plain: Repository, address: str) -> None:
    plain.git("remote", "add", "there", address)
    assert receiver_options(plain, "there") == []


def test_a_receiving_program_of_somebodys_choice_is_used(plain: Repository) -> None:
    receiver(plain, "path")
    plain.git("config", "remote.there.receivepack", "their-own")
    assert receiver_options(plain, "there") == []


def test_a_clone_runs_no_hooks_of_anybodys(library: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = hooks(tmp_path / "hooks", tmp_path / "ran")
    for name, text in theirs("home", tmp_path / "home", str(folder), library.root).items():
        monkeypatch.setenv(name, text)
    monkeypatch.chdir(tmp_path)
    assert resolve(opening._cloned(f"file://{library.root}"), "v1.0.0")
    assert not (tmp_path / "ran").exists()


@pytest.mark.trial
def test_a_corpus_is_made_released_pushed_and_withdrawn_from_under_hooks_that_refuse(tmp_path: Path) -> None:
    """By a person whose every hook refuses, and whose template for new repositories has such hooks, too."""
    home, ran = tmp_path / "home", tmp_path / "ran"
    hooks(home / "hooks", ran)
    surroundings = theirs("home", home, f"{home}/hooks", tmp_path)
    with (home / ".gitconfig").open("a") as file:
        file.write("[user]\n\tname = Test\n\temail = test@example.org\n")
    Corpus(tmp_path).run("init", "repo", **surroundings)
    repo = Corpus(tmp_path / "repo")
    assert repo.git("log", "--format=%s") == "Begin a news corpus\n"
    repo.seed("one.txt", article("one"))
    repo.seed("two.txt", article("two"))
    repo.commit("Seeds")
    repo.dvc("remote", "add", "--default", "store", "../store")
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "origin"], check=True)
    repo.git("remote", "add", "origin", "../origin")
    repo.commit("A remote")
    repo.run("build", **surroundings)
    assert "Pushed:" in repo.run("release", "--push", **surroundings).stdout
    repo.run(
        "forget", "https://www.example.com/one", "--reason", "asked", "--yes", "--everywhere", "--push", **surroundings
    )
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("tag").split() == ["corpus@v1.0.0", "corpus@v1.0.0+redacted.1"]
    assert not ran.exists(), ran.read_text()


def test_hooks_of_a_template_do_not_keep_a_corpus_from_being_made(tmp_path: Path) -> None:
    """git copies them into the new repository, whose own they are from then on; the first commit is ours."""
    home, ran = tmp_path / "home", tmp_path / "ran"
    hooks(home / "template/hooks", ran)
    theirs("none", home, "", tmp_path)
    (home / ".gitconfig").write_text(
        f"[init]\n\ttemplateDir = {home}/template\n[user]\n\tname = Test\n\temail = test@example.org\n"
    )
    Corpus(tmp_path).run("init", "repo", HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"))
    assert not ran.exists(), ran.read_text()
    log = subprocess.run(
        ["git", "log", "--format=%s"], cwd=tmp_path / "repo", capture_output=True, text=True, check=True
    )
    assert log.stdout == "Begin a news corpus\n"
    assert os.access(tmp_path / "repo/.git/hooks/pre-commit", os.X_OK)
