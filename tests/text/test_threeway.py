"""Merging two edits of one text, line by line."""

from __future__ import annotations

import pytest

from corpus.text.threeway import merge

BASE = "a\nb\nc\nd\n"


@pytest.mark.parametrize(
    ("yours", "new", "merged"),
    [
        (BASE, "a\nB\nc\nd\n", "a\nB\nc\nd\n"),
        ("a\nB\nc\nd\n", BASE, "a\nB\nc\nd\n"),
        ("a\nB\nc\nd\n", "a\nB\nc\nd\n", "a\nB\nc\nd\n"),
        ("A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n"),
        ("a\nb\nc\nd\ne\n", "0\na\nb\nc\nd\n", "0\na\nb\nc\nd\ne\n"),
        ("a\nd\n", "a\nb\nc\nD\n", None),
        ("a\nc\nd\n", "a\nb\nc\nD\n", "a\nc\nD\n"),
        ("a\nb\nc\nd\nmine\n", "a\nb\nC\nD\n", "a\nb\nC\nD\nmine\n"),
        ("mine\na\nb\nc\nd\n", "A\nb\nc\nd\n", "mine\nA\nb\nc\nd\n"),
        ("a\nb\nc\nd", "a\nB\nc\nd\n", "a\nB\nc\nd\n"),
        ("a\r\nb\r\nc\r\nD\r\n", "A\nb\nc\nd\n", "A\r\nb\r\nc\r\nD\r\n"),
        ("", "a\nb\nc\nd\ne\n", None),
        ("a\nx\nc\nd\n", "a\ny\nc\nd\n", None),
        (BASE + "x\n", BASE + "y\n", None),
    ],
)
def test_edits_of_both_sides_are_merged_unless_they_clash(yours: str, new: str, merged: str | None) -> None:
    done = merge(BASE, yours, new)
    if merged is None:
        assert done.clashes
        assert done.text == yours
    else:
        assert not done.clashes
        assert done.text == merged


def test_a_clash_has_its_line_and_both_sides() -> None:
    (clash,) = merge(BASE, "a\nx\nc\nd\n", "a\ny\nz\nc\nd\n").clashes
    assert (clash.line, clash.yours, clash.new) == (2, "x\n", "y\nz\n")


@pytest.mark.parametrize(
    ("yours", "new", "merged"),
    [
        (BASE + "x\n", BASE + "y\n", BASE + "x\ny\n"),
        (BASE + "x\ny\n", BASE + "y\n", BASE + "x\ny\n"),
        ("x\n" + BASE, "y\n" + BASE, "x\ny\n" + BASE),
    ],
)
def test_lines_that_both_sides_add_are_joined_if_asked(yours: str, new: str, merged: str) -> None:
    assert merge(BASE, yours, new, join=True).text == merged
    assert not merge(BASE, yours, new, join=True).clashes


def test_lines_that_both_sides_change_clash_though_additions_are_joined() -> None:
    assert merge(BASE, "a\nx\nc\nd\n", "a\ny\nc\nd\n", join=True).clashes


def test_empty_texts() -> None:
    assert merge("", "", "a\n").text == "a\n"
    assert merge("", "a\n", "").text == "a\n"
    assert merge("", "", "").text == ""
