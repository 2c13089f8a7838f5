"""How deep the elements of a page are within each other, whatever its tags close."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from corpus.formats.html import bounds, page

_TAGS = ("<b>", "</b>", "<table class=x>", "</TABLE>", "</i>", "<i>", "<p>", "</p>", "x", "<!-- <b> -->", "<verylongname>", "</verylongnam>")  # fmt: skip


def depth(page: str) -> int:
    """Return how many elements are open at once, counted tag by tag."""
    open_: Counter[str] = Counter()
    deepest = 0
    for tag in page.replace("<!-- <b> -->", "").lower().replace(" class=x", "").split("<")[1:]:
        name = tag.partition(">")[0]
        bare = name.lstrip("/")[:8]
        if bare == "p":
            continue
        if not name.startswith("/"):
            open_[bare] += 1
        elif open_[bare]:
            open_[bare] -= 1
        deepest = max(deepest, open_.total())
    return deepest


@pytest.mark.parametrize("seed", range(20))
def test_as_many_are_open_as_tags_opened_and_none_closed(seed, monkeypatch):
    draw = random.Random(seed)
    written = "".join(draw.choices(_TAGS, k=draw.randrange(4, 80)))
    monkeypatch.setattr(bounds, "MOST_OPEN", -1)
    found = bounds.look(written.encode()).fault
    assert int((found or "0").partition(" ")[0]) == depth(written)


@pytest.mark.parametrize(
    "opened",
    [
        "<table><tr><td>Title:</td><td>Town</strong></p>", "<div>x</span>", "<section><em>x</em></b>", "<x-one></x-two>",
        "<TABLE><td></DIV>", "<div></span></span></b></i>", "<ul><li></ol>", "<a href=#1></b>",
    ],
)  # fmt: skip
def test_tags_that_close_nothing_hide_no_depth(opened):
    assert (bounds.look((opened * 3_000).encode()).fault or "").endswith(" elements within each other")


def test_names_without_end_cost_no_more_than_their_sorting():
    written = "".join(f"<n{number:x}></m{number:x}>" for number in range(50_000))
    assert bounds.look(written.encode()).fault == "50,000 elements within each other"
    assert bounds.look("".join(f"<n{number:x}></n{number:x}>" for number in range(50_000)).encode()).fault is None


@pytest.mark.parametrize(
    ("opened", "levels"), [("<div>", 1), ("<table><tr><td>", 4), ("<ul><li>", 2), ("<blockquote><p>", 1)]
)
def test_a_tree_of_more_levels_than_browsers_make_is_refused(opened, levels):
    few = 500 // levels
    assert page.read((opened * few + "x").encode()) is not None
    with pytest.raises(page.Unreadable, match="elements within each other"):
        page.read((opened * (few + 60) + "x" + "<p>x" * 2_000).encode())
