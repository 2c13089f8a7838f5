"""Rights as publishers write them: each specification, its mistakes, and what signals mean together."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.rights import (
    NOTHING,
    Place,
    Rights,
    Signal,
    derive,
    signals_of_headers,
    signals_of_robots,
    signals_of_rsl,
    signals_of_tdmrep,
    spdx_of,
)
from corpus.rights.licences import has_no_derivatives, is_non_commercial
from schemas.rights import Consent

URL = "https://a.example/news/1?x=2"
ALLOW, DENY = Consent.ALLOW, Consent.DENY


def of_robots(text: str | bytes, url: str = URL) -> Rights:
    return derive(signals_of_robots(text.encode() if isinstance(text, str) else text, url), url)


def uses(rights: Rights) -> tuple[Consent | None, Consent | None, Consent | None]:
    return rights.ai_train, rights.ai_input, rights.search


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User-agent: *\nContent-Signal: search=yes, ai-input=yes, ai-train=no\nAllow: /\n", (DENY, ALLOW, ALLOW)),
        ("User-Agent: *\ncontent-signal: ai-train=no\n", (DENY, None, None)),
        ("Content-Signal: search=yes,ai-train=no\n", (DENY, None, ALLOW)),
        ("\ufeffUser-agent: *\r\nContent-Signal: ai-train = yes ; search=no\r\n", (ALLOW, None, DENY)),
        ("User-agent: *\nContent-Signal: ai-train=yes\nContent-Signal: ai-train=no\n", (DENY, None, None)),
        ("User-agent: GPTBot\nContent-Signal: ai-train=no\n", (None, None, None)),
        ("User-agent: GPTBot\nUser-agent: *\nContent-Signal: ai-train=no\n", (DENY, None, None)),
        ("User-agent: NewsCorpus/1.0\nContent-Signal: ai-train=no\nUser-agent: *\nContent-Signal: ai-train=yes\n", (DENY, None, None)),
        ("# Content-Signal: ai-train=no\n", (None, None, None)),
        ("User-agent: *\nContent-Signal: ai-train=maybe, use=reference\n", (None, None, None)),
        ("User-agent: *\nContent-Signal: yes\n", (None, None, None)),
        ("User-agent: *\nContent-Usage: train-ai=n\n", (DENY, None, None)),
        ("User-agent: *\nContent-Usage: search=y, train-ai=n, bots=y\n", (DENY, None, ALLOW)),
        ("User-agent: *\nContent-Usage: bots=n\n", (DENY, DENY, DENY)),
        ("User-agent: *\nContent-Usage: /sport/ train-ai=n\nContent-Usage: /news/ train-ai=y\n", (ALLOW, None, None)),
        ("User-agent: *\nContent-Usage: /*?x= train-ai=n\n", (DENY, None, None)),
        ("User-agent: *\nContent-Usage: train-genai=y\n", (None, None, None)),
        ("User-agent: *\nContent-Usage: tdm=n\n", (DENY, DENY, None)),
        ("<html>Content-Signal: ai-train=no</html>", (None, None, None)),
        ("", (None, None, None)),
    ],
)  # fmt: skip
def test_preferences_in_robots(text: str, expected: tuple[Consent | None, ...]) -> None:
    assert uses(of_robots(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User-agent: GPTBot\nDisallow: /\n", ("GPTBot",)), ("User-agent: gptbot\ndisallow: /news\n", ("GPTBot",)),
        ("User-agent: CCBot\nUser-agent: ClaudeBot\nDisallow: /\n", ("CCBot", "ClaudeBot")), ("User-agent: GPTBot\nDisallow:\n", ()),
        ("User-agent: GPTBot\nDisallow: /\nAllow: /news/\n", ()), ("User-agent: GPTBot\nDisallow: /sport\n", ()), ("User-agent: *\nDisallow: /\n", ()),
        ("User-agent: Google-Extended\nDisallow: /*?x=\n", ("Google-Extended",)), ("User-agent: GPTBot\nDisallow: /news/1$\n", ()),
        ("User-agent: GPTBot\nDisallow: *2$\n", ("GPTBot",)), ("User-agent: GPTBot\nCrawl-delay: 1\n\nUser-agent: CCBot\nDisallow: /\n", ("CCBot", "GPTBot")),
        ("User-agent: GPTBot\nAllow: /\nUser-agent: GPTBot\nDisallow: /news/\n", ("GPTBot",)), ("User-agent: Bingbot\nDisallow: /\n", ()),
    ],
)  # fmt: skip
def test_ai_agents_that_a_page_is_closed_to(text: str, expected: tuple[str, ...]) -> None:
    assert of_robots(text).ai_agents_closed == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("Content-Signal", "ai-train=no")], {"ai_train": DENY}), ([("content-usage", "train-ai=n, search=y")], {"ai_train": DENY, "search": ALLOW}),
        ([("TDM-Reservation", "1"), ("TDM-Policy", "https://a.example/p.json")], {"tdm_reservation": True, "tdm_policy": "https://a.example/p.json"}),
        ([("tdm-reservation", " 0 ")], {"tdm_reservation": False}), ([("tdm-reservation", "yes")], {}), ([("tdm-reservation", "")], {}),
        ([("tdm-reservation", "0"), ("tdm-reservation", "1")], {"tdm_reservation": True}),
        ([("X-Robots-Tag", "noindex, nofollow")], {"robots_tags": ("noindex", "nofollow"), "search": DENY}),
        ([("X-Robots-Tag", "noai, noimageai")], {"robots_tags": ("noai", "noimageai"), "ai_train": DENY, "ai_input": DENY}),
        ([("X-Robots-Tag", "googlebot: noindex")], {}), ([("X-Robots-Tag", "NoArchive"), ("X-Robots-Tag", "noarchive")], {"robots_tags": ("noarchive",)}),
        ([("X-Robots-Tag", "otherbot: noindex, nofollow")], {}), ([("X-Robots-Tag", "max-snippet: 20")], {"robots_tags": ("max-snippet: 20",)}),
        ([("Link", '<https://creativecommons.org/licenses/by/4.0/>; rel="license"')],
         {"licence_url": "https://creativecommons.org/licenses/by/4.0/", "licence_id": "CC-BY-4.0"}),
        ([("Link", '</next>; rel="next", </l>; title="a, b"; rel="license copyright"')], {"licence_url": "https://a.example/l"}),
        ([("Link", '</rsl.xml>; rel="license"; type="application/rsl+xml"')], {"licence_url": "https://a.example/rsl.xml"}),
        ([("Link", "<" * 9_000)], {}), ([("Server", "noindex")], {}),
    ],
)  # fmt: skip
def test_headers(headers: list[tuple[str, str]], expected: dict[str, Any]) -> None:
    assert derive(signals_of_headers(headers), URL) == NOTHING._replace(**expected)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"location": "/", "tdm-reservation": 1}], (True, None)), ([{"location": "/", "tdm-reservation": "1"}], (True, None)),
        ([{"location": "/", "tdm-reservation": 0}], (False, None)), ({"location": "/", "tdm-reservation": 1}, (True, None)),
        ([{"location": "/", "tdm-reservation": 1}, {"location": "/news/", "tdm-reservation": 0}], (False, None)),
        ([{"location": "/news/*", "tdm-reservation": 1, "tdm-policy": "https://a.example/p"}], (True, "https://a.example/p")),
        ([{"location": "/sport/", "tdm-reservation": 1}], (None, None)), ([{"location": "/news/1$", "tdm-reservation": 1}], (True, None)),
        ([{"location": "/news", "tdm-reservation": 0}, {"location": "/news", "tdm-reservation": 1}], (True, None)),
        ([{"location": "/", "tdm-reservation": True}], (True, None)), ([1, None, {"location": 3}], (None, None)), ([], (None, None)),
        ([{"location": "news", "tdm-reservation": 1}], (True, None)), ([{"tdm-reservation": 1}], (None, None)),
    ],
)  # fmt: skip
def test_tdmrep(rules: object, expected: tuple[bool | None, str | None]) -> None:
    found = derive(signals_of_tdmrep(json.dumps(rules).encode(), URL), URL)
    assert (found.tdm_reservation, found.tdm_policy) == expected


def rsl(inner: str, url: str = "/") -> bytes:
    return f'<?xml version="1.0"?><rsl xmlns="https://rslstandard.org/rsl"><content url="{url}">{inner}</content></rsl>'.encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rsl('<license><prohibits type="usage">ai-train</prohibits></license>'), (DENY, None, None)),
        (rsl('<license><prohibits type="usage">train-ai</prohibits></license>'), (DENY, None, None)),
        (rsl('<license><permits type="usage">ai-train</permits></license>'), (ALLOW, DENY, DENY)),
        (rsl('<license><permits type="usage">all</permits></license>'), (ALLOW, ALLOW, ALLOW)),
        (rsl('<license><permits type="usage">search</permits><prohibits type="usage">ai-all</prohibits></license>'), (DENY, DENY, ALLOW)),
        (rsl('<license><permits type="usage">ai-train</permits></license><license><permits type="usage">search, ai-input</permits></license>'), (ALLOW, ALLOW, ALLOW)),
        (rsl('<license><permits type="usage">ai-train</permits><payment type="crawl"><amount currency="USD">1</amount></payment></license>'), (None, DENY, DENY)),
        (rsl('<license><permits type="usage">ai-train</permits><payment type="attribution"/></license>'), (ALLOW, DENY, DENY)),
        (rsl('<license><permits type="geo">US</permits></license>'), (None, None, None)), (rsl("<license/>"), (None, None, None)),
        (rsl('<license><prohibits type="usage">all</prohibits></license>', "/sport/"), (None, None, None)),
        (rsl("<license><prohibits>all</prohibits></license>", "https://a.example/news/*"), (DENY, DENY, DENY)),
        (rsl("<license><prohibits>all</prohibits></license>", "https://b.example/"), (None, None, None)),
        (rsl('<license><prohibits type="usage">ai-train</prohibits></license>')[:-20], (DENY, None, None)), (b"<html/>", (None, None, None)), (b"", (None, None, None)),
    ],
)  # fmt: skip
def test_rsl(body: bytes, expected: tuple[Consent | None, ...]) -> None:
    assert uses(derive(signals_of_rsl(body, URL))) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"), ("http://creativecommons.org/licenses/by-nc-sa/3.0/de/deed.de", "CC-BY-NC-SA-3.0-DE"),
        ("//creativecommons.org/licenses/by-sa/2.5", "CC-BY-SA-2.5"), ("https://creativecommons.org/licenses/by/3.0/es/", None),
        ("https://creativecommons.org/licenses/by-nd/4.0/legalcode.fr", "CC-BY-ND-4.0"), ("https://creativecommons.org/licences/by/4.0/", "CC-BY-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"), ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("CC BY-NC-ND 4.0", "CC-BY-NC-ND-4.0"), ("Creative Commons BY 3.0 DE", "CC-BY-3.0-DE"), ("CC-BY-4.0", "CC-BY-4.0"), ("CC0", "CC0-1.0"),
        ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"), ("https://spdx.org/licenses/MIT.html", "MIT"),
        ("https://www.govdata.de/dl-de/by-2-0", "DL-DE-BY-2.0"), ("https://opensource.org/licenses/MIT", "MIT"), ("All rights reserved", None),
        ("https://a.example/terms", None), ("CC BY", None), ("by 4.0", None), ("ACC BY 4.0x", None), ("", None),
    ],
)  # fmt: skip
def test_spdx(written: str, expected: str | None) -> None:
    assert spdx_of(written) == expected


def test_conditions_of_licences() -> None:
    assert is_non_commercial("https://creativecommons.org/licenses/by-nc/3.0/es/", None)
    assert is_non_commercial(None, "CC-BY-NC-4.0")
    assert not is_non_commercial("https://a.example/nc", None)
    assert has_no_derivatives(None, "CC-BY-NC-ND-4.0")


def signals(*found: tuple[Place, str, str]) -> list[Signal]:
    return [Signal(where.value, name, value) for where, name, value in found]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (signals((Place.HEADER, "content-signal", "ai-train=yes"), (Place.META, "robots", "noai")), {"ai_train": DENY, "ai_input": DENY, "robots_tags": ("noai",)}),
        (signals((Place.TDMREP, "tdm-reservation", "0"), (Place.META, "tdm-reservation", "1")), {"tdm_reservation": True}),
        (signals((Place.LINK, "license", "https://creativecommons.org/licenses/by/4.0/"), (Place.JSON_LD, "license", "https://creativecommons.org/licenses/by-nc/4.0/")),
         {"licence_url": "https://creativecommons.org/licenses/by-nc/4.0/", "licence_id": "CC-BY-NC-4.0"}),
        (signals((Place.LINK, "license", "https://creativecommons.org/licenses/by/4.0/"), (Place.JSON_LD, "license", "/terms")), {"licence_url": "https://a.example/terms"}),
        (signals((Place.ROBOTS, "license", "/rsl.xml")), {"licence_url": "https://a.example/rsl.xml"}),
        (signals((Place.META, "dc.rights", "CC BY 4.0")), {"licence_id": "CC-BY-4.0"}), (signals((Place.META, "dc.rights", "Mine")), {}),
        (signals((Place.META, "copyright", "© 2024 The Paper Ltd.")), {"copyright_holder": "The Paper Ltd"}),
        (signals((Place.META, "copyright", "Copyright (c) 2019-2024, Paper")), {"copyright_holder": "Paper"}), (signals((Place.META, "copyright", "© 2024")), {}),
        (signals((Place.JSON_LD, "copyrightholder", "Paper"), (Place.META, "copyright", "Other")), {"copyright_holder": "Paper"}),
        (signals((Place.JSON_LD, "usageinfo", "/terms")), {"usage_info": "https://a.example/terms"}), (signals((Place.JSON_LD, "usageinfo", "javascript:x")), {}),
        (signals((Place.JSON_LD, "isaccessibleforfree", "True"), (Place.JSON_LD, "isaccessibleforfree", "false")), {"free_access": False}),
        (signals((Place.META, "robots", "none")), {"robots_tags": ("none",), "search": DENY}), ([], {}),
        (signals((Place.META, "robots", "index, follow, max-image-preview:large")), {"robots_tags": ("index", "follow", "max-image-preview:large")}),
    ],
)  # fmt: skip
def test_the_most_restrictive_holds(found: list[Signal], expected: dict[str, Any]) -> None:
    assert derive(found, URL) == NOTHING._replace(**expected)
    assert derive(found[::-1], URL)[2:8] == derive(found, URL)[2:8]


TEXTS = st.text(max_size=200) | st.lists(
    st.sampled_from(["User-agent: *\n", "Content-Signal:", "ai-train=", "no", "yes,", "Disallow: ", "/*", "$", "License:", "<rsl>", "<content>", "<permits>", "{", "[",
                     '"location":', "tdm-reservation", "<", ">;", 'rel="license"', "\ud800", "\x00", "ä", "http://[", "©"]),
    max_size=30,
).map("".join)  # fmt: skip


@given(TEXTS, st.sampled_from([URL, "", "x", "https://a.example"]))
def test_nothing_raises(text: str, url: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    headers = [("Link", text), ("X-Robots-Tag", text), ("Content-Signal", text), ("tdm-policy", text)]
    found = [
        *signals_of_robots(data, url),
        *signals_of_tdmrep(data, url),
        *signals_of_rsl(data, url),
        *signals_of_headers(headers),
    ]
    rights = derive(
        [
            *found,
            *(Signal("meta", name, text) for name in ("license", "copyright", "robots", "usageinfo", "tdm-policy")),
        ],
        url,
    )
    assert len(rights.robots_tags) <= 30
    assert all(one.value.isprintable() and one.value.encode() is not None for one in found)


def test_floods_are_bounded() -> None:
    flood = b"User-agent: GPTBot\n" + b"Disallow: /" + b"*a" * 500 + b"\n" + b"Disallow: /*a*b*c$\n" * 100_000
    assert len(signals_of_robots(flood, "https://a.example/" + "a" * 3_000)) <= 100
    assert len(signals_of_robots(b"User-agent: *\nContent-Signal: ai-train=no\n" * 10_000, URL)) <= 100
