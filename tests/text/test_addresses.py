"""Hosts as browsers write them, routes that name documents, and the forms that earlier versions gave."""

from __future__ import annotations

import pytest

from corpus.text.urls import canonical, former


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("faß.de", "xn--fa-hia.de"),
        ("FAẞ.DE", "xn--fa-hia.de"),
        ("xn--fa-hia.de", "xn--fa-hia.de"),
        ("XN--FA-HIA.DE.", "xn--fa-hia.de"),
        ("fa%C3%9F.de", "xn--fa-hia.de"),
        ("fass.de", "fass.de"),
        ("user:secret@Bücher.example:443", "xn--bcher-kva.example"),
        # A final sigma is a letter of its own, but a capital one is not final.
        ("βόλος.gr", "xn--nxasmm1c.gr"),
        ("ΒΌΛΟΣ.gr", "xn--nxasmq6b.gr"),
        ("😀.example", "xn--e28h.example"),
        ("ｅｘａｍｐｌｅ。com", "example.com"),
        ("a\u00addomain.example", "adomain.example"),
        # A joiner after a virama is seen, any other is not.
        ("क्\u200dष.example", "xn--11b2ezcw70k.example"),
        ("a\u200db.example", None),
        ("a\u200cb.example", None),
        ("\u0301a.example", None),
        ("a..ü.example", None),
        ("ü" * 70 + ".example", None),
        ("a\u2028ü.example", None),
        ("[::1]", "[::1]"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
    ],
)
def test_hosts(written: str, host: str | None) -> None:
    assert canonical(f"https://{written}/a") == (host and f"https://{host}/a")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("#!/news/123", "#!/news/123"),
        ("#/123", "#/123"),
        ("#!news/123/", "#!news/123"),
        ("#/a/b?x=1&utm_source=mail", "#/a/b?x=1"),
        ("#%21%2Fnews/%7ea", "#!/news/~a"),
        ("#/artículo", "#/art%C3%ADculo"),
        ("#/123#comments", "#/123"),
        ("#/123:~:text=tram", "#/123"),
        ("#/?page=2", "#/?page=2"),
        ("#", ""),
        ("#!", ""),
        ("#/", ""),
        ("#!/", ""),
        ("#comments", ""),
        ("#:~:text=tram", ""),
        ("#section/2", ""),
        ("#?x=1", ""),
    ],
)
def test_fragments(written: str, kept: str) -> None:
    found = canonical(f"https://example.com/app{written}")
    assert found == f"https://example.com/app{kept}"
    assert canonical(found) == found


@pytest.mark.parametrize(
    ("url", "before"),
    [
        ("https://faß.de/a", {"https://fass.de/a"}),
        ("https://xn--fa-hia.de/a", {"https://fass.de/a"}),
        ("https://βόλος.gr/a", {"https://xn--nxasmq6b.gr/a"}),
        ("https://a\u200db.example/a", {"https://ab.example/a"}),
        ("https://example.com/#!/news/123", {"https://example.com/"}),
        ("https://faß.de/x#/1", {"https://fass.de/x", "https://xn--fa-hia.de/x"}),
        ("https://bücher.example/a", set()),
        ("https://example.com/a#comments", set()),
        ("https://xn--.example/a", set()),
        ("no url", set()),
    ],
)
def test_forms_that_earlier_versions_gave(url: str, before: set[str]) -> None:
    found = set(former(url))
    assert found <= before
    # The form without `xn--` is known where the host was written otherwise.
    assert {one for one in before if "xn--fa" not in one} <= found
    now = canonical(url)
    assert now is None or {one for one in before if "xn--fa" not in one} <= set(former(now))
