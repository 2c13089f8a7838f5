"""Pages to look things up: the columns and checks, the collected sources, and help."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from corpus.browse.page import Page, Wanted
from corpus.errors import CorpusError
from corpus.sources.web import config
from schemas.rules import RULES
from schemas.tables import PUBLISHED, TABLES

if TYPE_CHECKING:
    from corpus.browse.opened import Opened
    from corpus.sources.web.collecting import Collecting

_SOURCES: Final = 500


def columns(wanted: Wanted) -> Page:
    """Return the page of every column of every table, and of the checks."""
    opened = wanted.opened
    there = set(opened.version.columns()) if opened.files("articles") else None
    tables = [*PUBLISHED, *(table for table in TABLES.values() if table not in PUBLISHED)]
    values = {"tables": tables, "rules": RULES, "there": there}
    data = {
        "tables": {
            table.name: {
                "meaning": table.meaning,
                "fingerprint": table.fingerprint,
                "columns": {one.name: {"type": one.type_name, "meaning": one.meaning} for one in table.columns},
            }
            for table in tables
        },
        "checks": {check.value: {"default": rule.severity, "meaning": rule.meaning} for check, rule in RULES.items()},
    }
    return Page("columns.html.jinja", "Columns", values, data, part="columns")


def sources(wanted: Wanted) -> Page:
    """Return the page of the sources in collect.yaml, and of what became of the requests for each."""
    collecting, fault = _collecting(wanted.opened)
    outcomes, unread = _outcomes(wanted.opened)
    known: list[dict[str, Any]] = [] if collecting is None else [
        {"name": one.name, "kind": one.kind.value, "address": str(one.url or one.path or ""),
         "publisher": one.publisher, "licence": one.licence}
        for one in collecting.sources[:_SOURCES]
    ]  # fmt: skip
    names = {one["name"] for one in known}
    known += [
        {"name": name, "kind": "", "address": "", "publisher": None, "licence": None}
        for name in sorted(outcomes.keys() - names)[:_SOURCES]
    ]
    listed = [{**one, "outcomes": outcomes.get(one["name"], {}), "last": _last(outcomes, one["name"])} for one in known]
    for one in listed:
        one["outcomes"] = {name: number for name, (number, _) in one["outcomes"].items()}
    values = {"listed": listed, "fault": fault, "unread": unread, "collecting": collecting}
    return Page("sources.html.jinja", "Sources", values, {"sources": listed, "fault": fault}, part="sources")


def _collecting(opened: Opened) -> tuple[Collecting | None, str | None]:
    """Return collect.yaml as the version has it, or why it cannot be read; nothing if there is no such file."""
    text = opened.version.text(config.COLLECT)
    if text is None:
        return None, None
    try:
        return config.parse(text.encode("utf-8", "surrogateescape"), Path(config.COLLECT)), None
    except CorpusError as error:
        return None, str(error)


_Outcomes = dict[str, dict[str, tuple[int, Any]]]


def _outcomes(opened: Opened) -> tuple[_Outcomes, bool]:
    """Return how many requests for each source had each outcome, and when the last one was; whether they are unread."""
    try:
        counted = (
            opened.version.scan("observations").group_by("source", "outcome").agg(pl.len(), pl.col("at").max())
        ).collect()
    except CorpusError:
        return {}, True
    found: _Outcomes = {}
    for source, outcome, number, at in sorted(counted.iter_rows(), key=lambda row: (row[0], -row[2], row[1])):
        found.setdefault(source, {})[outcome] = (number, at)
    return found, False


def _last(outcomes: _Outcomes, name: str) -> Any:
    return max((at for _, at in outcomes.get(name, {}).values()), default=None)


def guide(wanted: Wanted) -> Page:
    """Return the page of help."""
    del wanted
    return Page("help.html.jinja", "Help", {}, {}, part="help")
