"""What the commands print that look at the corpus and its versions, name them, pass them on or change them."""

from __future__ import annotations

from typing import Final

from corpus.cli.outputs.output import Output

_CHANGES: Final = (
    "numbers of articles added, removed, changed and re-identified, and which columns, publishers and months"
)

VERSIONS: Final[dict[str, Output]] = {
    "status": Output(
        1,
        {
            "documents": "files in seeds/",
            "batches": "name and number of documents of each batch",
            "pending": "seeds that are new, changed or removed since the last build",
            "outdated": "stages that are out of date",
            "ledger": "how many documents became what, at the last build; null before it",
            "uncommitted": "paths that git would commit",
            "release": "the last release; null without one",
            "writer": "the process that is writing; null if none",
            "schedule": "the schedule's last and next run; null without one",
            "parsers": "parsers of other packages",
            "parsers_fault": "why these could not be loaded; null if they could",
        },
    ),
    "why": Output(
        2,
        {
            "documents": "one object a document: its row of `documents` without the text, its `verdicts`, its "
            "`decision`, the `releases` that have it, the package of its parser (`plug_in`), and the export's file "
            "that it was split from (`original`: `source`, `sha256`, `size`, `batch`; null without one)",
        },
        items="documents",
    ),
    "expect": Output(
        1,
        {
            "against": "the version compared with; null without one",
            "failed": "how many expectations failed",
            "figures": "each figure: scope, publisher, what was found, its bounds, the verdict, and a detail",
        },
    ),
    "release": Output(
        1,
        {
            "release": "the release: version, tag, commit, date, articles, message, by, figures, digest",
            "new": "whether it was made now; false if it was only pushed",
            "why": "why it has this number",
            "changes": _CHANGES,
            "warnings": "expectations that gave a warning",
            "pushed": "what was pushed, and where to; null without --push",
        },
    ),
    "release --dry-run": Output(
        1,
        {
            "version": "the number it would have; null if nothing changed",
            "why": "why",
            "refused": "every reason why it would be refused",
            "warnings": "expectations that would give a warning",
            "changes": _CHANGES,
            "entry": "the entry of CORPUS.md",
        },
    ),
    "versions": Output(
        2,
        {
            "releases": "one object a release, oldest first: version, tag, commit, date, articles, message, by, "
            "figures, digest, and `withdrawn`: when and why articles were withdrawn from it, and its successor",
        },
        items="releases",
    ),
    "diff": Output(
        1,
        {
            "old": "name and commit of the first version",
            "new": "name and commit of the second; the commit of the working tree is null",
            "counts": "how many articles of each kind of change",
            "columns": "columns that were added, removed or have another type",
            "changes": "each article that differs: article_id, kind, the old and the new state, the columns and parts "
            "that differ, and with --words the runs of text that were kept, removed or added",
        },
    ),
    "history": Output(
        1,
        {
            "article_id": "the article",
            "version": "the version whose revisions these are",
            "revisions": "each revision: the article's columns, when it was superseded, whether it is the current one, "
            "the releases that have it, and what changed",
            "released": "releases that have the article",
            "unread": "releases whose data could not be read",
            "all_releases": "all releases, oldest first",
            "first": "the first release that has it; null if none",
            "last": "the last release that has it; null if none",
            "seen": "how its pages were found by `corpus collect`: when they were last there, how often they were "
            "looked at, and since when they are gone; null if it was not collected",
        },
    ),
    "browse": Output(
        1,
        {
            "address": "address of the first page, with the token that opens it; printed once the server listens",
            "port": "the port on 127.0.0.1",
            "version": "the version of the pages whose address names no other",
            "commit": "its commit; null for the working tree",
            "as_of": "the day of --as-of; null without one",
            "articles": "how many articles it has",
            "index": "the folder of the search index",
        },
    ),
    "search": Output(
        1,
        {
            "version": "the version that was searched",
            "query": "the query, as it was written",
            "articles": "how many articles match",
            "facets": "for each --facet its most frequent values, each with its number of articles; an empty value "
            "means that an article has none",
            "shown": "the first of the articles: article_id, title, published_date, publisher, url, an excerpt, and "
            "what matches in it (`marks`: places in characters, the end exclusive)",
        },
    ),
    "export": Output(
        1,
        {
            "folder": "where it was written",
            "version": "the version",
            "format": "the format of the data files",
            "articles": "how many articles it has",
            "left_out": "how many were left out, by reason",
            "files": "each data file: path, rows, bytes, sha256",
        },
    ),
    "cite": Output(
        1,
        {
            "title": "title of the corpus",
            "version": "the release",
            "date": "its day",
            "commit": "its commit",
            "digest": "sha256 of the articles",
            "author": "who made it",
            "articles": "how many articles it has",
            "url": "address of the git remote; null without one",
            "licences": "what was noted of rights",
            "recompute": "the shell command that computes the digest",
        },
    ),
    "doctor": Output(
        2,
        {"findings": "each finding: what it is about, ok, warning or problem, what was found, and how to fix it"},
        items="findings",
    ),
    "verify": Output(
        1,
        {
            "ok": "whether nothing is wrong",
            "version": "what was verified",
            "commit": "its commit; null for the working tree",
            "looked": "how much was read, by kind",
            "faults": "what is wrong and was not repaired",
            "mended": "what was repaired",
            "notes": "what could not be checked",
            "not_mended_because": "why a repair was not possible",
        },
    ),
    "forget": Output(
        1,
        {
            "reason": "the reason, as in withdrawn.yaml",
            "resumed": "whether an interrupted withdrawal is being continued",
            "articles": "what is withdrawn: article_id, title, publisher, published_date",
            "documents": "ids of the documents",
            "duplicates_that_stay": "articles with the same text that are not withdrawn",
            "seeds": "files in seeds/ that are deleted",
            "batches": "how many documents each batch loses",
            "releases": "releases that get a successor",
            "not_looked_into": "releases whose data could not be read",
            "kept_by": "other branches and tags that still have it",
            "in_git": "files whose text remains in git's history, with the commits",
            "done?": "without --dry-run: what was done",
        },
    ),
}
