"""Which cluster to use: an address or a scheduler file, checked before anything connects to it."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from corpus.errors import ClusterUnreachable, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__fingerprint__ = False

# Settings of a run: they can change no byte, so they are in the environment and never in params.yaml.
VARIABLE: Final = "CORPUS_CLUSTER"
INSECURE: Final = "CORPUS_INSECURE_CLUSTER"
_SCHEMES: Final = ("tcp", "tls")
# What click takes for a flag that is set.
_TRUE: Final = frozenset({"1", "true", "t", "yes", "y", "on"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where the scheduler of a cluster listens.

    Attributes:
        url: `tcp://HOST:PORT` or `tls://HOST:PORT`.
        given: what the user gave: the same, or the path of a scheduler file.
        insecure: anybody who reaches it may be listened to and may run code.
    """

    url: str
    given: str
    insecure: bool = False

    def __str__(self) -> str:
        return redacted(self.url)

    def variables(self) -> dict[str, str]:
        """Return the variables of the environment that name this cluster to the stages of a run."""
        return _variables(self.given, insecure=self.insecure)


def parse(text: str, *, insecure: bool = False) -> Address:
    """Return the address that the user gave, or that a scheduler file has.

    Args:
        text: `tcp://HOST:PORT`, `tls://HOST:PORT`, or the path of a file that `dask scheduler --scheduler-file` wrote.
        insecure: accept `tcp://` to another machine.

    Raises:
        UsageError: it is no address, or it is `tcp://` to another machine and not `insecure`.
        ClusterUnreachable: the scheduler file is missing, or has no address.
    """
    text = text.strip()
    path = None if "://" in text else Path(text).expanduser().absolute()
    url = text if path is None else _of_file(path)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
        parts = urlsplit("")
    if parts.scheme not in _SCHEMES or not host or port is None:
        raise UsageError(
            f"Invalid address of a cluster: {redacted(url)!r}. "
            "Give tcp://HOST:PORT, tls://HOST:PORT, or the path of a scheduler file."
        )
    if parts.scheme == "tcp" and not insecure and not _is_loopback(host):
        raise UsageError(
            f"{redacted(url)} is not encrypted and asks for no password: anyone who can reach its port can run code on "
            "all machines of the cluster. Use tls:// (docs: guides/cluster), or give --insecure-cluster on a network "
            "that only trusted users reach."
        )
    return Address(url, str(path) if path else text, insecure)


def given(text: str, *, insecure: bool = False) -> dict[str, str]:
    """Return the variables that name a cluster to a run that begins later: a scheduler file need not be there yet.

    Raises:
        UsageError: an address cannot be used.
    """
    if "://" in text:
        return parse(text, insecure=insecure).variables()
    return _variables(str(Path(text.strip()).expanduser().absolute()), insecure=insecure)


def of_environment(environment: Mapping[str, str]) -> Address | None:
    """Return the cluster that the environment names, if it names one. Raises like `parse`."""
    text = environment.get(VARIABLE, "").strip()
    return parse(text, insecure=environment.get(INSECURE, "").lower() in _TRUE) if text else None


def redacted(url: str) -> str:
    """Return an address without user, password and query."""
    scheme, found, rest = url.partition("://")
    if not found:
        return url
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2].partition('?')[0]}{slash}{path.partition('?')[0].partition('#')[0]}"


def _variables(cluster: str, *, insecure: bool) -> dict[str, str]:
    return {VARIABLE: cluster, INSECURE: "1" if insecure else ""}


def _of_file(path: Path) -> str:
    try:
        url = json.loads(path.read_text(encoding="utf-8"))["address"]
    except OSError as error:
        raise ClusterUnreachable(str(path), f"its scheduler file cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise ClusterUnreachable(str(path), "it is no scheduler file of Dask") from None
    return str(url)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
