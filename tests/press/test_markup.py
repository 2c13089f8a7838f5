"""HTML of exports by its tags: quotes that are torn, and tags without end."""

from __future__ import annotations

import pytest

from corpus.press.parsing import markup


@pytest.mark.parametrize(
    "piece",
    [
        'in spring.</pre></div><br clear="all" style="page-break-before ', "<p class=\"a' id='b\">fog ", '<a href="x>fog ',
        "<td a='b\" c='d ", '<b =">fog</b> ', "<div\n='a' \"b ",
    ],
)  # fmt: skip
def test_torn_quotes_cost_no_more_than_their_length(piece):
    # Ten times as much text, in which each tag may end at the end of the file.
    texts = [
        "".join(one.text for one in markup.read(f"<p>First.</p>{piece * count}<p>Last.</p>")) for count in (900, 9_000)
    ]
    assert all(text.startswith("First.") for text in texts)
    assert len(texts[1]) <= 11 * len(texts[0])


@pytest.mark.parametrize(("attributes", "is_tag"), [(3, True), (150, True), (1_000, False)])
def test_a_tag_with_more_attributes_than_any_real_one_is_text(attributes, is_tag):
    written = ' data-a="<b>"' * attributes
    (one,) = markup.read(f"<p{written}>Fog.</p>")[-1:]
    assert (one.text == "Fog.") is is_tag


def test_a_long_value_in_quotes_is_one_part_of_its_tag():
    picture = "data:image/png;base64," + "A" * 200_000
    assert [one.text for one in markup.read(f'<p>One <img src="{picture}" alt="a > b"> two.</p>')] == ["One two."]


def test_what_is_known_of_elements_in_one_page_says_nothing_of_another():
    piece = '<div class="a"><p class="b">Fog.</p></div>'
    bold = "<style>.b { font-weight: bold }</style>"
    within = f'<div class="a"><p class="b">One.</p>{bold}<p class="b">Two.</p></div>'
    for _ in range(2):
        assert [one.bold for one in markup.read(piece)] == [False]
        assert [one.bold for one in markup.read(bold + piece)] == [True]
        assert [one.bold for one in markup.read(within)] == [False, True]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<!-- <p>No.</p> -->Fog", "Fog"),
        ("<script>if (a < b) { c = '<p>' }</script>Fog", "Fog"),
        ('<b title="a < b > c">Fog</b>', "Fog"),
        ("<b title='a\" > b'>Fog</b>", "Fog"),
        ("a < b", "a < b"),
        ("Fog <b", "Fog <b"),
        ('<b title="x>Fog', "Fog"),
    ],
)
def test_tags_that_do_not_end_at_the_next_bracket(written: str, expected: str):
    assert "".join(one.text for one in markup.read(f"<p>{written}</p>")) == expected
