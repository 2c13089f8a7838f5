"""The set on the screen as code that finds the same articles again, and how to cite it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final

from corpus.browse.page import Page, Wanted
from corpus.browse.seeking import WrongQuery, chips, sought
from corpus.browse.views.article import citation_of
from corpus.browse.views.export import name_of
from corpus.releases.citation import bibtex
from corpus.search.narrowing import DAYS
from corpus.text.visible import in_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.browse.opened import Opened
    from corpus.browse.seeking import Sought

_COLUMNS: Final = {
    "publisher": "publisher", "publication": "publication", "language": "language", "section": "section",
    "agency": "agency", "date_source": "date_source",
}  # fmt: skip
# What `corpus export` takes for a facet of the same meaning.
_OPTIONS: Final = ("publisher", "since", "until")
_RIGHTS: Final = {"train": "ai_train", "input": "ai_input", "search": "search"}
# Values of facets are cut at so many characters.
_CUT: Final = 200


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
        "bibtex": bibtex(citation_of(opened)), "committed": opened.about.commit is not None,
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
    rev, day = revision_of(opened), opened.as_of
    arguments = [*([json.dumps(rev)] if rev else []), *([f"as_of={json.dumps(day)}"] if day else [])]
    lines = ["import corpus", "import polars as pl", "", f"version = corpus.open({', '.join(arguments)})"]
    query = _literal(what.query.text)
    lines.append("found = version.articles()" if what.query.is_empty else f"found = version.search({query})")
    for name, values in what.filters.items():
        lines += _narrowed(name, values)
    return "\n".join([*lines, 'print(found.select("article_id", "title").collect())'])


def _literal(value: str | list[str]) -> str:
    """Return strings as Python and JSON write them; what is not seen is escaped."""
    return in_json(json.dumps(value, ensure_ascii=False))


def _narrowed(name: str, values: tuple[str, ...]) -> Iterator[str]:
    """Yield lines of Python that narrow `found` by the values of a facet."""
    some, none = [value for value in values if value], "" in values
    written = _literal(some)
    if name == "warning":
        yield 'warned = version.scan("verdicts").filter(pl.col("severity") == "warn")'
        if some and none:
            # Few will ask for it: those with one of these, and those without any.
            yield f'others = warned.filter(~pl.col("check").is_in({written})).join('
            yield f'    warned.filter(pl.col("check").is_in({written})), on=["document_id", "source"], how="anti"'
            yield ")"
            yield 'found = found.join(others, on=["document_id", "source"], how="anti")'
        elif none:
            yield 'found = found.join(warned, on=["document_id", "source"], how="anti")'
        else:
            yield f'warned = warned.filter(pl.col("check").is_in({written}))'
            yield 'found = found.join(warned, on=["document_id", "source"], how="semi")'
        return
    if name in DAYS:
        sign = ">=" if name == "since" else "<="
        for value in some:
            yield f'found = found.filter(pl.col("published_date") {sign} pl.lit("{value}").str.to_date())'
        return
    met = [*_met(name, some, written), *([_none(name)] if none else [])]
    yield f"found = found.filter({' | '.join(met)})"


def _met(name: str, some: list[str], written: str) -> Iterator[str]:
    if not some:
        return
    if name in _COLUMNS:
        yield f'pl.col("{_COLUMNS[name]}").str.head({_CUT}).is_in({written})'
    elif name == "month":
        yield f'pl.col("published_date").dt.strftime("%Y-%m").is_in({written})'
    elif name == "author":
        yield f'pl.col("authors").list.eval(pl.element().str.head({_CUT}).is_in({written})).list.any()'
    elif name == "licence":
        yield f'pl.coalesce("licence_id", "licence_url").str.head({_CUT}).is_in({written})'
    elif name == "revisions":
        yield f'pl.col("revision").cast(pl.String).is_in({written})'
    elif name == "duplicates":
        columns = {"duplicate": "duplicate_of", "contained": "contained_in"}
        yield from (f'pl.col("{columns[value]}").is_not_null()' for value in some if value in columns)
        yield from ("pl.lit(False)" for value in some if value not in columns)
    elif name == "rights":
        for value in some:
            purpose, _, state = value.partition(": ")
            if purpose in _RIGHTS:
                yield f'(pl.col("{_RIGHTS[purpose]}") == {json.dumps(state)})'
            else:
                yield f'(pl.col("tdm_reservation") == {state == "reserved"})'


def _none(name: str) -> str:
    if name == "month":
        return 'pl.col("published_date").is_null()'
    if name == "author":
        return '(pl.col("authors").list.len() == 0)'
    if name == "licence":
        return 'pl.coalesce("licence_id", "licence_url").is_null()'
    if name == "revisions":
        return "pl.lit(False)"
    if name == "duplicates":
        return '(pl.col("duplicate_of").is_null() & pl.col("contained_in").is_null())'
    if name == "rights":
        return 'pl.all_horizontal(pl.col("ai_train", "ai_input", "search", "tdm_reservation").is_null())'
    return f'pl.coalesce(pl.col("{_COLUMNS[name]}"), pl.lit("")).eq("")'


def _duckdb(opened: Opened, name: str) -> str:
    rev = revision_of(opened)
    return "\n".join(
        [
            "import corpus",
            "",
            f"articles = corpus.open({json.dumps(rev) if rev else ''}).duckdb()",
            f"found = articles.filter(\"article_id in (select article_id from read_csv('{name}'))\")",  # noqa: S608
            "print(found.aggregate('publisher, count(*)', 'publisher'))",
        ]
    )


def command(opened: Opened, what: Sought) -> str | None:
    """Return the command that writes a set into a folder; None where its options do not narrow by the same facets."""
    if any(name not in _OPTIONS or "" in values for name, values in what.filters.items()) or opened.as_of:
        return None
    rev = revision_of(opened)
    words = ["corpus", "export", "found", *(["--rev", rev] if rev else []), "--rights", "none"]
    if not what.query.is_empty:
        words += ["--query", what.query.text]
    for name, values in what.filters.items():
        bounds = [max(values) if name == "since" else min(values)] if name in DAYS else values
        words += [word for value in bounds for word in (f"--{name}", value)]
    return shlex.join(words)


def citation(opened: Opened, what: Sought, total: int) -> str:
    """Return how to cite a set, in a sentence."""
    about = opened.about
    narrowed = [f"{name}: {', '.join(value or 'none' for value in values)}" for name, values in what.filters.items()]
    asked = [f"query {what.query.text}"] if what.query.text else []
    within = "; ".join([*asked, *narrowed]) or "all articles"
    day = f", as known on {opened.as_of}" if opened.as_of else ""
    return f"{about.title}, {about.name}{day}, articles sha256 {about.digest}: {total:,} articles ({within})."
