"""Push to a repository on the same machine: its own hooks run, but not those of the user who pushes.

git starts the receiving program there without our options. That program reads the user's settings again, and would run
the hooks that `core.hooksPath` names in them as if they belonged to the receiving repository.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from corpus.repo import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.repo.repository import Repository

# git's rule: what has no colon before the first slash is a path, unless it names a scheme.
_SCHEME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*://")
_HOST: Final = re.compile(r"[^/]*:")
_FILE: Final = "file://"


def push(repository: Repository, remote: str, *refs: str, env: Mapping[str, str] | None = None, atomic: bool) -> None:
    """Push refs to a git remote.

    Args:
        repository: the repository with the refs.
        remote: the name of the remote.
        refs: what to push, as refspecs.
        env: variables for this command.
        atomic: whether the remote takes all refs or none.

    Raises:
        CorpusError: git failed, or the remote refused.
    """
    options = ["--quiet", *(["--atomic"] if atomic else []), *receiver(repository, remote)]
    repository.git("push", *options, remote, *refs, env=dict(env or {}), network=True)


def receiver(repository: Repository, remote: str) -> list[str]:
    """Return the options of a push that keep a user's hooks from running in receiving repositories of this machine.

    The options are empty for a remote on another machine, for a remote that names its own receiving program, for a
    repository that names its hooks in its own settings, and for several addresses with different hooks.

    Args:
        repository: the repository that pushes.
        remote: the name of the remote.
    """
    if repository.git("config", "--get", f"remote.{remote}.receivepack", check=False):
        return []
    addresses = repository.git("remote", "get-url", "--push", "--all", remote, check=False).splitlines()
    programs = {_program(repository.root, address) for address in addresses}
    program = programs.pop() if len(programs) == 1 else None
    return [f"--receive-pack={program}"] if program else []


def _program(root: Path, address: str) -> str | None:
    """Return the command that receives a push in a repository of this machine; None for git's own command."""
    folder = _folder(root, address)
    if folder is None:
        return None
    if environment.ask(root, f"--git-dir={folder}", "config", "--local", "--includes", "--get", "core.hooksPath"):
        return None
    common = environment.ask(root, f"--git-dir={folder}", "rev-parse", "--git-common-dir")
    if common is None:
        return None
    hooks = (root / common).absolute() / "hooks"
    return f"git -c {shlex.quote(f'core.hooksPath={hooks}')} receive-pack"


def _folder(root: Path, address: str) -> Path | None:
    """Return the git folder that an address names on this machine; None for other addresses."""
    if address.startswith(_FILE):
        path = unquote(address.removeprefix(_FILE))
    elif _SCHEME.match(address) or _HOST.match(address):
        return None
    else:
        path = address
    # The order in which git looks.
    for ending in ("/.git", "", ".git/.git", ".git"):
        found = Path(os.path.normpath(root / (path + ending)))
        if found.is_file() or (found / "HEAD").is_file():
            return found
    return None
