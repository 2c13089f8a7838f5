"""Set the environment and the settings under which git and DVC run: only those of the repository itself.

In a git hook, or in a shell that works on another repository, variables such as GIT_DIR have priority over the folder
that we name. And a user's settings may change what git prints, or which bytes it stores. This module handles both, once
for every process that we start. This module imports nothing heavy: the command line calls it first.
"""

from __future__ import annotations

import os
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What `git rev-parse --local-env-vars` names, in git 2.25 to 2.51, and what else leads git elsewhere, gives it other
# settings, or changes how it reads arguments and files. Who somebody is (GIT_AUTHOR_*, GIT_COMMITTER_*), how they
# connect (GIT_SSH_COMMAND, GIT_ASKPASS, GIT_SSL_*, …) and where their settings are (GIT_CONFIG_GLOBAL, …) is theirs.
_FOREIGN: Final = frozenset({
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_INTERNAL_TOPLEVEL_PREFIX",
    "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_QUARANTINE_PATH",
    "GIT_ATTR_SOURCE", "GIT_ATTR_NOSYSTEM", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_DEFAULT_HASH", "GIT_DEFAULT_REF_FORMAT",
    "GIT_REF_FORMAT", "GIT_INDEX_VERSION", "GIT_FORCE_UNTRACKED_CACHE", "GIT_TEMPLATE_DIR", "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS", "GIT_DIFF_PATH_COUNTER", "GIT_DIFF_PATH_TOTAL", "GIT_REFLOG_ACTION", "GIT_REF_PARANOIA",
    "GIT_NOTES_REF", "GIT_NOTES_DISPLAY_REF", "GIT_NOTES_REWRITE_REF", "GIT_NOTES_REWRITE_MODE",
    "GIT_SKIP_HASH_VERIFY", "GIT_ICASE", "GIT_PAGER_IN_USE", "GIT_COLUMNS", "GIT_MERGE_VERBOSITY",
    "GIT_PUSH_OPTION_COUNT",
})  # fmt: skip
_FOREIGN_PREFIXES: Final = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_PUSH_OPTION_")

# Settings that can change the bytes git stores, what it prints, or what it runs besides. The first lines keep bytes as
# they are; then come what reads the folder, what runs something, what prints, and what writes more than was asked for.
_SETTINGS: Final = (
    "core.autocrlf=false", "core.safecrlf=false", "core.eol=lf", f"core.attributesFile={os.devnull}",
    "core.fsmonitor=false", "core.untrackedCache=false", "core.ignoreStat=false",
    "core.checkStat=default", "core.trustctime=true", "feature.manyFiles=false", "feature.experimental=false",
    "index.version=2", "index.skipHash=false", "index.sparse=false",
    "log.showSignature=false", "log.mailmap=false", "log.follow=false", "diff.ignoreSubmodules=none",
    f"diff.orderFile={os.devnull}", "core.quotePath=false", "core.pager=cat", "core.warnAmbiguousRefs=false",
    "i18n.commitEncoding=UTF-8", "i18n.logOutputEncoding=UTF-8",
    "color.ui=false", "color.advice=false", "color.branch=false", "color.decorate=false", "color.diff=false",
    "color.push=false", "color.remote=false", "color.status=false", "color.transport=false",
    "column.ui=never", "column.branch=never", "column.status=never", "column.tag=never",
    "status.branch=false", "status.showStash=false", "status.relativePaths=true", "status.renames=false",
    "commit.gpgSign=false", "tag.gpgSign=false", "tag.forceSignAnnotated=false", "push.gpgSign=false",
    "push.followTags=false", "push.recurseSubmodules=no", "submodule.recurse=false", "fetch.recurseSubmodules=false",
    "core.logAllRefUpdates=true", "init.defaultObjectFormat=sha1", "init.defaultRefFormat=files",
)  # fmt: skip
OPTIONS: Final = tuple(word for setting in _SETTINGS for word in ("-c", setting))
# For a git that works on a repository whose hooks must not run.
NO_HOOKS: Final = ("-c", f"core.hooksPath={os.devnull}")


def is_foreign(name: str) -> bool:
    """Return whether an environment variable would lead git to another repository, or change its settings."""
    return name in _FOREIGN or name.startswith(_FOREIGN_PREFIXES)


def inherited(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of this process, or a given one, without variables that would lead git elsewhere."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if not is_foreign(name)}


def clean() -> None:
    """Remove the variables that would lead git elsewhere from this process. Only for our programs, not in a library."""
    for name in [name for name in os.environ if is_foreign(name)]:
        del os.environ[name]


def options(root: Path) -> tuple[str, ...]:
    """Return the options for git in one repository: our settings, and the hooks of that repository.

    `core.hooksPath` in the settings of the user or the system is ignored: such hooks are made for people's commits.
    They would run at each move of a ref, and could refuse it. Hooks of the repository itself run.

    Args:
        root: the folder of its work tree.
    """
    stamps = tuple(_changed(root / ".git" / name) for name in ("config", "config.worktree"))
    return (*OPTIONS, *_own_hooks(root, stamps))


def _changed(path: Path) -> int:
    """Return when a file was changed, in nanoseconds; 0 if the file does not exist."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=64)
def _own_hooks(root: Path, stamps: tuple[int, ...]) -> tuple[str, ...]:
    """Return the options that name a repository's own hooks; empty if its settings do. Cached for the same `stamps`."""
    del stamps
    for scope in ("--local", "--worktree"):
        if ask(root, "config", scope, "--includes", "--get", "core.hooksPath") is not None:
            return ()
    common = ask(root, "rev-parse", "--git-common-dir") or ".git"
    return ("-c", f"core.hooksPath={(root / common).absolute() / 'hooks'}")


def ask(root: Path, *question: str) -> str | None:
    """Return what git answers in a folder, without a repository's hooks; None if it has no answer."""
    done = subprocess.run(
        ["git", *OPTIONS, *question], cwd=root, env=for_git(root), capture_output=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return os.fsdecode(done.stdout).removesuffix("\n") if done.returncode == 0 else None


def for_git(root: Path, *, network: bool = False, fetches: bool = False) -> dict[str, str]:
    """Return the environment for git in one repository.

    Args:
        root: the folder of its work tree; git does not search the folders above it.
        network: whether it may contact other machines, as `git push` does.
        fetches: whether it may fetch objects that a partial clone lacks.
    """
    environment = {
        **inherited(),
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "",
    }
    if not network and not fetches:
        # Fetching runs what the repository's settings name (core.sshCommand). Older gits know only the second.
        environment |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return environment
