"""One word for one thing, and modern ones: the words of `tests.docs.words` may only become fewer."""

from __future__ import annotations

import pytest
import yaml

from tests.docs import words


def test_no_module_has_more_of_the_old_words_than_are_on_record() -> None:
    allowed = yaml.safe_load(words.RECORD.read_text())
    rose = {
        name: [f"line {line}: {word!r} in {excerpt!r}" for line, word, excerpt in words.in_module(words.ROOT / name)]
        for name, number in words.counts().items()
        if number > allowed.get(name, 0)
    }
    assert not rose, "\n".join([
        "Choose other words (docs/glossary.md, tests/docs/words.py), or lower the count elsewhere in the file:",
        *(f"{name} may have {allowed.get(name, 0)}:\n  " + "\n  ".join(lines) for name, lines in rose.items()),
    ])  # fmt: skip


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
            ('x = f"{y} stands in {z}"', ["stands"]),
            ('raise ValueError("that is none")', ["is none"]),
            ('x = "a list, of which three"', ["of which"]),
            ("# told in a comment\nx = told", []),
            ('x = "standing, wholesale, untold, saidly, mere, here"', []),
            ("def tell(): ...", []),
        ],
    )
    def test_names_strings_and_docstrings(self, source: str, found: list[str]) -> None:
        assert [word for _, word, _ in words.found_in(source)] == found
