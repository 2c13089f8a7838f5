from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from corpus.diff.sidebyside import sides
from corpus.text.worddiff import Fate, runs


def cells(old: str, new: str) -> list[tuple[list[str], list[str]] | int]:
    """Rows as texts; a number of paragraphs left out."""
    return [
        row.skipped or tuple([["".join(run.text for run in paragraph) for paragraph in side] for side in (row.left, row.right)])
        for row in sides(runs(old, new)).rows
    ]  # fmt: skip


def test_paragraphs_are_beside_each_other():
    assert cells("One.\n\nTwo is old.\n\nThree.", "One.\n\nTwo is new.\n\nThree.") == [
        (["One."], ["One."]), (["Two is old."], ["Two is new."]), (["Three."], ["Three."]),
    ]  # fmt: skip
    assert cells("One.\n\nThree.", "One.\n\nTwo.\n\nThree.")[1] == ([], ["Two."])
    assert cells("One.\n\nTwo.\n\nThree.", "One.\n\nThree.")[1] == (["Two."], [])
    assert cells("One and two.", "One.\n\nTwo.") == [(["One and two."], ["One.", "Two."])]


def test_what_is_far_from_any_change_is_counted():
    old = "\n\n".join(f"Paragraph {number}." for number in range(20))
    found = cells(old, old.replace("Paragraph 10", "Paragraph ten"))
    assert (found[0], found[-1], len(found)) == (9, 8, 5)


def test_long_paragraphs_and_many_changes_are_bounded():
    old = "\n\n".join(f"{'a ' * 2_000}{number} {'b ' * 2_000}" for number in range(100))
    found = sides(runs(old, old.replace(" 7", " seven").replace("a 1", "a one").replace("a 2", "a two")))
    assert found.size < 300_000
    many = "\n\n".join(f"w{number} x" for number in range(200))
    found = sides(runs(many, many.replace(" x", " y")))
    assert sum(row.changed for row in found.rows) + found.left_out == 200
    assert found.left_out == 160


words = st.lists(st.sampled_from(["tram ", "bus ", "\n\n", "line. ", "京"]), max_size=30).map("".join)


@given(words, words)
@example("bus \n\n", "bus \n\n\n\ntram \n\ntram ")
def test_nothing_is_lost(old, new):
    found = sides(runs(old, new))
    kinds = {Fate.KEPT, Fate.REMOVED}, {Fate.KEPT, Fate.ADDED}
    for row in found.rows:
        for side, allowed in zip((row.left, row.right), kinds, strict=True):
            assert all(run.fate in allowed for paragraph in side for run in paragraph)
    if not any(row.skipped for row in found.rows) and not found.left_out:
        for side, text in (("left", old), ("right", new)):
            shown = "".join(run.text for row in found.rows for paragraph in getattr(row, side) for run in paragraph)
            assert shown == text.replace("\n", "")
