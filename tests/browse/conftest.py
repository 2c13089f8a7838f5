"""A corpus that attacks the pages that show it, in many languages, with revisions and two releases; built once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.browse.client import Client
from tests.conftest import BODY, Corpus, made_once

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "<script>alert(1)</script>"
WIRE = "The ferry across the harbour runs again since Tuesday, ten days after its crew had gone on strike over pay."
EVIL = "https://evil.example.com"
# language: a title and a text, some of them from the right to the left or without spaces
LANGUAGES = {
    "ar": ("المجلس البلدي يوافق على خط ترام ثان", "وافق المجلس البلدي يوم الاثنين على خط ترام جديد بعد أربع ساعات من النقاش."),
    "he": ("מועצת העיר אישרה קו חשמלית שני", "מועצת העיר אישרה ביום שני קו חשמלית חדש לאחר ארבע שעות של דיון ארוך."),
    "zh": ("市议会批准第二条电车线路", "市议会周一经过四小时辩论后批准了一条新的电车线路，工程将于明年春季开工，预计三年后迎来首批乘客。"),
    "th": ("สภาเมืองอนุมัติรถรางสายที่สอง", "สภาเมืองอนุมัติรถรางสายใหม่เมื่อวันจันทร์หลังจากอภิปรายนานสี่ชั่วโมง"),
    "de": ("Straßenbahn genehmigt", "Der Stadtrat hat am Montag nach langer Debatte eine neue Straßenbahnlinie gebilligt."),
}  # fmt: skip


def row(slug: str, title: str, text: str, **more: object) -> dict[str, object]:
    return {"title": title, "text": text, "url": f"https://www.example.com/{slug}", "date": "2024-02-03", **more}


def make(root: Path) -> None:
    from corpus.app.init import init

    repo = Corpus(init(root / "repo").root)
    hostile = [
        row("script", f"{SCRIPT} & \"quotes\" 'single' story", f"<img src={EVIL}/x onerror=alert(1)> {BODY}",
            authors=[f"<i>{SCRIPT}</i>"], section='"><b onmouseover=alert(1)>', keywords=["</code>", "]]>"]),
        row("bidi", "A story \u202egnp.exe\u202c of the harbour", f"{BODY} Overridden \u202eneddih\u202c, \u2066isolated\u2069."),
        row("address", "A story with an address of its own", f"{BODY} One more.", authors=["javascript:alert(1)"]),
        row("long", "A long story", "\n\n".join(f"{BODY} Paragraph {number}." for number in range(400))),
        row("wide", "W" * 250, f"{BODY} {'w' * 3_000}", authors=["A" * 150 for _ in range(40)]),
        row("one", "Council approves the line", f"{BODY}\n\nThe mayor was pleased.", language="en"),
        row("wire", "A ferry runs again", WIRE),
        row("copy", "The ferry runs again", WIRE),
        row("short", "Too short", "x"),
        {"title": SCRIPT, "text": f"{SCRIPT} x", "url": f"javascript:alert(1)//{SCRIPT}"},
        *(row(f"{tag}-1", title, f"{text}\n\n{text} 2", language=tag) for tag, (title, text) in LANGUAGES.items()),
    ]  # fmt: skip
    (root / "first.jsonl").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in hostile))
    later = [row("one", "Council approves the new line", f"{BODY}\n\nThe mayor was {SCRIPT} pleased.", language="en")]
    (root / "later.jsonl").write_text("\n".join(map(json.dumps, later)))
    repo.run("add", "--captured-at", "2024-02-04", "--licence", SCRIPT, str(root / "first.jsonl"))
    repo.build()
    repo.commit()
    repo.git("tag", "--annotate", "-m", f"The first {SCRIPT}", "corpus@v1.0.0")
    repo.run("add", "--captured-at", "2024-03-04T05:06:07Z", str(root / "later.jsonl"))
    repo.build()
    repo.commit()
    repo.git("tag", "--annotate", "-m", "The second", "corpus@v1.1.0")


@pytest.fixture(scope="session")
def hostile_root(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Path:
    return made_once(tmp_path_factory, "browse", make) / "repo"


@pytest.fixture(scope="module")
def client(hostile_root: Path) -> Client:
    return Client(hostile_root)


@pytest.fixture(scope="module")
def ids(client: Client) -> dict[str, str]:
    """The id of each article, by the last part of its address."""
    found = client.versions.open().scan("articles").select("url", "article_id").collect()
    return {str(url).rpartition("/")[2]: article_id for url, article_id in found.iter_rows()}
