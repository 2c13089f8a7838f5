"""What signals mean together: the columns of rights. The most restrictive holds; silence is null."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from corpus.rights import licences
from corpus.rights.signals import NOTHING, Place, Rights, Signal
from schemas.rights import Consent, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_TAGS: Final = 30
_LONGEST_NAME: Final = 300
_YES: Final = frozenset({"yes", "y", "true", "1", "allow"})
_NO: Final = frozenset({"no", "n", "false", "0", "deny", "disallow"})
_ITEM: Final = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9_-]{1,30})\s*=\s*\"?([A-Za-z0-9]{1,10})\"?(?![\w-])")
# What each name of a preference says of a purpose. Content-Signal has the first three; the rest are names of the IETF's
# vocabulary, of RSL and of their drafts. A name that covers more than the purpose denies it, but does not allow it.
_EXACT: Final = {
    Purpose.TRAIN: frozenset({"ai-train", "train-ai"}),
    Purpose.INPUT: frozenset({"ai-input", "ai-use"}),
    Purpose.SEARCH: frozenset({"search"}),
}
_WIDER: Final = {
    Purpose.TRAIN: frozenset({"ai-all", "all", "bots", "ai", "tdm", "train-genai", "genai"}),
    Purpose.INPUT: frozenset({"ai-all", "all", "bots", "ai", "tdm", "ai-output"}),
    Purpose.SEARCH: frozenset({"all", "bots"}),
}
# What permits all permits each; that is how RSL defines these two.
_PERMIT_ALL: Final = {"all": frozenset(Purpose), "ai-all": frozenset({Purpose.TRAIN, Purpose.INPUT})}
_RSL: Final = ("permits", "permits-paid", "prohibits")
# Directives of meta robots and X-Robots-Tag, by the purposes that they deny.
_DENYING: Final = {
    "noai": (Purpose.TRAIN, Purpose.INPUT),
    "noml": (Purpose.TRAIN,),
    "noindex": (Purpose.SEARCH,),
    "none": (Purpose.SEARCH,),
}
_AGENT_PREFIX: Final = re.compile(r"\s*([A-Za-z][\w-]*)\s*:\s*(.*)", re.DOTALL)
_WITH_VALUE: Final = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_COPYRIGHT: Final = re.compile(
    r"^(?:(?:copyright|\(c\)|©|&copy;|all rights reserved[.,]?|by)[\s:.,-]*|\d{4}(?:\s*[-–]\s*\d{2,4})?[\s:.,-]+)+",
    re.IGNORECASE,
)


def derive(signals: Iterable[Signal], base: str | None = None) -> Rights:
    """Return the columns of rights that some signals give.

    Args:
        signals: in any order.
        base: the page's address, for relative ones.
    """
    found = tuple(signals)
    if not found:
        return NOTHING
    consent: dict[Purpose, set[Consent]] = {purpose: set() for purpose in Purpose}
    for one in found:
        for purpose, answer in _answers(one):
            consent[purpose].add(answer)
    for purpose, answer in _rsl([one for one in found if one.where == Place.RSL]):
        consent[purpose].add(answer)
    licence_url, licence_id = _licence(found, base)
    return Rights(
        licence_url=licence_url,
        licence_id=licence_id,
        tdm_reservation=_reservation(found),
        tdm_policy=_address((one.value for one in found if one.name == "tdm-policy"), base),
        ai_train=_strictest(consent[Purpose.TRAIN]),
        ai_input=_strictest(consent[Purpose.INPUT]),
        search=_strictest(consent[Purpose.SEARCH]),
        ai_agents_closed=tuple(sorted({one.value for one in found if one.name == "disallow"}, key=str.lower)),
        robots_tags=tuple(dict.fromkeys(tag for one in found for tag in robots_tags(one)))[:_MOST_TAGS],
        copyright_holder=_holder(found),
        usage_info=_usage_info(found, base),
        free_access=_free(found),
    )


def _strictest(answers: set[Consent]) -> Consent | None:
    return Consent.DENY if Consent.DENY in answers else Consent.ALLOW if answers else None


def _answers(one: Signal) -> Iterator[tuple[Purpose, Consent]]:
    if one.name in {"content-signal", "content-usage"}:
        for name, value in _ITEM.findall(one.value):
            yield from _preference(name.lower(), value.lower())
    else:
        for tag in robots_tags(one):
            for purpose in _DENYING.get(tag, ()):
                yield purpose, Consent.DENY


def _preference(name: str, value: str) -> Iterator[tuple[Purpose, Consent]]:
    for purpose in Purpose:
        is_exact = name in _EXACT[purpose]
        if value in _NO and (is_exact or name in _WIDER[purpose]):
            yield purpose, Consent.DENY
        elif value in _YES and is_exact:
            yield purpose, Consent.ALLOW


def _rsl(found: list[Signal]) -> Iterator[tuple[Purpose, Consent]]:
    """Give what RSL says. Uses that no licence permits are denied if any is permitted; what must be paid stays null."""
    uses = {name: {use for one in found if one.name == name for use in one.value.lower().split()} for name in _RSL}
    permitted = uses["permits"] | uses["permits-paid"]
    for purpose in Purpose:
        if (
            _is_named(purpose, uses["prohibits"])
            or uses["prohibits"] & _WIDER[purpose]
            or (permitted and not _is_named(purpose, permitted))
        ):
            yield purpose, Consent.DENY
        elif _is_named(purpose, uses["permits"]):
            yield purpose, Consent.ALLOW


def _is_named(purpose: Purpose, uses: set[str]) -> bool:
    return bool(uses & _EXACT[purpose]) or any(purpose in _PERMIT_ALL.get(use, ()) for use in uses)


def robots_tags(one: Signal) -> tuple[str, ...]:
    """Return the directives of a meta robots element or X-Robots-Tag that concern all crawlers, in lower case."""
    if one.name not in {"robots", "x-robots-tag"}:
        return ()
    text = one.value
    found: list[str] = []
    agent = ""
    for part in text.split(","):
        prefix = _AGENT_PREFIX.fullmatch(part)
        if prefix and prefix[1].lower() not in _WITH_VALUE:
            # Directives belong to the last crawler that is named before them.
            agent, part = prefix[1].lower(), prefix[2]  # noqa: PLW2901 - what is left of it
        tag = " ".join(part.lower().split())
        if tag and agent in {"", "*", "all", "robots", "newscorpus"} and len(tag) <= 60:
            found.append(tag)
    return tuple(found)


def _reservation(found: tuple[Signal, ...]) -> bool | None:
    values = {one.value.strip() for one in found if one.name == "tdm-reservation"}
    return True if "1" in values else False if "0" in values else None


def _licence(found: tuple[Signal, ...], base: str | None) -> tuple[str | None, str | None]:
    """Return the address and identifier of the licence that restricts most."""
    written = [
        one.value
        for one in found
        if one.name in {"license", "dcterms.license", "dc.license"} and one.where != Place.ROBOTS
    ]
    written += [
        one.value
        for one in found
        if one.name in {"dc.rights", "dcterms.rights", "copyright"} and licences.spdx_of(one.value)
    ]
    if not written:
        written = [one.value for one in found if one.name in {"license", "rsl"}]
    if not written:
        return None, None
    best = max(written, key=licences.conditions)
    return _address([best, *written], base), licences.spdx_of(best)


def _address(written: Iterable[str], base: str | None) -> str | None:
    for one in written:
        text = one.strip()
        try:
            address = urljoin(base, text) if base and " " not in text else text
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme.lower() in {"http", "https"} and parts.netloc and " " not in address:
            return address
    return None


def _holder(found: tuple[Signal, ...]) -> str | None:
    for names in (("copyrightholder",), ("copyrightnotice", "copyright", "dc.rightsholder", "dcterms.rightsholder")):
        for one in found:
            if one.name in names and (name := _COPYRIGHT.sub("", one.value).strip(" .,;:-–")) and not name.isdigit():
                return name[:_LONGEST_NAME]
    return None


def _usage_info(found: tuple[Signal, ...], base: str | None) -> str | None:
    for name in ("usageinfo", "acquirelicensepage"):
        if address := _address((one.value for one in found if one.name == name), base):
            return address
    return None


def _free(found: tuple[Signal, ...]) -> bool | None:
    declared = {one.value.strip().lower() for one in found if one.name == "isaccessibleforfree"}
    return False if "false" in declared else True if "true" in declared else None
