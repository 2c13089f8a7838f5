"""One word for one thing, and modern ones: nothing uses the words of `tests.docs.words`."""

from __future__ import annotations

import pytest

from tests.docs import words


def test_no_module_uses_the_old_words() -> None:
    found = [
        f"{path.relative_to(words.ROOT)}:{line}: {word!r} in {excerpt!r}"
        for path in words.files()
        for line, word, excerpt in words.in_module(path)
    ]
    assert not found, "\n".join(["Choose other words (docs/glossary.md, tests/docs/words.py):", *found])


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "params.yaml", *sorted(
    str(path.relative_to(words.ROOT)) for path in (words.ROOT / "docs").rglob("*.md")
)])  # fmt: skip
def test_pages_that_people_read_have_none_of_them(name: str) -> None:
    text = (words.ROOT / name).read_text(encoding="utf-8")
    # What commands print is counted where they print it.
    import re

    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    # "said" and "told" are good verbs in prose; as names, and in messages, they are counted.
    assert [found for found in words.in_text(prose) if found[0] not in {"said", "told"}] == []


class TestFinding:
    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ("def told(): ...", ["told"]),
            ("def f(said): ...", ["said"]),
            ("class WholeFile: ...", ["whole"]),
            ("x.held = 1", ["held"]),
            ("what_is_said = 1", ["said"]),
            ('"""It is told here."""', ["told"]),
            ('"""`text` is None where it is not known, a whole number elsewhere."""', []),
            ('x = f"{y} stands in {z}"', ["stands"]),
            ('raise ValueError("that is none")', ["is none"]),
            ('x = "a list, of which three"', ["of which"]),
            ("# told in a comment\nx = told", ["told"]),
            ('x = "standing, wholesale, untold, saidly, mere, here"', []),
            ("def tell(): ...", []),
        ],
    )
    def test_names_strings_docstrings_and_comments(self, source: str, found: list[str]) -> None:
        assert [word for _, word, _ in words.found_in(source)] == found
