"""How a reading of a page is scored against what a person read there: shared by the benchmarks of pages.

Titles are compared without case, white space and the kind of quotation marks; an agency may be among the authors or apart;
days count as the source dates them, in its own offset or the gold's; instants only where the gold has an offset; bodies
by the F1 of their bags of tokens, of writing without spaces by its characters.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

Record = dict[str, Any]
_CJK = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_QUOTES = str.maketrans("’‘“”«»", '\'\'""""')
_BY = re.compile(r"^\s*(by|von|par|por|著者[：:]?)\s+", re.IGNORECASE)
_AND = re.compile(r",| and | & |;|\||、|，| und | et | y ")
_DAY_AND_HALF = range(-12, 13)
FIGURES = ("title", "day", "none", "instant", "authors", "body")


def fold(text: object) -> str:
    """A text without case, runs of white space, soft hyphens and kinds of quotation marks."""
    return re.sub(r"\s+", " ", str(text or "").replace("\u00ad", "").translate(_QUOTES)).strip().casefold()


def tokens(text: str | None) -> Counter[str]:
    """The words of a text; of writing without spaces, its characters."""
    found: Counter[str] = Counter()
    for word in re.findall(r"\w+", (text or "").lower()):
        found.update(list(word) if _CJK.search(word) else [word])
    return found


def f1(predicted: str | None, gold: str | None) -> float:
    """The F1 of two bags of tokens, in 0 to 1."""
    ours, theirs = tokens(predicted), tokens(gold)
    if not ours and not theirs:
        return 1.0
    hit = (ours & theirs).total()
    return 2 * hit / (ours.total() + theirs.total()) if hit else 0.0


def moment(value: object) -> datetime | None:
    """An ISO 8601 date or instant; None for anything else."""
    try:
        return datetime.fromisoformat(str(value).strip()) if value else None
    except ValueError:
        return None


def names(people: object) -> set[str]:
    """The names in a list or a byline, folded."""
    if isinstance(people, str):
        people = _AND.split(_BY.sub("", people))
    return {fold(one) for one in people if fold(one)} if isinstance(people, list | tuple) else set()


def score(predicted: Record, gold: Record) -> dict[str, float]:
    """The figures of one page, each in 0 to 1; only those that its gold has something for.

    Args:
        predicted: title, authors, agency, published_at, published_date, text.
        gold: title, authors, published_at, body.
    """
    found: dict[str, float] = {}
    if gold.get("title"):
        found["title"] = float(fold(predicted.get("title")) == fold(gold["title"]))
    if gold.get("published_at"):
        found |= _score_date(predicted, gold["published_at"])
    if gold.get("authors"):
        got = names(list(predicted.get("authors") or []))
        agency = names([predicted["agency"]]) if predicted.get("agency") else set()
        found["authors"] = float(names(gold["authors"]) in (got, got | agency))
    if gold.get("body"):
        found["body"] = f1(predicted.get("text"), gold["body"])
    return found


def _score_date(predicted: Record, written: object) -> dict[str, float]:
    wanted, got = moment(written), moment(predicted.get("published_at"))
    own = moment(predicted.get("published_date"))
    found = {"none": float(got is None and own is None), "day": 0.0}
    if wanted is None:
        return found
    days: set[date] = {one.date() for one in (got, own) if one is not None}
    if got is not None and got.tzinfo and wanted.tzinfo:
        days.add(got.astimezone(wanted.tzinfo).date())
    if own is not None and not wanted.tzinfo:
        # A day without an offset is the source's own.
        days = {own.date()}
    utc = wanted.tzinfo is not None and not wanted.utcoffset()
    golden = {(wanted + timedelta(hours=hours)).date() for hours in (_DAY_AND_HALF if utc else (0,))}
    found["day"] = float(bool(days & golden))
    if wanted.tzinfo:
        same = got is not None and got.tzinfo is not None and abs((got - wanted).total_seconds()) < 60
        found["instant"] = float(same)
    return found
