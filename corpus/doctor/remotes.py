"""Checks the remotes of DVC and git: whether they are set and usable, and with `network` reachable and writable."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.doctor.finding import Finding, ok, problem, warning
from corpus.objects import dvc_process
from corpus.repo import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corpus.repo.repository import Repository

# DVC's package for a scheme, and what to ask of the installer. Others come with DVC.
_PLUGINS: Final = {
    "s3": "dvc_s3", "ssh": "dvc_ssh", "gs": "dvc_gs", "azure": "dvc_azure", "gdrive": "dvc_gdrive", "oss": "dvc_oss",
    "hdfs": "dvc_hdfs", "webhdfs": "dvc_hdfs", "webdav": "dvc_webdav", "webdavs": "dvc_webdav",
}  # fmt: skip
_SECRET: Final = re.compile(r"password|secret|token|account_key|connection_string|passphrase")
_NETWORK_SECONDS: Final = 30.0


def examine(repository: Repository, config: Mapping[str, object], *, network: bool) -> Iterator[Finding]:
    """Check the remotes.

    Args:
        repository: the repository whose remotes are checked.
        config: DVC's settings.
        network: contact each remote, and write, read and remove a small object in those of DVC.
    """
    remotes = config.get("remote")
    named = {str(name): dict(one) for name, one in remotes.items()} if isinstance(remotes, dict) else {}
    core = config.get("core")
    default = str(core.get("remote") or "") if isinstance(core, dict) else ""
    yield _default(repository, default, named)
    with ThreadPoolExecutor(8) as beside:
        asked = {
            name: beside.submit(_probe, repository, name)
            for name, one in named.items()
            if network and not _unusable(name, one)
        }
        others = (
            {name: beside.submit(_ask_git, repository, name) for name in repository.git("remote").split()}
            if network
            else {}
        )
        for name, one in named.items():
            yield from _exposed(repository, name)
            yield _unusable(name, one) or (asked[name].result() if name in asked else _unasked(name, one))
        for name in repository.git("remote").split():
            url = _bare(repository.git("remote", "get-url", name, check=False).strip())
            yield (
                others[name].result()
                if name in others
                else ok(f"git remote {name}", f"{url}; not contacted; use --network to contact it")
            )


def _default(repository: Repository, default: str, named: Mapping[str, object]) -> Finding:
    if not default:
        return warning(
            "remotes",
            "no default DVC remote: the only copy of the data is here",
            "dvc remote add -d NAME URL, then commit .dvc/config",
        )
    if default not in named:
        return problem("remotes", f"the default remote {default!r} is not defined", f"dvc remote add {default} URL")
    committed = repository.read_at("HEAD", ".dvc/config") if repository.commit_of("HEAD") else None
    if not re.search(rf"""^\s*\[\s*['"]?remote "{re.escape(default)}"['"]?\s*\]""", committed or "", re.MULTILINE):
        return warning(
            "remotes",
            f"the default remote {default!r} is not in the committed .dvc/config: a clone cannot get the data",
            "dvc remote add -d without --local, then commit .dvc/config; credentials stay in .dvc/config.local",
        )
    return ok("remotes", f"{default} by default, of {len(named)}")


def _exposed(repository: Repository, name: str) -> Iterator[Finding]:
    """Find a secret in the settings file that git keeps."""
    try:
        lines = (repository.root / ".dvc" / "config").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    section = ""
    for line in lines:
        text = line.strip()
        if text.startswith("["):
            section = text
        key, equals, value = text.partition("=")
        if equals and f'"{name}"' in section:
            key = key.strip()
            if _SECRET.search(key) or (key == "url" and re.search(r"://[^/@:]*:[^/@]+@", value)):
                yield problem(
                    f"remote {name}",
                    f"{key} holds a secret in .dvc/config, which git keeps",
                    f"dvc remote modify --local {name} {key} …, take it out of .dvc/config, and change the secret",
                )


def _unusable(name: str, one: Mapping[str, object]) -> Finding | None:
    """Find what makes a remote unusable without contact to it: no address, no plugin, no folder."""
    url = str(one.get("url") or "")
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if not url:
        return problem(f"remote {name}", "has no url", f"dvc remote modify {name} url URL")
    plugin = _PLUGINS.get(scheme)
    if plugin and find_spec(plugin) is None:
        package = plugin.replace("_", "-")
        return problem(
            f"remote {name}", f"{_bare(url)} needs {package}, which is not installed", f"pip install {package}"
        )
    if scheme in {"", "file"}:
        folder = Path(url.removeprefix("file://"))
        above = next((place for place in (folder, *folder.parents) if place.exists()), folder)
        if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
            return problem(f"remote {name}", f"{folder} cannot be written to", "mount it, or mend its permissions")
    return None


def _unasked(name: str, one: Mapping[str, object]) -> Finding:
    url = str(one.get("url"))
    if "://" not in url:
        return ok(f"remote {name}", f"{url}, a folder that can be written to")
    return ok(f"remote {name}", f"{_bare(url)}; not contacted; use --network to contact it")


def _bare(url: str) -> str:
    """Return an address without the part before its @."""
    return re.sub(r"://[^/@]*@", "://", url)


def _probe(repository: Repository, name: str) -> Finding:
    """Write, read and remove a small object in a process that can be ended, because clients may hang for minutes."""
    about, advice = (
        f"remote {name}",
        f"check its address and credentials: dvc remote list, dvc remote modify --local {name} …",
    )
    command = [sys.executable, "-m", "corpus.doctor.probe", str(repository.root), name]
    try:
        done = subprocess.run(
            command, env=dvc_process.environment_of(repository.root), capture_output=True, text=True, errors="replace",
            check=False, stdin=subprocess.DEVNULL, timeout=_NETWORK_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return problem(about, f"did not answer within {_NETWORK_SECONDS:.0f} s", advice)
    try:
        result = json.loads(done.stdout.strip().rpartition("\n")[2])
    except ValueError:
        return problem(about, f"cannot be contacted: {done.stderr.strip()[-300:] or 'no answer'}", advice)
    return ok(about, result["ok"]) if "ok" in result else problem(about, result["error"], advice)


def _ask_git(repository: Repository, name: str) -> Finding:
    about = f"git remote {name}"
    surroundings = {**environment.for_git(repository.root, network=True), "GIT_TERMINAL_PROMPT": "0"}
    # No question can be answered here.
    surroundings.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=10")
    try:
        done = subprocess.run(
            ["git", *environment.OPTIONS, "ls-remote", "--heads", name], cwd=repository.root, env=surroundings,
            capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
            timeout=_NETWORK_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return problem(about, f"did not answer within {_NETWORK_SECONDS:.0f} s", "git remote -v shows its address")
    if done.returncode != 0:
        return problem(about, _bare(" ".join(done.stderr.split()))[:300], "git remote -v shows its address")
    return ok(about, f"answers, {len(done.stdout.splitlines())} branches")
