"""The address guard: what is not public is refused, however it is written."""

from __future__ import annotations

import socket

import pytest

from corpus.sources.web.guard import BlockedAddressError, Guard

URLS = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://0x7f000001/",
    "http://2130706433/", "http://017700000001/", "http://0x7f.1/", "http://127.0.0.1./", "http://0/", "http://0.0.0.0/",
    "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://a.localhost/", "http://printer.local/",
    "http://db.internal/", "http://metadata.google.internal/", "http://router.lan/", "http://nas.home.arpa/", "http://intranet/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/", "http://2852039166/", "http://100.64.0.1/", "http://198.18.0.1/", "http://192.0.2.1/", "http://203.0.113.9/",
    "http://224.0.0.1/", "http://239.255.255.255/", "http://240.0.0.1/", "http://255.255.255.255/", "http://192.88.99.1/",
    "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/", "http://[2001::1]/", "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[fd12:3456::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[fec0::1]/",
    "http://user@example.com/", "http://user:password@example.com/", "http://example.com@127.0.0.1/", "http://@example.com/",
    "http://example.com:22/", "http://example.com:6379/", "http://example.com:0/", "https://example.com:25/", "http://example.com:99999/",
    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "data:text/html,x", "javascript:alert(1)", "//example.com/", "http:///x",
    "http://exa mple.com/", "http://example.com/\r\nHost: x", "http://example.com\\@127.0.0.1/", "http://127%2e0.0.1/", "http://１２７.0.0.1/",
    "http://①②⑦.0.0.1/", "http://127。0。0。1/", "http://1.2.3.4.5/", "http://example.1/", "http://0x/", "http://",
    "http://" + "a" * 5000 + ".com/",
]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_refused_before_anything_is_resolved(url):
    assert Guard().refusal(url)


def test_there_are_at_least_fifty_tricks():
    assert len(set(URLS)) >= 50


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://www.bbc.co.uk/news", "https://example.com:8443/x", "http://93.184.216.34/",
     "https://[2606:2800:220:1:248:1893:25c8:1946]/", "https://xn--fiq228c.example.org/", "http://zeitung.de:80/a?b=c#d"],
)  # fmt: skip
def test_public_addresses_are_allowed(url):
    assert Guard().refusal(url) is None


ADDRESSES = [
    "127.0.0.1", "127.8.8.8", "10.1.1.1", "172.20.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.251",
    "240.0.0.1", "255.255.255.255", "192.0.0.1", "198.51.100.1", "::1", "::", "fe80::1", "fe80::1%lo", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:1::", "2001:db8::1", "100::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_refused_at_connecting(address):
    assert not Guard().allows(address, 80)
    with pytest.raises(BlockedAddressError):
        Guard().open_socket(socket.AF_INET, socket.SOCK_STREAM, 0, (address, 80))


def test_ports_hold_at_connecting_too():
    assert Guard().allows("93.184.216.34", 443)
    assert not Guard().allows("93.184.216.34", 22)


def test_loopback_is_an_argument_and_allows_loopback_alone(monkeypatch):
    guard = Guard(allow_loopback=True)
    assert guard.refusal("http://127.0.0.1:5000/") is None
    assert guard.allows("127.0.0.3", 5000)
    assert guard.allows("::1", 5000)
    for address in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0"):
        assert not guard.allows(address, 80)
        assert guard.refusal(f"http://{f'[{address}]' if ':' in address else address}/")
    assert not guard.allows("93.184.216.34", 22)
    for name in ("CORPUS_ALLOW_LOOPBACK", "ALLOW_LOOPBACK"):
        monkeypatch.setenv(name, "1")
    assert Guard().refusal("http://127.0.0.1/")
