"""The document of an article: its source as text, and the page in it without anything that could run or be fetched."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from corpus.browse.sanitised import KEPT, sanitised
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


def test_there_is_no_such_article(client: Client) -> None:
    assert client.get(f"/article/{'0' * 32}/original").status == 404
