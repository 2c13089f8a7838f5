"""Make a folder of synthetic text articles: `python -m benchmarks.make_seeds DIR COUNT`. The same ones every time."""

from __future__ import annotations

import argparse
import random
from datetime import date, timedelta
from pathlib import Path

WORDS = [
    "government",
    "minister",
    "council",
    "people",
    "report",
    "percent",
    "market",
    "company",
    "election",
    "border",
    "energy",
    "court",
    "police",
    "school",
    "health",
    "water",
    "budget",
    "price",
    "growth",
    "bank",
    "trade",
    "union",
    "worker",
    "strike",
    "party",
    "leader",
    "summit",
    "treaty",
    "river",
    "bridge",
    "storm",
    "forest",
    "village",
    "harvest",
    "vaccine",
    "hospital",
    "railway",
    "airport",
    "museum",
    "festival",
    "champion",
    "league",
    "season",
    "coach",
    "goal",
    "the",
    "a",
    "of",
    "in",
    "on",
    "to",
    "for",
    "with",
    "from",
    "about",
    "after",
    "before",
    "during",
    "against",
    "between",
    "under",
    "over",
    "while",
    "because",
    "although",
    "said",
    "told",
    "added",
    "warned",
    "agreed",
    "refused",
    "announced",
    "expected",
    "planned",
    "signed",
    "rejected",
    "approved",
    "delayed",
    "opened",
    "closed",
]
NAMES = ("Anna Berg", "Ravi Patel", "Maria Lopez", "John Smith", "Olga Ivanova", "Chen Wei", "Fatima Haddad")
SITES = ("example-times.com", "daily-sample.org", "the-specimen.co.uk", "muster-zeitung.de", "le-modele.fr")
FILES_A_FOLDER = 1_000


def article(number: int, length: int = 3_000) -> str:
    """One article of about `length` characters."""
    draw = random.Random(number)
    day = date(2015, 1, 1) + timedelta(days=draw.randrange(4_000))
    title = " ".join(draw.choices(WORDS, k=8)).capitalize()
    paragraphs = [title, f"By {draw.choice(NAMES)}", f"{day:%B} {day.day}, {day.year}"]
    size = 0
    while size < length:
        sentence_count = draw.randint(2, 4)
        sentences = (" ".join(draw.choices(WORDS, k=draw.randint(8, 20))).capitalize() for _ in range(sentence_count))
        paragraph = ". ".join(sentences) + "."
        paragraphs.append(paragraph)
        size += len(paragraph) + 2
    site = draw.choice(SITES)
    paragraphs += ["Original url:", f"<https://www.{site}/{day:%Y/%m/%d}/{number}-{title.split()[0].lower()}>"]
    return "\n\n".join(paragraphs) + "\n"


def make(folder: Path, count: int, first: int = 0) -> None:
    """Write `count` articles into folders of a thousand."""
    for number in range(first, first + count):
        place = folder / f"{number // FILES_A_FOLDER:04d}"
        if number % FILES_A_FOLDER == 0 or number == first:
            place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:07d}.txt").write_text(article(number), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.count)
