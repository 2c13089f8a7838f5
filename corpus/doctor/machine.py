"""Checks the machine: Python, the libraries, git, and Prefect's server. It needs no repository."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from importlib import metadata
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement

from corpus.doctor.finding import Finding, ok, problem, warning
from corpus.errors import CorpusError
from corpus.formats.plugins import plug_ins

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE: Final = "newscorpus"
API: Final = "PREFECT_API_URL"
# `merge-base`, `update-ref --stdin` and `ls-remote` as we use them have been there for longer.
_OLDEST_GIT: Final = (2, 25)
# Why our requirements have a bound, if nothing else reports that it is broken.
_WHY: Final = {
    "fastapi": "Prefect's server does not start with it",
    "sqlalchemy": "Prefect's scheduler dies in silence with it: no scheduled run would ever start",
}
_NETWORK_SECONDS: Final = 5.0
_ANSWER_BYTES: Final = 10_000


def examine(*, network: bool) -> Iterator[Finding]:
    """Check the programs and libraries that a corpus needs."""
    yield ok("python", f"{platform.python_version()} ({sys.executable})")
    yield _libraries()
    yield from _parsers()
    yield _git()
    yield _prefect(network=network)


def _libraries() -> Finding:
    wrong, count = [], 0
    for line in metadata.requires(PACKAGE) or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is not installed")
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            why = f" ({_WHY[wanted.name]})" if wanted.name in _WHY else ""
            wrong.append(f"{wanted.name} {found}, newscorpus needs {wanted.specifier}{why}")
    if wrong:
        again = f"install again: pip install '{PACKAGE}=={metadata.version(PACKAGE)}', or uv sync in a clone"
        return problem("libraries", "; ".join(wrong), again)
    shown = ", ".join(f"{name} {metadata.version(name)}" for name in ("dvc", "polars", "pyarrow", "pandera", "prefect"))
    return ok("libraries", f"{PACKAGE} {metadata.version(PACKAGE)}; all {count} as needed: {shown}")


def _parsers() -> Iterator[Finding]:
    """Check the parsers of other packages. That there are no parsers is a finding only where one could be expected."""
    try:
        found = plug_ins()
    except CorpusError as error:
        message, _, mend = str(error).rpartition(". ")
        yield problem("parsers", message, mend or "uninstall it")
        return
    for one in found:
        if one.replaces:
            yield warning("parsers", str(one), f"uninstall {one.package.split()[0]} if you do not need it")
        else:
            yield ok("parsers", str(one))


def _git() -> Finding:
    if shutil.which("git") is None:
        return problem("git", "not found", "install git")
    printed = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    found = re.search(r"(\d+)\.(\d+)", printed)
    if found is None:
        return warning("git", f"reports {printed!r} as its version", "install git from https://git-scm.com")
    if (int(found[1]), int(found[2])) < _OLDEST_GIT:
        return problem("git", printed, f"install git {_OLDEST_GIT[0]}.{_OLDEST_GIT[1]} or later")
    return ok("git", printed.removeprefix("git "))


def _prefect(*, network: bool) -> Finding:
    address = os.environ.get(API)
    if not address:
        return ok("prefect", f"{API} is not set: `corpus update` and `corpus serve` start a server of their own")
    if not re.match(r"https?://[^/\s]+", address):
        return problem(
            "prefect", f"{API} is {address!r}, which is not an address", f"export {API}=http://HOST:4200/api"
        )
    if not network:
        return ok("prefect", f"{API} is {address}; not contacted; use --network to contact it")
    try:
        healthy, version = (_get(f"{address.rstrip('/')}/{path}") for path in ("health", "admin/version"))
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        return problem(
            "prefect", f"{address} does not answer: {reason}", f"start it (`prefect server start`), or unset {API}"
        )
    here = metadata.version("prefect")
    if healthy is not True or not isinstance(version, str):
        return problem("prefect", f"{address} answers, but not as a Prefect server", f"mend {API}")
    if version.split(".")[0] != here.split(".")[0]:
        return problem("prefect", f"{address} is version {version}, here is {here}", "install the same major version")
    return ok("prefect", f"{address} answers, version {version}")


def _get(address: str) -> object:
    # The address is the user's own, checked above to be http(s).
    with urllib.request.urlopen(address, timeout=_NETWORK_SECONDS) as answer:  # noqa: S310
        value: object = json.loads(answer.read(_ANSWER_BYTES))
        return value
