"""Finds when a page was published by weighing the witnesses of its dates.

Declared dates come first, then shown dates, the address, and a guess. A date of a change is never taken for that of
the publication. An instant is known only if a time and an offset are known.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from corpus.formats.html import jsonld, stamps
from corpus.formats.html.witnesses import LEAST, Page, Witness
from schemas.dates import DateSource

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from corpus.formats.evidence import Evidence
    from corpus.text import dates

# A guess is believed if the page shows that day, even among other things, and does not call it a change.
_LEAST_SHOWN: Final = -3.6
# Others that agree add this share of what they count.
_AGREEMENT: Final = 0.4
# What is shown so surely outweighs a declaration of another day that the page does not show.
_SURE: Final = 5.5
# What is shown with less may be another article's.
_OWN: Final = 3.5
# Before this hour of UTC it may be the day before, from that on the next one, where people live.
_WEST, _EAST = 9, 11
# Where these are spoken it is the same day, but for the last hours of it.
_EUROPEAN: Final = (
    "de", "it", "nl", "pl", "cs", "sk", "da", "sv", "no", "nb", "nn", "fi", "hu",
    "ro", "bg", "el", "hr", "sr", "sl", "ca", "et", "lv", "lt",
)  # fmt: skip
_HOURS: Final = dict.fromkeys(_EUROPEAN, (0, 20)) | dict.fromkeys(
    ("ja", "ko", "zh", "th", "vi", "id", "hi", "ms"), (0, 11)
)
_DAY: Final = timedelta(days=1)


def published(page: Page, evidence: Evidence | None = None) -> dates.Moment | None:
    """Return when the page was first published; None if it is unknown.

    JSON-LD comes first, then meta elements, then microdata: these say what they date. The first of them with a time and
    an offset is used if the first of all has the same day and the address does not contradict it. Otherwise all
    witnesses are weighed.

    Args:
        page: the page with its witnesses.
        evidence: a record for what each witness says; if it is given, all witnesses are read.
    """
    explicit = [*page.linked(), *page.explicit()]
    best = _best(explicit)
    node = page.node
    one_stamp = "datePublished" in node and jsonld.text(node["datePublished"]) == jsonld.text(node.get("dateModified"))
    is_sure = best is not None and (not one_stamp or _is_confirmed(page, best, explicit)) and _is_settled(page, best)
    if evidence is None and best is not None and is_sure:
        return best.moment
    witnesses = [*explicit, *page.vague(), *page.shown(), *page.address()]
    if best is None or evidence is not None:
        witnesses += page.set_in_scripts()
    chosen = _choose(page, best, witnesses)
    if chosen is None or evidence is not None:
        days = {one.moment.day for one in witnesses if one.weight >= _LEAST_SHOWN}
        # Where no day is named a guess would not be believed.
        guess = page.guess() if days or evidence is not None else None
        if guess is not None:
            chosen = chosen or (guess if guess.moment.day in days else None)
            witnesses.append(guess)
    if evidence is not None:
        _record("published_date", witnesses, chosen, evidence)
    if chosen is None:
        return None
    moment = _with_instant(chosen, witnesses, one_stamp=one_stamp)
    return moment._replace(source=chosen.source)


def modified(page: Page, evidence: Evidence | None = None) -> dates.Moment | None:
    """Return when the page was last changed; None if it is unknown.

    Args:
        page: the page with its witnesses.
        evidence: a record for what each witness says.
    """
    witnesses = list(page.modified())
    best = _best(witnesses)
    if evidence is not None:
        _record("modified_at", witnesses, best if best and best.moment.instant else None, evidence)
    return best.moment if best else None


def _record(field: str, witnesses: Iterable[Witness], chosen: Witness | None, evidence: Evidence) -> None:
    for witness in witnesses:
        evidence.add(field, witness.name, witness.written)
    if chosen is not None:
        evidence.believe(field, chosen.name)


def _is_settled(page: Page, best: Witness) -> bool:
    """Return whether a declared instant is certain: it has the day in the address, or surely the page's own day."""
    instant = best.moment.instant
    if instant is None:
        return False
    if page.hint is not None:
        return page.hint == best.moment.day
    if not stamps.is_utc(best.written):
        return True
    first, last = _HOURS.get((page.language or "").partition("-")[0], (_WEST, _EAST))
    return first <= instant.hour < last


def _is_confirmed(page: Page, best: Witness, explicit: list[Witness]) -> bool:
    """Return whether meta elements or microdata, or else the address, repeat what JSON-LD declares."""
    others = {one.moment.instant for one in explicit if not one.name.startswith("JSON-LD")} - {None}
    return others == {best.moment.instant} if others else page.hint is not None


def _choose(page: Page, best: Witness | None, witnesses: list[Witness]) -> Witness | None:
    chosen = _weighed(witnesses)
    if best is None or chosen is None or _contradicts(best, chosen, witnesses):
        return chosen
    if page.hint is not None and page.hint < best.moment.day - _DAY:
        # What was published anew keeps the address of its first day.
        return next(one for one in witnesses if one.source is DateSource.ADDRESS)
    return best


def _weighed(witnesses: list[Witness]) -> Witness | None:
    """Return the heaviest witness of the day with the greatest weight."""
    days: dict[date, dict[str, float]] = defaultdict(dict)
    for one in witnesses:
        # Of one place's many statements only the heaviest counts.
        place = one.name.partition(" ")[0]
        known = days[one.moment.day]
        known[place] = max(known.get(place, 0.0), one.weight)
    totals = {}
    for day, weights in days.items():
        most = max(weights.values())
        totals[day] = most + _AGREEMENT * (sum(weight for weight in weights.values() if weight > 0) - most)
    best = max(totals, key=lambda day: totals[day], default=None)
    if best is None or totals[best] < LEAST:
        return None
    return max((one for one in witnesses if one.moment.day == best), key=lambda one: one.weight)


def _contradicts(best: Witness, chosen: Witness, witnesses: list[Witness]) -> bool:
    """Return whether the page certainly shows another day than it declares, and does not show the declared day."""
    if abs((best.moment.day - chosen.moment.day).days) <= 1 or chosen.source is DateSource.DECLARED:
        return False
    shown = (one for one in witnesses if one.source is DateSource.PRINTED and one.weight >= LEAST)
    return chosen.weight >= _SURE and not any(one.moment.day == best.moment.day for one in shown)


def _best(witnesses: list[Witness]) -> Witness | None:
    """Return the first witness with an instant if it has the day of the first of all; otherwise that."""
    for one in witnesses:
        # The day is the source's own, as it dates the article there.
        if one.moment.instant is not None and abs((witnesses[0].moment.day - one.moment.day).days) <= 1:
            return one
    return witnesses[0] if witnesses else None


def _with_instant(chosen: Witness, others: list[Witness], *, one_stamp: bool) -> dates.Moment:
    """Return the day with an instant that is declared elsewhere; if that is in UTC, the day that the page shows."""
    moment = chosen.moment
    if moment.instant is None or chosen.source is DateSource.PRINTED:
        clock = stamps.clock(chosen.written)
        for other in others:
            instant = other.moment.instant
            if instant is None or other.weight < LEAST or other.source is not DateSource.DECLARED:
                continue
            # A local time has the offset of the same time elsewhere; a day without a time has what is surely its own.
            same_day = other.moment.day == moment.day and other.weight >= _OWN
            if stamps.clock(other.written) == clock if clock else same_day:
                return moment._replace(instant=instant)
        if moment.instant is None and (instant := _printed_instant(moment.day, clock, others)) is not None:
            return moment._replace(instant=instant)
        return moment
    if (day := _local_day(chosen, others)) is not None:
        moment = moment._replace(day=day)
    if one_stamp:
        # One stamp for publication and change is when the record was written; two others that agree know better.
        declared = _first_instant(others, ("meta", "microdata"))
        shown = _first_instant(others, ("shown", "attribute"))
        if declared is not None and shown is not None and declared.instant == shown.instant:
            return declared if declared.day == moment.day else moment
    return moment


def _printed_instant(day: date, clock: str | None, others: list[Witness]) -> datetime | None:
    """Return the instant that a page prints with an offset for a day, at the declared time if there is one."""
    for one in others:
        if one.source is not DateSource.PRINTED or one.moment.instant is None or one.moment.day != day:
            continue
        is_same = (
            stamps.shown_clock(one.written) == clock[len("2016 11 29 ") : -len(" 08")] if clock else one.weight >= _OWN
        )
        if one.weight >= LEAST and is_same:
            return one.moment.instant
    return None


def _first_instant(witnesses: list[Witness], places: tuple[str, ...]) -> dates.Moment | None:
    found = (one for one in witnesses if one.name.startswith(places) and one.weight >= LEAST)
    return next((one.moment for one in found if one.moment.instant is not None), None)


def _local_day(chosen: Witness, others: list[Witness]) -> date | None:
    """Return the local day of an instant in UTC: the next or previous day, if the page or its address shows it."""
    instant = chosen.moment.instant
    if instant is None or not stamps.is_utc(chosen.written):
        return None
    days = {one.moment.day for one in others if _is_local(one, chosen)}
    if chosen.moment.day in days:
        return None
    if instant.hour < _WEST and (before := chosen.moment.day - _DAY) in days:
        return before
    if instant.hour >= _EAST and (after := chosen.moment.day + _DAY) in days:
        return after
    return None


def _is_local(one: Witness, chosen: Witness) -> bool:
    """Return whether a witness gives the local day of the site; a witness in UTC does not."""
    instant = one.moment.instant
    if one.weight < LEAST or (instant is not None and stamps.is_utc(one.written)):
        return False
    return (
        one.source is not DateSource.DECLARED
        or instant == chosen.moment.instant
        or one.name.startswith(("attribute", "microdata"))
    )
