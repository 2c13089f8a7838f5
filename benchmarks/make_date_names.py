"""Write the names of months and days that `corpus.text.named` knows, from CLDR as Babel has it.

Run `uv run python -m benchmarks.make_date_names`, and review what it changed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import Final

import babel
from babel import Locale, localedata
from babel.core import UnknownLocaleError

_FOLDER: Final = Path(__file__).parent.parent / "corpus" / "text"
# Languages of three letters in which there is news.
_LONGER: Final = frozenset([
    "ast", "brx", "ceb", "chr", "ckb", "doi", "dsb", "fil", "fur", "gsw", "haw", "hsb", "kab", "kok", "ksh", "lij", "lld", "luo", "mai", "mni",
    "nds", "nqo", "nso", "pap", "pcm", "sah", "sat", "scn", "sgs", "smn", "syr", "szl", "tok", "vec", "yue",
])  # fmt: skip
# Their names are those of months of the Ethiopian calendar as well, and nothing tells which is meant.
_OF_TWO_CALENDARS: Final = frozenset({"ti", "om", "aa"})
_DIGIT: Final = re.compile(r"\d")
_LITERAL: Final = re.compile(r"'([^']+)'")
# What is written without a blank behind the name of a month: Basque `ekainaren`.
_ENDING: Final = re.compile(r"M{3,4}'(\w+)'")


def main() -> None:
    """Write `cldr.py` and `cldr_days.py`."""
    months: dict[str, list[dict[str, None]]] = defaultdict(lambda: [{} for _ in range(12)])
    weekdays: dict[str, None] = {}
    literals: dict[str, None] = {}
    halves: dict[str, None] = {}
    for name in sorted(localedata.locale_identifiers()):
        # Babel keeps what it worked out for one language in data that it shares with others.
        localedata._cache.clear()  # noqa: SLF001
        try:
            locale = Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
        language = locale.language
        if (len(language) > 2 and language not in _LONGER) or language in _OF_TWO_CALENDARS:
            continue
        patterns = [pattern.pattern for pattern in locale.date_formats.values()]
        endings = ["", *sorted({ending for pattern in patterns for ending in _ENDING.findall(pattern)})]
        literals.update(dict.fromkeys(_plain(one) for pattern in patterns for one in _LITERAL.findall(pattern)))
        for context, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, written in locale.months[context][width].items():
                if not _DIGIT.search(written):
                    months[language][number - 1].update(dict.fromkeys(_plain(written) + ending for ending in endings))
            days = locale.days[context][width].values()
            weekdays.update(dict.fromkeys(_plain(one) for one in days if len(one.strip(".")) > 1))
            periods = locale.day_periods.get(context, {}).get(width, {})
            halves.update(dict.fromkeys(_plain(periods[one]) for one in ("am", "pm") if one in periods))
    lines = (
        f"{language} {' '.join('/'.join(one.replace(' ', '_') for one in names) for names in months[language])}"
        for language in sorted(months)
        if all(months[language])
    )
    _write("cldr.py", "The names of months in the languages of CLDR, January to December.", {"MONTHS": lines})
    _write(
        "cldr_days.py",
        "The names of weekdays, the small words of dates and the halves of the day in the languages of CLDR.",
        {name: _wrapped(words) for name, words in (("WEEKDAYS", weekdays), ("LITERALS", literals), ("HALVES", halves))},
    )


def _plain(written: str) -> str:
    return " ".join(written.replace("\\", " ").replace('"', " ").casefold().split()).rstrip(".")


def _wrapped(words: dict[str, None]) -> list[str]:
    lines = [""]
    for word in sorted({part for name in words for part in name.split() if not _DIGIT.search(part)}):
        if len(lines[-1]) + len(word) > 400:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _write(name: str, what: str, constants: dict[str, object]) -> None:
    text = (
        f'"""{what}\n\nWritten by `benchmarks.make_date_names` from Babel {babel.__version__}; not edited by hand. '
        'Alternatives are apart by `/`.\n"""\n\nfrom typing import Final\n'
    )
    for constant, lines in constants.items():
        text += f'\n{constant}: Final = """\n' + "\n".join(lines) + '\n"""\n'  # type: ignore[arg-type]
    (_FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
