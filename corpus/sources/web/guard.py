"""Decide which addresses may be contacted: public ones, on the usual ports of the web, and none behind a firewall.

A URL is checked before a request. The IP address of its host is checked again at the last step before each connection,
because the name may resolve to another address by then. Loopback is allowed only by the constructor's argument, which
`corpus collect --allow-loopback` gives; no setting, file or environment variable can.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

PORTS: Final = frozenset({80, 443, 8080, 8443})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 4_096
# `is_global` of Python calls some of these global: addresses that embed others, or that relays translate.
_EMBEDDING: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96", "::/96", "fec0::/10",
                 "192.88.99.0/24", "3fff::/20", "5f00::/16")
)  # fmt: skip
# Names that never lead to a public server.
_PRIVATE_NAMES: Final = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "onion",
    "invalid", "test", "i2p",
)  # fmt: skip


class BlockedAddressError(OSError):
    """Raised when connecting: the address must not be contacted."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides which addresses may be contacted.

    Args:
        allow_loopback: allow this machine's own addresses, on any port: for a mirror on this machine, and for tests.
    """

    allow_loopback: bool = False

    def refusal(self, url: str) -> str | None:
        """Return why a URL must not be requested, before its host is resolved; None if it may be requested."""
        if len(url) > _LONGEST or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in url) or "\\" in url:
            return "not a URL"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return "not a URL"
        if parts.scheme not in _DEFAULT_PORTS or not host:
            return "not an http(s) address"
        if "@" in parts.netloc:
            return "an address with a user name"
        if "%" in parts.netloc:
            return "a host with an escape or a zone"
        is_literal, address = _literal(host)
        if is_literal:
            if address is None or not self._allows(address):
                return f"{host} is not a public address"
        elif not self.allow_loopback or host != "localhost":
            name = host.rstrip(".")
            if "." not in name or any(name == one or name.endswith(f".{one}") for one in _PRIVATE_NAMES):
                return f"{host} is not a public name"
        if (_DEFAULT_PORTS[parts.scheme] if port is None else port) not in PORTS and not self.allow_loopback:
            return f"port {port} is not one of the web"
        return None

    def allows(self, address: str, port: int) -> bool:
        """Return whether a connection to an IP address and port may be made."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return self._allows(found) and (port in PORTS or (self.allow_loopback and found.is_loopback))

    def _allows(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        if address.is_loopback:
            return self.allow_loopback
        if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
            return False
        return (
            address.is_global
            and not address.is_multicast
            and not address.is_reserved
            and not address.is_unspecified
            and not any(address in network for network in _EMBEDDING if network.version == address.version)
        )

    def open_socket(self, family: int, kind: int, protocol: int, sockaddr: tuple[object, ...]) -> socket.socket:
        """Return a socket for one resolved address: the last step before connecting.

        Raises:
            BlockedAddressError: the address must not be contacted.
        """
        address, port = str(sockaddr[0]), sockaddr[1]
        if not isinstance(port, int) or not self.allows(address, port):
            raise BlockedAddressError(f"{address} is not a public address")
        return socket.socket(family, kind, protocol)


def _literal(host: str) -> tuple[bool, ipaddress.IPv4Address | ipaddress.IPv6Address | None]:
    """Return whether a host is written as an address, in any form that resolvers read, and which; None if in none.

    Resolvers read `127.1`, `0x7f000001`, `017700000001` and full-width digits as 127.0.0.1.
    """
    try:
        return True, ipaddress.ip_address(host)
    except ValueError:
        pass
    plain = _ascii(host).rstrip(".")
    parts = plain.split(".")
    if len(parts) <= 4 and all(_is_number(part) for part in parts):
        try:
            return True, ipaddress.IPv4Address(socket.inet_aton(plain))
        except OSError:
            return True, None
    # A last label that is a number makes a host an address, or nothing, as browsers have it.
    return _is_number(parts[-1]) or ":" in plain, None


def _ascii(host: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()


def _is_number(part: str) -> bool:
    try:
        int(part, 16 if part.startswith("0x") else 10)
    except ValueError:
        return part == "0x"
    return part.isascii() and "_" not in part and not part.startswith(("+", "-"))
