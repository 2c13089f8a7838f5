"""What is not seen where it stands is made visible."""

from __future__ import annotations

import json
import unicodedata

import pytest

from corpus.report.untrusted import one_line, visible
from corpus.text.visible import in_json, on_a_line

UNSEEN = [
    "\u202e", "\u202c", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\u2028", "\u2029", "\u200b", "\u2060", "\ufeff", "\u00ad",
    "\u180e", "\u2063", "\u206a", "\u3164", "\uffa0", "\u115f", "\ufff9", "\U000e0041", "\U000e0001", "\U000e007f", "\U000e0101", "\u034f",
]  # fmt: skip
CONTROLS = ["\x1b", "\x7f", "\x9b", "\x85", "\x00", "\x08", "\r", "\n", "\x9d"]


@pytest.mark.parametrize("letter", [*UNSEEN, *CONTROLS])
def test_no_letter_is_hidden(letter: str) -> None:
    text = f"a{letter}b"
    line = on_a_line(text)
    assert line.isprintable()
    assert letter not in line
    assert len(line) >= 3
    shown = in_json(json.dumps({"k": text}, ensure_ascii=False))
    assert letter not in shown
    assert json.loads(shown) == {"k": text}
    assert letter not in one_line(text)
    assert letter == "\n" or letter not in visible(text)


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "👨‍👩‍👧", "Ärger – “so” … 1 €", "عربي עברית", "東京 ❤️", "a\\u202eb"])
def test_what_is_written_stays(text: str) -> None:
    assert on_a_line(text) == text
    assert in_json(text) == text


@pytest.mark.parametrize("text", ["pay\u200dpal", "\u200cpaypal", "paypal\u200d", "a\u200c\u200db"])
def test_joiners_among_latin_letters_are_shown(text: str) -> None:
    assert "\\u200" in on_a_line(text)
    assert not any(unicodedata.category(letter) == "Cf" for letter in on_a_line(text))


def test_lines_of_json_stay() -> None:
    text = json.dumps({"a": ["\x7f", "\u202e"]}, indent=2, ensure_ascii=False)
    assert in_json(text).count("\n") == text.count("\n")
    assert json.loads(in_json(text)) == {"a": ["\x7f", "\u202e"]}
