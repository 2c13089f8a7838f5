"""Another repository's environment: nothing of ours reads from it, writes to it, or differs for it."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys

import pytest

import corpus
from corpus.objects import dvc_process
from corpus.repo import commit, environment
from corpus.repo.repository import Repository
from tests.conftest import BODY, Corpus, article

NAMED_BY_GIT = subprocess.run(
    ["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True
).stdout.split()
FURTHER = [
    "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_QUARANTINE_PATH",
    "GIT_ATTR_SOURCE", "GIT_LITERAL_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_DEFAULT_HASH",
    "GIT_DEFAULT_REF_FORMAT", "GIT_INDEX_VERSION", "GIT_TEMPLATE_DIR", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_KEY_0",
    "GIT_CONFIG_VALUE_12",
]  # fmt: skip


@pytest.fixture
def other(tmp_path):
    """Another repository, with a commit, something staged and something changed."""
    root = tmp_path / "other"
    root.mkdir()
    for arguments in (("init", "--quiet"), ("commit", "--quiet", "--allow-empty", "-m", "Theirs")):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    (root / "staged.txt").write_text("staged")
    subprocess.run(["git", "add", "staged.txt"], cwd=root, check=True)
    return root


def surroundings(other):
    """What a shell, or a hook, that works on another repository may have set."""
    dot = other / ".git"
    return {
        "GIT_DIR": str(dot),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(dot / "index"),
        "GIT_OBJECT_DIRECTORY": str(dot / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(dot / "objects"),
        "GIT_COMMON_DIR": str(dot),
        "GIT_NAMESPACE": "theirs",
        "GIT_CONFIG": str(dot / "config"),
        "GIT_CONFIG_PARAMETERS": "'core.worktree=/nowhere' 'user.name=Theirs'",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_CONFIG_KEY_1": "core.worktree",
        "GIT_CONFIG_VALUE_1": "/nowhere",
        "GIT_PREFIX": "seeds/",
        "GIT_SHALLOW_FILE": str(dot / "nothing"),
        "GIT_GRAFT_FILE": str(dot / "nothing"),
        "GIT_REPLACE_REF_BASE": "refs/theirs/",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_INDEX_VERSION": "4",
        "GIT_TEMPLATE_DIR": str(other),
        "GIT_CEILING_DIRECTORIES": "/",
        "GIT_QUARANTINE_PATH": str(dot / "objects"),
        "DVC_ROOT": str(other),
        "DVC_STAGE": "",
        "DVC_STUDIO_TOKEN": "secret",
    }


def everything(root):
    """The bytes of every file of a repository."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", [*NAMED_BY_GIT, *FURTHER])
def test_what_leads_git_elsewhere_is_dropped(name):
    assert name not in environment.inherited({name: "x", "PATH": "y"})


@pytest.mark.parametrize(
    "name",
    ["GIT_AUTHOR_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE", "GIT_SSH_COMMAND", "GIT_SSH", "GIT_ASKPASS",
     "GIT_SSL_CAINFO", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT", "GIT_TOKEN", "HOME", "PATH"],
)  # fmt: skip
def test_who_somebody_is_and_how_they_connect_stays(name):
    assert environment.inherited({name: "x"}) == {name: "x"}


def test_children_see_nothing_of_it_and_the_host_keeps_its_own(built, other, monkeypatch, tmp_path):
    """A git that writes down its environment stands in front of the real one."""
    foreign = surroundings(other)
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    seen = tmp_path / "seen"
    (tmp_path / "bin").mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "bin/git").write_text(f'#!/bin/sh\nenv >> {seen}\nexec {real} "$@"\n')
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    repository = Repository(built.root)
    head = repository.commit_of("HEAD")
    assert head
    assert commit.uncommitted(repository) == []
    assert commit.snapshot(repository, head) == repository.git("rev-parse", f"{head}^{{tree}}").strip()
    assert corpus.open("HEAD", repo=built.root).arrow().num_rows == 2
    assert corpus.versions(built.root) == []
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    # The index of `snapshot` is ours.
    assert {name for name in names & set(foreign) if name.startswith("GIT_")} <= {
        "GIT_INDEX_FILE",
        "GIT_CEILING_DIRECTORIES",
    }
    assert not [line for line in seen.read_text().splitlines() if line.startswith("GIT_") and str(other) in line]
    assert {name: os.environ[name] for name in foreign} == foreign
    dvc = dvc_process.environment_of(repository.root)
    assert not dvc.keys() & foreign.keys()
    assert dvc_process.run(repository.root, "status", "--json").stdout.strip() == "{}"


def test_warnings_that_somebody_makes_errors_do_not_end_dvc(corpus_repo, monkeypatch):
    """Its libraries warn; a CI that lets its own code warn of nothing would never build."""
    corpus_repo.seed("one.txt", article("one"))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    done = dvc_process.run(corpus_repo.root, "repro", "--dry")
    assert "Running stage" in done.stdout, done.stderr


@pytest.mark.parametrize("shell", ["/bin/false", "/nowhere/fish", ""])
def test_the_shell_of_the_user_runs_no_stage(corpus_repo, shell):
    """A user that is made for a service has one that refuses: the schedule would never build."""
    corpus_repo.seed("one.txt", article("one"))
    assert "1 document in: 1 article" in corpus_repo.run("build", SHELL=shell).stdout


def test_a_user_that_the_system_does_not_know_has_a_name_for_dvc(corpus_repo, monkeypatch):
    """A container that runs as a number has no entry for it; DVC asks for a name, and would end with that."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    assert "USER" not in dvc_process.environment_of(corpus_repo.root)

    def unknown(uid):
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert dvc_process.environment_of(corpus_repo.root)["USER"] == str(os.getuid())


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
                                  "GIT_NAMESPACE", "GIT_COMMON_DIR", "GIT_CONFIG_PARAMETERS", "GIT_SHALLOW_FILE"])  # fmt: skip
def test_one_variable_alone_changes_nothing(built, other, monkeypatch, name):
    repository = Repository(built.root)
    before = repository.commit_of("HEAD"), commit.branch_of(repository), commit.obstacles(repository)
    monkeypatch.setenv(name, surroundings(other)[name])
    assert (repository.commit_of("HEAD"), commit.branch_of(repository), commit.obstacles(repository)) == before
    assert commit.uncommitted(repository) == []
    assert repository.read_at("HEAD", "dvc.lock") == (built.root / "dvc.lock").read_text()


def test_commands_that_read_print_the_same(released, other):
    theirs, foreign = everything(other), surroundings(other)
    for arguments in (["status"], ["versions"], ["diff", "v1.0.0"], ["history", "seeds/one.txt"], ["cite"],
                      ["why", "seeds/one.txt"], ["verify", "v1.0.0"]):  # fmt: skip
        assert released.run(*arguments, **foreign).stdout == released.run(*arguments).stdout, arguments
    told = released.run("doctor", "--json", **foreign).stdout
    assert "everything is committed, at" in told
    assert everything(other) == theirs


def test_commands_that_write_write_here(released, other, tmp_path):
    theirs, foreign = everything(other), surroundings(other)
    before = released.git("rev-parse", "HEAD")
    released.seed("four.txt", (released.root / "seeds/one.txt").read_text().replace("one", "four"))
    released.commit("Fourth")
    released.run("build", **foreign)
    done = released.run("release", "-m", "With a fourth", **foreign)
    assert "Released corpus@v" in done.stdout
    released.run("forget", "--yes", "--reason", "asked", "https://www.example.com/four", **foreign)
    assert int(released.git("rev-list", "--count", f"{before.strip()}..HEAD")) >= 2
    assert len(released.git("tag").split()) == 3
    made = subprocess.run(
        [sys.executable, "-m", "corpus", "init", "new"],
        cwd=tmp_path, env={**os.environ, **foreign}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    # Nothing of the other's template came along.
    assert not (tmp_path / "new/.git/staged.txt").exists()
    log = subprocess.run(
        ["git", "log", "--format=%s"], cwd=tmp_path / "new", capture_output=True, text=True, check=True
    )
    assert log.stdout.strip() == "Begin a news corpus"
    assert everything(other) == theirs


def test_from_within_a_hook(built):
    """git sets GIT_DIR, GIT_INDEX_FILE and others for its hooks; `git commit PATH` another index, too."""
    hook = built.root / ".git/hooks/post-commit"
    said = built.root / ".git/said"
    hook.write_text(
        f"#!/bin/sh\nexec > {said} 2>&1\nset -e\n{sys.executable} -m corpus status\n{sys.executable} -m corpus build\n"
    )
    hook.chmod(0o755)
    built.seed("three.txt", (built.root / "seeds/one.txt").read_text().replace("one", "three"))
    built.git("add", "seeds")
    subprocess.run(
        ["git", "commit", "--quiet", "-m", "Third", "seeds/three.txt"], cwd=built.root, check=True, timeout=600
    )
    assert "3 articles" in said.read_text(), said.read_text()
    assert built.git("status", "--porcelain").split("\n")[0] == " M dvc.lock"


def test_a_broken_repository_is_not_looked_for_above(built, tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "commit", "--quiet", "--allow-empty", "-m", "Above"], check=True)
    (built.root / ".git/HEAD").unlink()
    assert Repository(built.root).commit_of("HEAD") is None
    done = built.run("versions", check=False)
    assert done.returncode == 1
    assert "not a git repository" in done.stderr


AWKWARD = """
[user]
    name = Test
    email = test@example.org
    signingKey = nobody
[core]
    autocrlf = true
    safecrlf = true
    eol = crlf
    fileMode = false
    symlinks = false
    quotePath = true
    ignoreCase = true
    precomposeUnicode = true
    hooksPath = {home}/hooks
    pager = {home}/run
    editor = {home}/run
    attributesFile = {home}/attributes
    excludesFile = {home}/excludes
    fsmonitor = {home}/run
    untrackedCache = true
    whitespace = cr-at-eol
    compression = 0
    abbrev = 4
    commentChar = C
[i18n]
    commitEncoding = ISO-8859-1
    logOutputEncoding = UTF-16
[commit]
    gpgSign = true
    template = {home}/template
    cleanup = verbatim
    verbose = true
    status = false
[tag]
    gpgSign = true
    forceSignAnnotated = true
    sort = -version:refname
[gpg]
    program = {home}/run
[init]
    defaultBranch = theirs
    templateDir = {home}/git-template
[status]
    short = true
    branch = true
    showUntrackedFiles = no
    relativePaths = true
    renames = copies
    displayCommentPrefix = true
[diff]
    external = {home}/run
    noprefix = true
    mnemonicPrefix = true
    renames = copies
    orderFile = {home}/order
    wordRegex = .
    algorithm = patience
    ignoreSubmodules = all
[color]
    ui = always
    status = always
    diff = always
    branch = always
[column]
    ui = always
[log]
    date = relative
    decorate = full
    showSignature = true
    abbrevCommit = true
    follow = true
[format]
    pretty = oneline
[alias]
    status = !{home}/run
    ls-tree = !{home}/run
    commit-tree = !{home}/run
    st = !{home}/run
[push]
    default = nothing
    gpgSign = if-asked
[safe]
    directory = /nowhere
[index]
    version = 4
[feature]
    manyFiles = true
    experimental = true
[filter "x"]
    clean = {home}/run
    smudge = {home}/run
    required = true
[advice]
    detachedHead = true
"""
THEIR_DVC = """
[core]
    autostage = true
    analytics = true
    check_update = true
    site_cache_dir = {home}/site
    hardlink_lock = true
    remote = theirs
[cache]
    dir = {home}/cache
    type = "symlink,hardlink"
    protected = false
    shared = group
['remote "theirs"']
    url = {home}/remote
"""


def awkward_home(home):
    """A person's home folder whose settings of git and DVC are all unlike the usual ones."""
    for folder in ("hooks", "git-template", ".config/dvc"):
        (home / folder).mkdir(parents=True)
    (home / "run").write_text(f'#!/bin/sh\necho "$0 $*" >> {home}/ran\nexit 1\n')
    (home / "run").chmod(0o755)
    for name in ("pre-commit", "commit-msg", "post-commit", "pre-push", "reference-transaction", "post-index-change",
                 "prepare-commit-msg", "post-checkout"):  # fmt: skip
        # They are for what this person commits by hand, and not run here.
        (home / "hooks" / name).write_text(f"#!/bin/sh\necho {name} >> {home}/ran\nexit 1\n")
        (home / "hooks" / name).chmod(0o755)
    (home / "template").write_text("Theirs\n")
    (home / "order").write_text("*.lock\n")
    (home / "attributes").write_text("* text=auto eol=crlf ident filter=x\n")
    (home / "excludes").write_text("*.lock\nseeds/\ndata/\n*.yaml\n")
    (home / ".gitconfig").write_text(AWKWARD.format(home=home))
    (home / ".config/dvc/config").write_text(THEIR_DVC.format(home=home))
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}


def made_under(place, surroundings):
    """A corpus that is initialised, added to, built and released by a person with these settings."""
    place.mkdir()
    made = Corpus(place)
    made.run("init", "repo", **surroundings)
    made = Corpus(place / "repo")
    made.seed("one.txt", article("one"))
    made.seed("zwei ü.txt", article("two", body=f"{BODY} $Id$ Ünlike.").replace("\n", "\r\n"))
    (place / "in").mkdir()
    (place / "in/three.txt").write_text(article("three", body=f"{BODY} And more."))
    made.run("add", "--captured-at", "2024-05-06", str(place / "in"), **surroundings)
    made.run("build", **surroundings)
    made.commit("Built")
    assert "Released corpus@v" in made.run("release", "-m", "Erste Fassung: ü", **surroundings).stdout
    return made


def test_nobodys_settings_change_a_corpus(tmp_path):
    """Initialised, added to, built and released under awkward settings: the same pins, and the same bytes in git."""
    (tmp_path / "home").mkdir()
    surroundings = awkward_home(tmp_path / "home")
    theirs = made_under(tmp_path / "theirs", surroundings)
    plain = made_under(tmp_path / "plain", {})
    for name in ("dvc.lock", "data/raw.dvc", "batches.yaml", ".gitattributes", "seeds/zwei ü.txt"):
        assert (theirs.root / name).read_bytes() == (plain.root / name).read_bytes(), name
    # What the commit that was released has, file by file.
    assert theirs.git("ls-tree", "-r", "corpus@v1.0.0") == plain.git("ls-tree", "-r", "corpus@v1.0.0")
    assert theirs.git("tag").split() == plain.git("tag").split() == ["corpus@v1.0.0"]
    assert theirs.git("branch", "--show-current") == plain.git("branch", "--show-current") == "main\n"
    assert theirs.git("for-each-ref", "--format=%(contents:subject)", "refs/tags") == "Erste Fassung: ü\n"
    assert not [path for path in (theirs.root / "data").rglob("*") if path.is_symlink() or (path.stat().st_nlink > 1
                and path.is_file())]  # fmt: skip
    assert not (tmp_path / "home/ran").exists(), (tmp_path / "home/ran").read_text()
    assert "Verified." in theirs.run("verify", **surroundings).stdout
