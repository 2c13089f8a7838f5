"""The set on the screen as code that finds the same articles again, and how to cite it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from corpus.browse.page import Page, Wanted
from corpus.browse.seeking import WrongQuery, chips, sought
from corpus.browse.views.article import citation_of
from corpus.browse.views.export import name_of
from corpus.releases.citation import bibtex
from corpus.text.visible import in_json

if TYPE_CHECKING:
    from corpus.browse.opened import Opened
    from corpus.browse.seeking import Sought


def code(wanted: Wanted) -> Page:
    """Return the page with code and citation of a set."""
    try:
        what = sought(wanted.asked)
    except WrongQuery as error:
        return error.page()
    total = wanted.searcher().count(what.query, what.filters)
    opened = wanted.opened
    name = f"{name_of(wanted, what)}.csv"
    pieces = {"python": python(opened, what), "duckdb": _duckdb(opened, name), "command": command(opened, what)}
    cited = citation(opened, what, total)
    values = {
        "what": what, "total": total, "chips": chips(what, wanted.asked), "pieces": pieces, "cited": cited,
        "bibtex": bibtex(citation_of(opened)), "committed": opened.about.commit is not None, "repo": opened.repo,
        "ids": wanted.asked.address.to("export", **what.parameters, format="csv", text=0),
    }  # fmt: skip
    data = {
        "query": what.query.text, "filters": {name: list(values) for name, values in what.filters.items()},
        "total": total, "code": pieces, "citation": cited,
    }  # fmt: skip
    return Page("code.html.jinja", "Code and citation", values, data, part="search")


def revision_of(opened: Opened) -> str | None:
    """Return what names the version for good: its tag or commit; None of a working tree that is not committed."""
    return opened.about.release or opened.about.commit


def python(opened: Opened, what: Sought) -> str:
    """Return Python that finds the articles of a set, as the LazyFrame `found`."""
    lines = ["import corpus", "", f"version = {_opening(opened)}"]
    where = f", where={_written(what)}" if what.filters else ""
    lines.append(f"found = version.search({_literal(what.query.text)}{where})")
    return "\n".join([*lines, 'print(found.select("article_id", "title").collect())'])


def _opening(opened: Opened) -> str:
    rev, day = revision_of(opened), opened.as_of
    named = {"repo": opened.repo, "as_of": day}
    further = [f"{name}={_literal(value)}" for name, value in named.items() if value]
    return f"corpus.open({', '.join([*([json.dumps(rev)] if rev else []), *further])})"


def _written(what: Sought) -> str:
    return _literal({name: list(values) for name, values in what.filters.items()})


def _literal(value: str | dict[str, list[str]]) -> str:
    """Return strings as Python and JSON write them; what is not seen is escaped."""
    return in_json(json.dumps(value, ensure_ascii=False))


def _duckdb(opened: Opened, name: str) -> str:
    return "\n".join(
        [
            "import corpus",
            "",
            f"articles = {_opening(opened)}.duckdb()",
            f"found = articles.filter(\"article_id in (select article_id from read_csv('{name}'))\")",  # noqa: S608
            "print(found.aggregate('publisher, count(*)', 'publisher'))",
        ]
    )


def command(opened: Opened, what: Sought) -> str | None:
    """Return the command that writes a set into a folder; None as of a day or of a git URL, which it cannot write."""
    if opened.as_of or opened.repo:
        return None
    rev = revision_of(opened)
    words = ["corpus", "export", "found", *(["--rev", rev] if rev else []), "--rights", "none"]
    if not what.query.is_empty:
        # The query may begin with a minus.
        words.append(f"--query={what.query.text}")
    words += [f"--where={name}={value}" for name, values in what.filters.items() for value in values]
    return shlex.join(words)


def citation(opened: Opened, what: Sought, total: int) -> str:
    """Return how to cite a set, in a sentence."""
    about = opened.about
    narrowed = [f"{name}: {', '.join(value or 'none' for value in values)}" for name, values in what.filters.items()]
    asked = [f"query {what.query.text}"] if what.query.text else []
    within = "; ".join([*asked, *narrowed]) or "all articles"
    return f"{about.title}, {opened.name}, articles sha256 {about.digest}: {total:,} articles ({within})."
