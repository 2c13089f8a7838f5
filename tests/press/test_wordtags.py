"""Pieces of Word documents are read without a tree, and give the same blocks as with one."""

from __future__ import annotations

import io
import random

import pytest

from corpus.press.parsing import wordtags, wordxml
from corpus.press.splitting import word
from tests.golden.wordfiles import document, field, paragraph, run

INNER = [
    '<w:p w:rsidR="1"/>', "<w:p/>", "<w:p></w:p>", "<w:p><w:pPr><w:jc w:val='center'/></w:pPr></w:p>",
    "<w:p><w:r><w:t/><w:t> x </w:t><w:tab/><w:t>y</w:t><w:br w:type='page'/><w:t>z</w:t></w:r></w:p>",
    '<w:p><w:pPr><w:pStyle w:val="Heading 1"/><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>a &amp; b &lt;c&gt;</w:t></w:r></w:p>',
    "<w:p><w:r><w:rPr><w:b w:val='0'/><w:vanish/></w:rPr><w:t>gone</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>By:</w:t></w:r></w:p>",
    "<w:p><w:r><w:t>a\r\nb\rc\n</w:t></w:r><w:del><w:r><w:delText>no</w:delText></w:r></w:del></w:p>",
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    "<w:p><w:r><w:t>&#8364;&#x20AC;&quot;&apos;</w:t></w:r><w:r><w:rPr><w:bCs/><w:szCs w:val='40'/></w:rPr><w:t>t</w:t></w:r></w:p>",
]  # fmt: skip


def pieces(data: bytes) -> list[bytes]:
    return [one.data for one in word.parts(io.BytesIO(data), lambda one: "Fog" in one.text)]


def made(seed: int) -> bytes:
    draw = random.Random(seed)
    parts = [
        paragraph(run("Fog", bold=True, size=14), centred=True, bookmark="Bookmark_1", link="rId7"),
        field("By & by", "Jane <Doe>"),
        *draw.choices(INNER, k=12),
        paragraph(run("港に霧\nTäg")),
        paragraph(run("Fog again")),
        *draw.choices(INNER, k=12),
    ]
    return document(parts, {"rId7": "https://example.com/a?b=1&c=2"})


@pytest.mark.parametrize("seed", range(20))
def test_the_same_blocks_as_with_a_tree(seed):
    for piece in pieces(made(seed)):
        assert wordtags.read(piece) == wordxml.of_tree(piece) == wordxml.read(piece)


@pytest.mark.parametrize(
    "inner",
    [
        "<!-- <w:p><w:r><w:t>no</w:t></w:r></w:p> -->",
        "<w:p><w:r><w:t><![CDATA[a < b]]></w:t></w:r></w:p>",
        "<w:p><w:r><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></w:r></w:p>",
        '<x:p xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><x:r><x:t>y</x:t></x:r></x:p>',
    ],
)
def test_what_is_more_than_elements_and_text_is_read_with_a_tree(inner):
    piece = pieces(document([inner, paragraph(run("End"))]))[0]
    assert wordxml.read(piece) == wordxml.of_tree(piece)


@pytest.mark.parametrize("inner", ["<w:p>" * 200_000, "<w:p><w:r>" * 100_000 + "</w:p>", "<w:p>x</w:p>" * 100_000])
def test_a_torn_document_costs_no_more_than_its_length(inner):
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    assert wordtags.read(head + inner.encode() + b"<w:p><w:r><w:t>End</w:t></w:r></w:p>")[-1].text == "End"
