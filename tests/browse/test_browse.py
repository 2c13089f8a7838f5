"""`corpus browse`: who may read the pages, what is on them, and that nothing in a document becomes markup."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from importlib import resources
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

import corpus
from corpus.browse import safety
from corpus.browse.address import Address, read
from corpus.browse.text import PART, Piece, marked, parts, pieces, shown
from corpus.errors import MissingObjects
from tests.browse.client import PORT, Client, chromium
from tests.browse.conftest import LANGUAGES, SCRIPT
from tests.browse.test_search_pages import when_indexed
from tests.conftest import UNMEASURED, copy_beside_readers

HOST = ("host", f"127.0.0.1:{PORT}")


def pages(ids: dict[str, str]) -> list[str]:
    article = [f"/article/{ids[slug]}" for slug in ids]
    one = f"/article/{ids['one']}"
    return [
        "/", "/releases", "/quarantine", "/columns", "/sources", "/help", "/v/v1.0.0/", "/v/corpus@v1.0.0/releases",
        "/?asof=2024-02-05", "/?asof=2010-01-01", "/diff/v1.0.0/v1.1.0", "/diff/v1.1.0/v1.0.0?kind=corrected", *article,
        f"{one}/revision/1", f"{one}/revisions", f"{one}/why", f"{one}/duplicates", f"/article/{ids['copy']}/duplicates",
        f"/article/{ids['long']}?part=2", f"{one}/why?asof=2024-02-05", f"{one}/revisions?asof=2024-02-05",
        "/quarantine?check=text_short", "/search", "/search?q=line&language=&view=time", "/search?q=line&compare=tram+OR+ferry&compare=wwww&view=time", "/export?q=line", "/code?q=line",
        "/search?q=line&view=kwic", "/search?q=story&view=words",
        f"{one}?q=line+-mayor&hit=1", "/search?q=nothinglikeit", f"/search?q={quote(SCRIPT, safe='')}&author={quote(SCRIPT, safe='')}",
    ]  # fmt: skip


# --- who may read


REFUSED = {
    "no cookie": ("/", "GET", [HOST], 403),
    "another cookie": ("/", "GET", [HOST, ("cookie", f"corpus-browse-{PORT}=guessed")], 403),
    "a cookie that is none": ("/", "GET", [HOST, ("cookie", '=;;"\\\x01')], 403),
    "another token": ("/?token=guessed", "GET", [HOST], 403),
    "another bearer": ("/", "GET", [HOST, ("authorization", "Bearer guessed")], 403),
    "a rebound name": ("/", "GET", [("host", f"evil.example.com:{PORT}")], 400),
    "another port": ("/", "GET", [("host", "127.0.0.1:80")], 400),
    "another address": ("/", "GET", [("host", f"0.0.0.0:{PORT}")], 400),
    "no host": ("/", "GET", [], 400),
    "two hosts": ("/", "GET", [HOST, HOST], 400),
    "a rebound name for the style sheet": ("/style.css", "GET", [("host", "evil.example.com")], 400),
    **{method: ("/", method, [HOST], 405) for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")},
    "a long address": ("/" + "a" * 40_000, "GET", [HOST], 414),
    "a long query": ("/?q=" + "a" * 40_000, "GET", [HOST], 414),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_others_are_refused_with_every_header(client: Client, name: str) -> None:
    target, method, headers, status = REFUSED[name]
    reply = client.ask(target, method, headers)
    assert reply.status == status
    assert {header: reply.headers.get(header) for header in safety.HEADERS} == safety.HEADERS
    assert "set-cookie" not in reply.headers
    assert b"alert" not in reply.body


def test_the_token_is_changed_for_a_cookie(client: Client) -> None:
    reply = client.ask(f"/releases?page=1&token={client.keys.token}", headers=[HOST])
    assert (reply.status, reply.headers["location"]) == (303, "/releases?page=1")
    cookie, *attributes = reply.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} == set(attributes)
    assert client.ask("/releases", headers=[HOST, ("cookie", f"a=b; {cookie}")]).status == 200
    assert client.ask("/", headers=[HOST, ("authorization", f"Bearer {client.keys.token}")]).status == 200
    assert client.keys.token not in reply.headers["set-cookie"]
    # Two slashes would be another host.
    assert client.ask(f"//evil.example.com/?token={client.keys.token}", headers=[HOST]).headers["location"][:2] == "/e"


def test_the_token_that_a_browser_is_started_with_opens_once(client: Client) -> None:
    token = client.keys.once()
    assert [client.ask(f"/?token={token}", headers=[HOST]).status for _ in range(2)] == [303, 403]


def test_the_policy_is_the_one_that_was_promised() -> None:
    assert safety.HEADERS["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


# --- what is on the pages


def test_no_page_has_markup_of_a_document(client: Client, ids: dict[str, str]) -> None:
    when_indexed(client, "/search.json")
    for target in pages(ids):
        reply = client.get(target)
        assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8"), target
        assert {header: reply.headers[header] for header in safety.HEADERS} == safety.HEADERS
        tree = etree.fromstring(reply.body, etree.HTMLParser())
        elements = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
        assert not elements & {"script", "img", "iframe", "object", "style", "base", "i"} - {"i"}, target
        attributes = {name for element in tree.iter() for name in element.attrib}
        assert not {name for name in attributes if name.startswith("on")} | (attributes & {"style", "srcset"}), target
        for element in tree.iter("a", "link", "form"):
            to = element.get("href") or element.get("action") or ""
            assert re.match(r"/(?!/)|#|https?://(www\.)?example\.com/", to), (target, to)
        # The directions of letters cannot be changed unseen.
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", reply.text), target
        assert len(reply.body) < 60_000, target


def test_every_page_has_a_twin_in_json_and_answers_head(client: Client, ids: dict[str, str]) -> None:
    when_indexed(client, "/search.json")
    for target in pages(ids):
        path, _, query = target.partition("?")
        twin = (path.rstrip("/") + "/index" if path.endswith("/") else path) + f".json?{query}"
        reply = client.get(twin)
        assert (reply.status, reply.headers["content-type"]) == (200, "application/json; charset=utf-8"), twin
        assert {"version", "commit", "digest"} <= reply.json.keys()
        assert html.escape(twin.rstrip("?")) in client.get(target).text, target
    assert client.get("/releases", "HEAD").status == 200


def test_an_article_is_shown_as_it_is(client: Client, ids: dict[str, str]) -> None:
    page = client.get(f"/article/{ids['script']}").text
    assert html.escape(SCRIPT) in page
    assert "&lt;img src=" in page
    for tag, (title, _) in LANGUAGES.items():
        assert f'<h1 lang="{tag}" dir="auto">{title}</h1>' in client.get(f"/article/{ids[f'{tag}-1']}").text
    row = client.get(f"/article/{ids['one']}.json").json["article"]
    version = corpus.open(repo=client.versions.repository.root)
    assert row["text"] == version.scan().filter(article_id=ids["one"]).collect()["text"][0]


def test_a_long_text_has_parts(client: Client, ids: dict[str, str]) -> None:
    found = []
    for number in (1, 2, 3):
        found += re.findall(r"Paragraph (\d+)\.", client.get(f"/article/{ids['long']}?part={number}").text)
    assert found == [str(number) for number in range(400)]
    assert client.get(f"/article/{ids['long']}?part=99").status == 404


def test_revisions_are_compared_word_by_word(client: Client, ids: dict[str, str]) -> None:
    page = client.get(f"/article/{ids['one']}/revisions").text
    assert "<ins>new </ins>" in page
    assert f"<ins>{html.escape(SCRIPT)} </ins>" in page
    assert "4 March 2024, 05:06 UTC<" in page
    data = client.get(f"/article/{ids['one']}/revisions.json").json
    assert data["releases"] == [{"release": "v1.0.0", "revision": 1}, {"release": "v1.1.0", "revision": 2}]
    assert [one["revision"] for one in data["revisions"]] == [2, 1]
    assert "Revision 2 is the current one." in client.get(f"/article/{ids['one']}/revision/1").text
    # In the first release it is the only one.
    assert client.get(f"/v/v1.0.0/article/{ids['one']}/revisions.json").json["total"] == 1


def test_duplicates_why_and_quarantine(client: Client, ids: dict[str, str]) -> None:
    pair = {ids["wire"], ids["copy"]}
    for one in pair:
        found = client.get(f"/article/{one}/duplicates.json").json
        assert {found["first"]["article_id"], *(row["article_id"] for row in found["duplicates"])} == pair
        assert {one, found["compared_with"]} == pair
    assert client.get(f"/article/{ids['copy']}/duplicates?with={ids['script']}").status == 200
    why = client.get(f"/article/{ids['one']}/why.json").json
    assert [one["decision"]["decision"] for one in why["documents"]] == ["superseded", "article"]
    quarantine = client.get("/quarantine.json").json
    assert quarantine["documents"] == 2
    assert quarantine["checks"]["text_short"] == 2
    assert client.get("/quarantine?check=text_short").status == 200


def test_a_day_shows_what_was_known_then(client: Client, ids: dict[str, str]) -> None:
    for day in ("2024-02-03", "2024-02-04", "2024-03-04"):
        then = corpus.open(repo=client.versions.repository.root, as_of=day).scan().collect()
        assert client.get(f"/index.json?asof={day}").json["articles"] == len(then)
    assert client.get(f"/article/{ids['one']}.json?asof=2024-02-04").json["article"]["revision"] == 1
    # Links stay with the day and the version.
    page = client.get("/v/v1.1.0/?asof=2024-02-04").text
    assert f'href="/v/v1.1.0/article/{ids["one"]}?asof=2024-02-04"' in page


def test_what_changed_between_releases(client: Client, ids: dict[str, str]) -> None:
    found = client.get("/diff/v1.0.0/v1.1.0.json").json
    assert found["counts"]["corrected"] == 1
    page = client.get("/diff/v1.0.0/v1.1.0?kind=corrected").text
    assert f'href="/v/v1.1.0/article/{ids["one"]}"' in page
    assert html.escape(SCRIPT) in page


MISSING = [
    "/nothing", "/article", "/article/x", "/article/..%2F..%2Fetc%2Fpasswd", "/article/%00", f"/article/{'0' * 32}",
    f"/article/{'0' * 31}'", "/article/" + "a" * 5_000, "/v/--output=x/", "/v/%2e%2e/", "/v/nothing/", "/?asof=tomorrow",
    "/?asof=2024-02-30", "/diff/v1.0.0", "/diff/v1.0.0/v9.0.0", "/diff/v1.0.0/v1.1.0?kind=odd", "/quarantine?check=odd",
    "/quarantine?page=7", "/releases?page=7", f"/article/{'0' * 32}/revision/1", "/%f0%28%8c%28", "/v/%ff/",
    "/diff/v1.0.0/v1.1.0?kind=added&page=100000",
]  # fmt: skip


@pytest.mark.parametrize("target", MISSING)
def test_what_is_missing_is_named_in_a_sentence(client: Client, target: str) -> None:
    reply = client.get(target)
    assert reply.status == 404
    assert "Traceback" not in reply.text
    assert "<h1>Not found</h1>" in reply.text
    path, mark, query = target.partition("?")
    assert client.get(f"{path.rstrip('/')}.json{mark}{query}").status == 404


def test_data_that_are_not_at_hand_are_an_error_in_words(hostile_root: Path, tmp_path: Path) -> None:
    copy_beside_readers(hostile_root, tmp_path / "repo")
    shutil.rmtree(tmp_path / "repo/.dvc/cache")
    bare = Client(tmp_path / "repo")
    for target in ("/", "/search?q=line", f"/article/{'0' * 32}", "/v/v1.0.0/", "/quarantine", "/diff/v1.0.0/v1.1.0"):
        reply = bare.get(target)
        assert (reply.status, "Traceback" in reply.text) == (503, False), target
        assert "not in the DVC cache" in reply.text
    assert bare.get("/releases").status in {200, 503}
    with pytest.raises(MissingObjects):
        _ = bare.versions.open().holdings


# --- the parts


@pytest.mark.parametrize("rev", [None, "v1.0.0", "corpus@v1.0.0", "feature/odd #1?&", "ünïcode", "100%"])
@pytest.mark.parametrize("as_of", [None, "2024-02-03"])
def test_addresses_read_what_they_wrote(rev: str | None, as_of: str | None) -> None:
    query = {"q": ("a&b=c", "ö"), "page": ("2",)}
    path, _, rest = Address(rev, as_of).to("diff", "a/b", "c", **query).partition("?")
    asked = read(path, rest)
    assert (asked.address, asked.segments, asked.query) == (Address(rev, as_of), ("diff", "a/b", "c"), query)
    path, _, rest = asked.data.partition("?")
    assert read(path, rest).as_json
    assert read(path, rest).segments == asked.segments


def test_texts_are_cut_at_paragraphs() -> None:
    text = f"One\n\nTwo\nlines\n\n\n{'x' * (PART + 5)}\n\nLast"
    found = list(pieces(text, [5]))
    assert [(piece.text[:3], piece.is_heading) for piece in found] == [
        ("One", False), ("Two", True), ("xxx", False), ("xxx", False), ("Las", False),
    ]  # fmt: skip
    assert all(text[piece.start : piece.end] == piece.text for piece in found)
    assert [sum(len(piece.text) for piece in part) <= PART for part in parts(found)] == [True] * 2 + [True]
    assert parts([]) == [[]]


def test_marks_and_unseen_characters() -> None:
    assert str(marked(Piece(10, "a <b> c"), [(0, 11), (12, 15), (16, 99)])) == (
        "<mark>a</mark> <mark>&lt;b&gt;</mark> <mark>c</mark>"
    )
    assert str(shown("a\u200bb\x00\u2066")) == (
        'ab\N{REPLACEMENT CHARACTER}<span class="unseen" title="left-to-right isolate (U+2066)">LRI</span>'
    )


# --- for real


def started(root: Path, *arguments: str) -> tuple[subprocess.Popen[str], dict[str, object]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "corpus", "browse", "--no-open", "--port", "0", "--json", *arguments],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **UNMEASURED},
    )  # fmt: skip
    assert process.stdout is not None
    printed = ""
    while not printed.endswith("}\n") and (line := process.stdout.readline()):
        printed += line
    assert printed, process.communicate()
    return process, json.loads(printed)


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_the_command_serves_until_it_is_asked_to_end(hostile_root: Path) -> None:
    def files() -> list[Path]:
        # It writes its index, and nothing else.
        # Tests of other workers read this corpus too: what they write for a moment has the number of a process.
        return sorted(
            Path(folder, name).relative_to(hostile_root)
            for folder, folders, names in os.walk(hostile_root)
            for name in names
            if not {".git", "newscorpus"} & set(Path(folder).relative_to(hostile_root).parts)
            and not re.search(r"\.\d+$", name)
        )

    before = files()
    process, printed = started(hostile_root, "v1.0.0")
    try:
        address = str(printed["address"])
        base = address.partition("?")[0]
        assert base == f"http://127.0.0.1:{printed['port']}/"
        assert (printed["schema"], printed["version"], printed["articles"]) == ("corpus browse/1", "v1.0.0", 13)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(address) as answer:
            assert (answer.status, answer.url, answer.headers["server"]) == (200, base, None)
        with opener.open(f"{base}index.json") as answer:
            assert json.load(answer)["articles"] == 13
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(base)  # noqa: S310
        used = subprocess.run(
            [sys.executable, "-m", "corpus", "browse", "--no-open", "--port", str(printed["port"])],
            cwd=hostile_root, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, **UNMEASURED},
        )  # fmt: skip
        assert used.returncode == 2
        assert f"Port {printed['port']} is in use." in used.stderr
    finally:
        found = ended(process, signal.SIGTERM)
    assert found == (0, "", "")
    assert files() == before


def test_the_repository_of_another_user_is_refused_at_once(hostile_root: Path) -> None:
    """Each page asks git; git works in it only where its user said so."""
    done = subprocess.run(
        [sys.executable, "-m", "corpus", "browse", "--no-open", "--port", "0"], cwd=hostile_root, capture_output=True,
        text=True, check=False, timeout=120, env={**os.environ, **UNMEASURED, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "belongs to another user. If you trust it, run `git config --global --add safe.directory" in done.stderr
    assert done.stderr.count("\n") == 1


def axe() -> str:
    """The source of axe-core; Python's Playwright, which its package is for, is not installed."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def test_a_browser_asks_no_other_host_scrolls_one_way_and_every_page_is_accessible(
    hostile_root: Path, client: Client, ids: dict[str, str], tmp_path: Path
) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("There is no Chromium here.")
    when_indexed(client, "/search.json")
    process, printed = started(hostile_root)
    base = f"http://127.0.0.1:{printed['port']}"
    try:
        with chromium(tmp_path / "profile") as browser:
            browser.open(str(printed["address"]), 390)
            judge = axe()
            seen = Counter[str]()
            for number, target in enumerate(["/", *pages(ids)]):
                kind = re.sub("[0-9a-f]{32}", "", target)
                seen[kind] += 1
                if seen[kind] > 3:
                    # One article looks like another.
                    continue
                for width in (390, 1280):
                    # Of each kind some are judged: narrow or wide, light or dark.
                    is_judged = seen[kind] < 3 and width == (390, 1280)[number % 2]
                    browser.darken(is_dark=is_judged and bool(number // 2 % 2))
                    browser.open(base + target, width)
                    assert browser.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (target, width)
                    assert browser.evaluate(SMALL) == [], (target, width)
                    assert browser.evaluate(WRAPPED) == [], (target, width)
                    assert not is_judged or browser.violations(judge) == [], (target, width)
                    assert not is_judged or browser.walk() == [], (target, width)
            # The log would name a host that is only looked up. It is written some events at a time, and later.
            numbers = count()
            browser.wait_for(lambda: browser.looks_up(next(numbers)))
            requests = {url for url in browser.requests if not url.startswith(("data:", "about:"))}
            assert {url for url in requests if not url.startswith(f"{base}/")} == set()
            assert f"{base}/style.css" in requests
        assert {host for host in browser.hosts() if not host.startswith("control-")} == {"127.0.0.1"}
    finally:
        assert ended(process, signal.SIGINT) == (0, "", "")


# Words in context that take more than a line, where there is room for lines.
WRAPPED = """
[...document.querySelectorAll(".kwic :is(.before, .after)")].filter(
  e => innerWidth >= 768 && e.clientHeight > 1.5 * parseFloat(getComputedStyle(e).lineHeight)
).map(e => e.textContent).slice(0, 3)
"""
# Elements with text of their own that is smaller than 12 pixels.
SMALL = """
[...document.querySelectorAll("body *")].filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim()))
.filter(e => !e.closest(".unheard, .skip, title, desc")).map(e => {
  const svg = e.ownerSVGElement, box = svg && svg.viewBox.baseVal;
  const scale = box && box.width ? svg.getBoundingClientRect().width / box.width : 1;
  return [e.tagName, e.textContent.slice(0, 20), parseFloat(getComputedStyle(e).fontSize) * scale];
}).filter(one => one[2] < 11.95).slice(0, 3)
"""
