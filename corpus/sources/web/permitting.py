"""Whether a page may be stored, by what its publisher says when it is fetched: `rights` of a source in collect.yaml."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.rights import Rights, derive
from corpus.rights.policy import COLUMNS, Policy
from corpus.text.dates import NumericDates
from schemas.rights import Ground, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.rights import Signal
    from corpus.sources.web.collecting import FetchRights

_LISTS: Final = frozenset({"ai_agents_closed", "robots_tags"})
_FLAGS: Final = frozenset({"tdm_reservation", "free_access"})


def refusal(rights: FetchRights, signals: Iterable[Signal], url: str, *, is_complete: bool) -> str | None:
    """Return why a page must not be stored; None if it may be.

    Args:
        rights: what the source asks for.
        signals: what its publisher says.
        url: the page's address.
        is_complete: whether these are all signals. Before a page is asked for, silence refuses nothing.
    """
    policy = Policy(rights.purpose, rights.exclude, rights.unknown)
    if not is_complete:
        positive = tuple(ground for ground in rights.exclude if ground is not Ground.NO_LICENCE)
        policy = replace(policy, exclude=positive, unknown=Unknown.KEEP)
    if not policy:
        return None
    import polars as pl  # most sources ask for no rights, and collect without it

    kinds = {
        name: pl.List(pl.String) if name in _LISTS else pl.Boolean if name in _FLAGS else pl.String for name in COLUMNS
    }
    found: Rights = derive(signals, url)
    values = {name: [list(value) if isinstance(value := getattr(found, name), tuple) else value] for name in COLUMNS}
    frame = pl.DataFrame(values, schema=kinds)
    return next((why for why, allows in policy.conditions().items() if not frame.select(allows).item()), None)


def signals_of_page(body: bytes, kind: str, url: str) -> tuple[Signal, ...]:
    """Return what a page itself says of its use; nothing of one that cannot be parsed."""
    parser = parser_of(kind, NumericDates.BY_LANGUAGE.value)
    if parser is None or kind == "text/plain":
        return ()
    try:
        return parser.parse(Document(body, kind, url, url)).rights_signals
    except Exception:  # noqa: BLE001 - any error of a parser; a build will report what is wrong with the page
        return ()
