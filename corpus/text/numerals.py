"""Write numbers of other scripts in ASCII: decimal digits, full-width forms, and numerals of Chinese and Japanese."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import decimal

# Full-width marks beside digits.
_MARKS: Final = str.maketrans("：，／．－（）［］　｜～", ":,/.-()[] |~")
_ONES: Final = {name: value for value, names in enumerate(("〇零○", *"一二三四五六七八九")) for name in names}
_TENS: Final = {"十": 10, "百": 100}
# 二〇二三年六月五日, 一百一十二年, 二十五日
_NUMERAL: Final = re.compile(f"[{''.join((*_ONES, *_TENS))}]{{1,6}}(?=[年月日])")


def plain(text: str) -> str:
    """Return a text with digits and marks of other scripts in ASCII, and Chinese numerals of a date as digits."""
    text = "".join(str(decimal(one, one)) for one in text).translate(_MARKS)
    return _NUMERAL.sub(lambda found: _number(found[0]), text) if "月" in text else text


def _number(written: str) -> str:
    """Return a numeral as digits: one digit after the other, or with tens and hundreds."""
    if not any(one in _TENS for one in written):
        return "".join(str(_ONES[one]) for one in written)
    total = one = 0
    for letter in written:
        if letter in _TENS:
            total, one = total + (one or 1) * _TENS[letter], 0
        else:
            one = _ONES[letter]
    return str(total + one)
