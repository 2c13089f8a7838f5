"""A page's elements in columns, its names in bits, and what bounds its markup: the quick ways agree with the plain ones."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from corpus.formats import several
from corpus.formats.html import bounds, layout
from corpus.formats.html.outline import Outline

PAGE = (
    "<html><head><meta itemprop=datePublished content=2020-01-01><title>T</title></head><body><main><h1>One</h1>"
    "<p>Text <a href=/a>of <b>two</b></a> links<br>and <a>an anchor</a>.</p><ul><li><a href=/b><h2>Teaser</h2></a></li></ul>"
    "<time itemprop=datePublished>2 January</time></main><footer><a rel='nofollow LICENSE' href=/c>CC</a></footer></body></html>"
)


def test_layout_has_each_elements_text_place_and_links() -> None:
    tree = LexborHTMLParser(PAGE)
    assert tree.body is not None
    made = layout.walk(tree.body)
    number = {tag: made.tags.index(tag) for tag in set(made.tags)}
    assert made.text(number["p"]) == "Text of two links\u2028and an anchor."
    assert made.linked_length(number["p"]) == len("of two")
    assert made.linked_length(number["h2"]) == 0
    assert made.is_within(number["b"], number["p"])
    assert not made.is_within(number["ul"], number["p"])
    assert made.text(number["main"]) == "OneText of two links\u2028and an anchor.Teaser2 January"
    assert [made.tags[above] for above in (made.parents[number["h2"]], made.parents[number["li"]])] == ["a", "ul"]
    assert made.parents[0] == -1


def test_outline_has_elements_by_name_item_and_relation() -> None:
    outline = Outline(LexborHTMLParser(PAGE))
    assert [tag for tag, _ in outline.headings] == ["h1", "h2"]
    assert len(outline.named("datePublished")) == 2
    assert [node.tag for node in outline.named("datePublished", in_body=True)] == ["time"]
    assert [node.text() for node in outline.related("license")] == ["CC"]
    assert [address for address, _ in outline.addresses] == ["/a", "/b", "/c"]
    assert outline.has("ul")
    assert not outline.has("ol")


@pytest.mark.parametrize(
    ("page", "is_refused"),
    [
        (b"<p>" * 5_000, False),
        (b"<b>" * (bounds.MOST_OPEN + 1), True),
        (b"<b></b>" * 20_000, False),
        (b"</b>" * 5_000 + b"<b>" * (bounds.MOST_OPEN + 1), True),
        (b"<!--" + b"</b>" * 5_000 + b"-->" + b"<b>" * (bounds.MOST_OPEN + 1), True),
        (b"<p>" + b"a " * bounds.LONGEST_TAG + b"</p>", False),
        (b"<p " + b"a " * bounds.LONGEST_TAG + b"></p>", True),
        (b"x" * 3 * bounds.LONGEST_TAG, False),
    ],
)  # fmt: skip
def test_bounds_are_the_same_whether_a_page_has_few_tags_or_many(page: bytes, *, is_refused: bool) -> None:
    assert (bounds.look(page).fault is not None) is is_refused


def test_labels_in_scripts_are_of_no_article() -> None:
    one = "<p><b>Title:</b> A day</p><p><b>Publication:</b> The Gazette</p><p><b>Date:</b> 3 May 2020</p>"
    assert several.in_page(f"<html><body>{one * 4}</body></html>") is not None
    for page in (one * 4, one.replace(":", "：") * 4, one.replace(":</b>", ": </b>") * 4):
        assert several.in_page(page, page.encode()) is not None
    assert several.in_page(one, one.encode()) is None
    assert several.in_page("", b"") is None
    assert several.in_page(f"<html><body><script>{one * 4}</script><style>") is None
    assert several.in_page(f"<html><body>{one * 4}<script>var a = 1;") is not None
