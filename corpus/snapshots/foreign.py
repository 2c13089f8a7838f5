"""Check addresses of other people's repositories, and take only one of their settings: where the data are.

A repository that is opened by its address is not the user's own. Its `.dvc/config` may name commands, files and folders
of this machine. It may also name a remote like one of the user's, and DVC would then send the user's credentials. So
only the address of its default remote is read, and stored under a name that no other remote has.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import socket
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from corpus.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# What git can read without running a program that an address names, by the name that git has for it.
_GIT_SCHEMES: Final = {
    "https": "https", "http": "http", "ssh": "ssh", "git+ssh": "ssh", "ssh+git": "ssh", "git": "git", "file": "file",
}  # fmt: skip
_DATA_SCHEMES: Final = frozenset({
    "https", "http", "s3", "gs", "azure", "ssh", "webdav", "webdavs", "oss", "gdrive", "hdfs", "webhdfs",
})  # fmt: skip
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SCP: Final = re.compile(r"(?P<user>[^/@\s]+)@(?P<host>\[[0-9a-f:.]+\]|[^/:\s\[\]]+):(?P<path>.+)", re.IGNORECASE)
_LIKE_AN_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?://|:)|[^/@\s]+@[^/:\s]+:|-", re.IGNORECASE)
_HOST: Final = re.compile(r"\w[\w.-]*")
_BROADCAST: Final = ipaddress.IPv4Address("255.255.255.255")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_NUMERIC: Final = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)
_CONTROLS: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_REMOTE: Final = re.compile(r"""['"]?remote\s+["']?(?P<name>.*?)["']?['"]?""", re.IGNORECASE | re.DOTALL)
_MOST_CHARACTERS: Final = 100_000
_MOST_IN_AN_ADDRESS: Final = 2_000
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Address:
    """A git address that may be cloned.

    Attributes:
        url: the address for git.
        protocol: the only protocol that git may use, or `http:https` if the first may redirect to the second.
        host: the machine; None for a `file://` address.
        owned: the folder of a `file://` address, if it belongs to this user. Such a repository may name folders of this
            machine, as it may if it is opened by its path: its settings were written with this user's rights.
    """

    url: str
    protocol: str
    host: str | None
    owned: Path | None = None

    @property
    def here(self) -> bool:
        """Whether the repository is on this machine."""
        return self.host is None or is_this_machine(self.host)


@dataclass(frozen=True, slots=True)
class Data:
    """Where the data of a foreign repository are.

    Attributes:
        url: the address of its default remote; None without one.
        contacted: the service that is contacted to read them, as `s3://bucket`; None for a folder.
        ignored: the names of the settings that would have changed how they are read.
    """

    url: str | None
    contacted: str | None = None
    ignored: tuple[str, ...] = ()

    def settings(self) -> str:
        """Return a `.dvc/config` that has this remote and nothing else.

        The remote has a name that no settings of the user's can have. Without a remote the user's default one is
        switched off, too: nothing is asked of it for somebody else's corpus.
        """
        from configobj import ConfigObj

        config = ConfigObj(interpolation=False)
        name = f"clone-{secrets.token_hex(8)}" if self.url else ""
        config["core"] = {"remote": name}
        if self.url:
            config[f'remote "{name}"'] = {"url": self.url}
        return "\n".join(config.write()) + "\n"


def is_address(repo: str) -> bool:
    """Return whether a string looks like a git address, or an option of git, rather than a folder."""
    return _LIKE_AN_ADDRESS.match(repo) is not None


def shown(url: str) -> str:
    """Return an address for a terminal: the beginning of a long one, without user, password and control characters."""
    return ascii(public(url)[:200])[1:-1]


def public(url: str) -> str:
    """Return an address without user and password."""
    return re.sub(r"://[^/]*@", "://", url)


def address(url: str) -> Address:
    """Check a git address.

    Args:
        url: the address as the user gives it.

    Raises:
        UsageError: git would take it for an option, or run a program that it names; or it is not an address.
    """
    if url.startswith("-") or _CONTROLS.search(url) or len(url) > _MOST_IN_AN_ADDRESS:
        raise UsageError(f"Invalid git address {shown(url)}. Give one such as https://example.org/corpus.git.")
    known = _SCHEME.match(url)
    if known is None:
        scp = _SCP.fullmatch(url)
        if scp is None or scp["user"].startswith("-") or scp["path"].startswith("-") or not _is_host(scp["host"]):
            raise _not_supported(url)
        return Address(url, "ssh", scp["host"].strip("[]"))
    scheme = known[1]
    protocol = _GIT_SCHEMES.get(scheme)
    if protocol is None:
        raise _not_supported(url)
    if protocol == "file":
        return Address(url, "file", None, _owned(Path(unquote(url.removeprefix("file://")))))
    parts = _split(url)
    if parts is None or not parts.hostname or not _is_host(parts.hostname) or (parts.username or "").startswith("-"):
        raise UsageError(f"Invalid git address {shown(url)}: its host or port is not valid.")
    return Address(url, "http:https" if protocol in {"http", "https"} else protocol, parts.hostname)


def _not_supported(url: str) -> UsageError:
    return UsageError(
        f"Git address {shown(url)} is not supported. Use {', '.join(f'{name}://' for name in _GIT_SCHEMES)} or "
        "user@host:path."
    )


def _owned(folder: Path) -> Path | None:
    """Return a folder if it and its `.git` belong to this user; otherwise None."""
    try:
        owners = {place.stat().st_uid for place in (folder, folder / ".git") if place == folder or place.exists()}
    except (OSError, ValueError):
        return None
    return folder if folder.is_absolute() and owners == {os.geteuid()} else None


def data(config: str, source: Address) -> Data:
    """Return where a repository's data are, by the text of its `.dvc/config`.

    Args:
        config: the text of the settings. It is untrusted.
        source: the repository.

    Raises:
        CorpusError: the settings cannot be read, or the data are in a place to which a foreign repository must not send
            a reader: a folder, this machine, or an invalid address.
    """
    where = f"The .dvc/config of {shown(source.url)}"
    sections = _sections(config, where)
    remotes = {
        named["name"]: section for title, section in sections.items() if (named := _REMOTE.fullmatch(title)) is not None
    }
    ignored = ["cache.dir"] if "dir" in sections.get("cache", {}) else []
    name = sections.get("core", {}).get("remote")
    if not name:
        return Data(None, ignored=tuple(ignored))
    if not isinstance(name, str) or name not in remotes:
        raise CorpusError(f"{where} names a default remote {shown(str(name))!r} and does not define it.")
    url = remotes[name].get("url")
    ignored += [f"remote.{name}.{key}" for key in sorted(remotes[name]) if key != "url"]
    if not isinstance(url, str) or not url or _CONTROLS.search(url) or len(url) > _MOST_IN_AN_ADDRESS:
        raise CorpusError(f"{where} gives no valid address of its default remote {shown(name)!r}.")
    shortened = tuple(shown(one) for one in ignored[:_SHOWN])
    scheme = (_SCHEME.match(url) or ("", ""))[1].lower()
    if scheme in {"", "file"}:
        return Data(_local(url, scheme, source, where), None, shortened)
    return Data(url, _contacted(url, scheme, source, where), shortened)


def _sections(config: str, where: str) -> dict[str, dict[str, Any]]:
    from configobj import ConfigObj, ConfigObjError

    if len(config) > _MOST_CHARACTERS:
        raise CorpusError(f"{where} is too large: {len(config):,} characters, at most {_MOST_CHARACTERS:,} are read.")
    try:
        parsed = ConfigObj(config.splitlines(), interpolation=False).dict()
    except (ConfigObjError, ValueError, RecursionError):
        raise CorpusError(f"{where} cannot be read.") from None
    return {
        title if _REMOTE.fullmatch(title) else title.lower(): {key.lower(): value for key, value in section.items()}
        for title, section in parsed.items()
        if isinstance(section, dict)
    }


def _local(url: str, scheme: str, source: Address, where: str) -> str:
    if source.owned is None:
        raise CorpusError(
            f"{where} says that the data are in a folder, {shown(url)}. A foreign repository may not have folders "
            "of this machine read. If you trust it, run `git clone` and open the folder: corpus.open(repo=DIR)."
        )
    if scheme:
        return url
    # As DVC has it: relative to the settings.
    return os.path.normpath(source.owned / ".dvc" / Path(url).expanduser())


def _contacted(url: str, scheme: str, source: Address, where: str) -> str:
    parts = _split(url)
    host = (parts.hostname or "") if parts else ""
    if scheme not in _DATA_SCHEMES or parts is None or not _is_host(host) or (parts.username or "").startswith("-"):
        known = ", ".join(f"{name}://" for name in sorted(_DATA_SCHEMES))
        raise CorpusError(
            f"{where} says that the data are at {shown(url)}, which is not supported. Supported: {known}."
        )
    if is_this_machine(host) and not source.here:
        raise CorpusError(
            f"{where} says that the data are at {shown(url)}, a service on this machine. A foreign repository may "
            "not have it read."
        )
    return f"{scheme}://{host}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    # `urlsplit` and git's or a client's own parser may differ on these.
    return None if "\\" in parts.netloc else parts


def _is_host(host: str) -> bool:
    return _HOST.fullmatch(host) is not None or _ip(host.strip("[]")) is not None


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        # Short and numeric forms, as `127.1` and `2130706433`.
        return ipaddress.IPv4Address(socket.inet_aton(host)) if _NUMERIC.fullmatch(host) else None
    except OSError:
        return None


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine, or an address that only means something on its own network link."""
    # Programs that look a name up take full width letters and circled digits for plain ones.
    name = unicodedata.normalize("NFKC", host).lower().strip("[]").rstrip(".")
    ip = _ip(name)
    if ip is None:
        return name in {"localhost", "localhost.localdomain", "ip6-localhost"} or name.endswith(".localhost")
    return any(
        one.is_loopback or one.is_link_local or one.is_unspecified or one.is_multicast or one == _BROADCAST
        for one in (ip, _inner(ip))
        if one
    )


def _inner(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside an IPv6 address (mapped, NAT64, 6to4, Teredo); None without one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
