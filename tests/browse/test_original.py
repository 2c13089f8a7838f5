"""The document of an article: its source as text, and the page in it without anything that could run or be fetched."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from corpus.app.check import check_here
from corpus.browse.originals import Original
from corpus.browse.sanitised import KEPT, sanitised
from corpus.browse.witnesses import explanation_of
from corpus.settings import Ingest
from tests.browse.client import Client
from tests.conftest import BODY, Corpus

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><style><img src=https://evil.example/x></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)" ping=https://evil.example>text</a>',
    "<link rel=dns-prefetch href=//evil.example><link rel=stylesheet href=//evil.example/x.css>",
    "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<iframe srcdoc='<script>1</script>'></iframe><object data=//evil.example></object><embed src=//evil.example>",
    '<div style="background:url(https://evil.example/x)" background=//evil.example>text</div>',
    "<video poster=//evil.example><source src=//evil.example><track src=//evil.example></video>",
    '<p title="</style><script>alert(1)</script>">text</p>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<form action=//evil.example><input name=a><button formaction=//evil.example>Send</button></form>",
    "<template><script>1</script></template><plaintext><script>2</script>",
    "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>",
    "<image href=//evil.example></image><picture><source srcset=//evil.example/x><img srcset=//evil.example/y></picture>",
]
_TAG = re.compile(r"<(/?)([^\s>/]+)([^>]*)>")


def body_of(page: str) -> str:
    return page.partition("<body>")[2].removesuffix("</body></html>\n")


@pytest.mark.parametrize("page", HOSTILE)
def test_nothing_is_left_that_runs_or_is_fetched(page: str) -> None:
    body = body_of(sanitised(page))
    tags = _TAG.findall(body)
    assert {name for _, name, _ in tags} <= KEPT
    for _, _, attributes in tags:
        assert re.fullmatch(r'( (dir|lang|colspan|rowspan|datetime|class)="[^"<>]*")*', attributes)
    assert "evil.example" not in _TAG.sub("", body)
    assert "root:" not in body


def test_text_and_structure_stay() -> None:
    page = """<html lang=de><head><title>T</title></head><body><form id=aspnet><h1>Kopf</h1><p lang=fr>Un <b>mot</b> &amp; plus
    <!-- note --></p><custom-tag>inside</custom-tag> behind<img alt="A tram &lt;1&gt;" src=x><table><tr><td colspan=2>1</td></tr>
    </table><input value=x></form></body></html>"""
    body = body_of(sanitised(page))
    for part in (
        "<h1>Kopf</h1>",
        '<p lang="fr">Un <b>mot</b> &amp; plus',
        "inside behind",
        "[A tram &lt;1&gt;]",
        '<td colspan="2">1</td>',
    ):
        assert part in body
    assert "note" not in body


@pytest.mark.parametrize("page", ["", " ", "\x00\x01", "text alone", "<div>" * 5_000 + "deep", "<" * 100_000, "\ud800"])
def test_any_text_is_a_page(page: str) -> None:
    body = body_of(sanitised(page))
    opened = [name for closes, name, _ in _TAG.findall(body) if not closes and name not in {"br", "hr", "wbr"}]
    assert len(opened) == len([name for closes, name, _ in _TAG.findall(body) if closes])


def test_controls_of_direction_are_visible() -> None:
    assert "RLO" in sanitised("<p>a\u202eb</p>")
    assert "\u202e" not in sanitised("<p>a\u202eb</p>")


PAGE = """<!doctype html><html lang=en><head><title>Council approves a page</title><meta name=author content="Jane Example">
<script>alert("run")</script></head><body><article><h1>Council approves a page</h1>
<p>{body}</p><p>{body} Again, said &lt;b&gt;the mayor&lt;/b&gt;.</p><img src="https://evil.example/x.png" alt="A tram">
</article></body></html>"""


@pytest.fixture(scope="module")
def client(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("original")
    shutil.copytree(built_once, folder / "repo", symlinks=True)
    repo = Corpus(folder / "repo")
    (folder / "page.html").write_text(PAGE.format(body=BODY))
    (folder / "page.meta.json").write_text('{"url": "https://www.example.com/page"}')
    repo.run("add", "--captured-at", "2026-01-05", str(folder / "page.html"))
    repo.build()
    repo.commit()
    return Client(repo.root)


def articles(client: Client) -> dict[str, str]:
    """The ids of the articles by what their titles end with."""
    rows = client.versions.open().scan("articles").select("title", "article_id").collect().rows()
    return {title.split()[-1]: article_id for title, article_id in rows}


def test_the_source_of_a_page_and_the_page_rendered(client: Client) -> None:
    address = f"/article/{articles(client)['page']}/original"
    source = client.get(address)
    assert source.status == 200
    assert "&lt;script&gt;alert(&#34;run&#34;)&lt;/script&gt;" in source.text
    assert "page.html" in source.text
    assert "<iframe" not in source.text
    assert "<script>" not in source.text
    assert f'href="{address}?view=rendered"' in source.text
    rendered = client.get(f"{address}?view=rendered")
    assert f'<iframe class="original" sandbox title="The page, rendered" src="{address}?view=frame">' in rendered.text
    frame = client.get(f"{address}?view=frame")
    assert frame.headers["content-security-policy"].startswith("default-src 'none'; sandbox; ")
    assert "frame-ancestors 'self'" in frame.headers["content-security-policy"]
    assert frame.headers["cache-control"] == "no-store"
    assert "<h1>Council approves a page</h1>" in frame.text
    assert "[A tram]" in frame.text
    assert "evil.example" not in frame.text
    assert "alert" not in frame.text
    data = client.get(f"{address}.json").json
    assert (data["media_type"], data["part"], data["parts"]) == ("text/html", 1, 1)
    assert data["text"] == PAGE.format(body=BODY)


def test_a_seed_and_one_that_was_changed_since(client: Client) -> None:
    address = f"/article/{articles(client)['one']}/original"
    assert "Original url:" in client.get(address).text
    assert client.get(f"{address}?view=frame").status == 404
    assert client.get(f"{address}?part=2").status == 404
    path = client.versions.repository.root / "seeds/one.txt"
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"More.")
        assert "not here any more" in client.get(address).text
        # git has it as it was committed.
        assert "Original url:" in client.get(f"/v/HEAD{address}").text
        path.unlink()
        path.symlink_to("/etc/passwd")
        assert "root:" not in client.get(address).text
    finally:
        path.unlink()
        path.write_bytes(before)


# --- the witnesses of its fields


def witnesses(client: Client, name: str, rev: str = "") -> Any:
    """What the page on an article has of the witnesses of its first document."""
    address = f"{rev}/article/{articles(client)[name]}/why"
    document = client.get(f"{address}.json").json["documents"][0]["document"]["document_id"]
    reply = client.get(f"{address}.json?witnesses={document}")
    assert reply.status == 200, reply.text
    page = client.get(f"{address}?witnesses={document}")
    assert page.status == 200
    assert "<script" not in page.text
    found = reply.json["witnesses"]
    assert not found["why_not"] or html.escape(found["why_not"][:60]) in page.text
    return found


def test_the_witnesses_are_those_that_check_explains(client: Client, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE.format(body=BODY))
    (tmp_path / "page.meta.json").write_text('{"url": "https://www.example.com/page"}')
    (checked,) = check_here([tmp_path / "page.html"], explain=True).documents
    found = witnesses(client, "page")
    assert found["fields"] == checked.explanation
    assert {"title", "authors", "text"} <= found["fields"].keys()
    assert (found["why_not"], found["left_out"]) == (None, {})
    page = client.get(f"/article/{articles(client)['page']}/why?witnesses={found['document_id']}").text
    assert "✓ taken:" in page


def test_documents_without_witnesses_say_so(client: Client) -> None:
    assert "have no witnesses" in witnesses(client, "one")["why_not"]
    path = client.versions.repository.root / "seeds/one.txt"
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"More.")
        assert "not kept here any more" in witnesses(client, "one")["why_not"]
    finally:
        path.write_bytes(before)
    address = f"/article/{articles(client)['one']}/why"
    for odd in ("0" * 64, "x", "%00", "..%2f", "-1"):
        assert client.get(f"{address}?witnesses={odd}").status == 404
    assert "Witnesses of each field" in client.get(address).text


def test_bytes_that_are_not_at_hand_are_named(client: Client, tmp_path: Path) -> None:
    """The batch alone is not here; the tables are."""
    shutil.copytree(client.versions.repository.root, tmp_path / "repo", symlinks=True)
    bare = Client(tmp_path / "repo")
    for file in (tmp_path / "repo/data/raw").rglob("*.parquet"):
        md5 = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        (tmp_path / "repo/.dvc/cache/files/md5" / md5[:2] / md5[2:]).unlink(missing_ok=True)
        file.unlink()
    found = witnesses(bare, "page", "/v/HEAD")
    assert "not at hand" in found["why_not"]
    assert found["fields"] == {}


def _many() -> bytes:
    authors = "".join(f"<meta name=author content='Jane Doe {number} {'x' * 5_000}'>" for number in range(60))
    headings = "".join(f"<h1>Heading {number}</h1>" for number in range(60))
    return f"<html><head>{authors}</head><body>{headings}<p>{BODY}</p></body></html>".encode()


@pytest.mark.parametrize(
    ("data", "settings", "words"),
    [
        (b"<p>" * 1_000, {"max_bytes": 1_000}, "larger than 1,000 bytes"),
        (b"", {}, "is empty"),
        (_many(), {}, None),
        (
            b"<html><body>" + b"<p>Many words of a page that has no end at all.</p>" * 300_000,
            {"max_seconds": 1},
            "was given up",
        ),
    ],
    ids=["large", "empty", "many", "slow"],
)
def test_any_document_is_explained_within_bounds(
    monkeypatch: pytest.MonkeyPatch, client: Client, data: bytes, settings: dict[str, Any], words: str | None
) -> None:
    monkeypatch.setattr("corpus.browse.witnesses.original_of", lambda *_: Original(data))
    monkeypatch.setattr("corpus.browse.witnesses._settings", lambda _: Ingest(**settings))
    document = {"document_id": "0" * 64, "source": "page.html", "media_type": "text/html"}
    found = explanation_of(client.versions.open().version, document)
    assert (found.why_not is None) if words is None else words in str(found.why_not)
    assert all(len(some) <= 25 and all(len(one["value"]) <= 601 for one in some) for some in found.fields.values())
    assert bool(found.left_out) == (words is None)


def test_there_is_no_such_article(client: Client) -> None:
    assert client.get(f"/article/{'0' * 32}/original").status == 404
