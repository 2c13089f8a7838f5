"""What `--json` prints, command by command: a name with a version, and the keys.

The version goes up when a key is removed, renamed or changes its type; a new key does not raise it. The reference page
and a test read this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Output:
    """The JSON object that a command prints.

    Attributes:
        version: of its keys.
        keys: what each key means; the name ends with `?` if it is not always there.
        items: the key that holds the list, where the command prints a list.
    """

    version: int
    keys: Mapping[str, str]
    items: str | None = None


_CHANGES: Final = (
    "numbers of articles added, removed, changed and re-identified, and which columns, publishers and months"
)

OUTPUTS: Final[dict[str, Output]] = {
    "add": Output(
        2,
        {
            "batch": "name of the new batch; null if nothing was added",
            "documents": "how many documents were added",
            "bytes": "their size",
            "media_types": "how many of each media type",
            "repeats": "documents that were known already and not added again",
            "recaptured": "known documents that were added as another capture, without their bytes",
            "unread_capture_times": "rows whose time of capture could not be read",
            "skipped": "how many were skipped, by reason",
            "skipped_examples": "the first of them: source, reason, detail",
            "tables?": "with --dry-run: for each table, its columns by field, and the unused ones",
            "exports?": "with --dry-run: for each export of a press database, what would be taken from it",
        },
    ),
    "collect": Output(
        1,
        {
            "sources": "what was done for each collected source: name, whether it was asked for new articles "
            "(`looked`), numbers by outcome, how many documents were added, failure, problems, and when it is next due",
            "failing": "sources that fail again and again, with the reason",
            "silent": "sources with nothing new, with the time since when",
            "sealed": "the batches that were made: name, documents, observations",
            "backlog": "what is in the spool and in no batch yet",
            "notes": "what else should be known",
            "stopped": "why it stopped early; null if it did not",
        },
    ),
    "collect --dry-run": Output(
        1,
        {
            "sources": "for each collected source: whether it would be asked for new articles, when it is due, the "
            "pages to fetch, how many would be left and why, and about how many seconds it takes",
        },
        items="sources",
    ),
    "collect status": Output(
        1,
        {
            "sources": "each collected source: kind, last success, when it is due, what waits, what was captured in 30 "
            "days, whether it fails or is silent",
            "backlog": "what is in the spool and in no batch yet",
            "seals": "when a batch is made of it",
        },
    ),
    "collect sources": Output(
        1,
        {"offers": "each feed or sitemap found: kind, url, where it was found, entries, and its line for collect.yaml"},
        items="offers",
    ),
    "upgrade": Output(
        1,
        {
            "changes": "the files that change, by path, each with its difference",
            "conflicts": "the places where both sides changed the same lines, with both",
            "notes": "values that moved or have another default now",
            "parameters": "stages whose parameters have other values afterwards, each with its tables",
            "code": "stages that the installed engine builds anew, each with its tables",
            "commit": "the commit that was made; null if none was",
        },
    ),
    "merge": Output(
        1,
        {
            "batches": "how many batches the register names now",
            "added": "the names of the batches that the other branch added",
            "fetched": "the files of batches that were brought to data/raw/",
            "redacted": "how many documents were taken out of each batch, because one branch withdrew them",
            "settled": "the conflicting paths that were settled and staged",
            "left": "the paths that still conflict",
            "built": "whether the corpus was rebuilt: not while what it is built from conflicts",
        },
    ),
    "check": Output(
        2,
        {
            "documents": "one object a document: its source, what would become of it (`fate`), the fields of the "
            "article, its identity (`article_id`, `rule`), failed checks (`verdicts`: severity, check, found), and "
            "with --explain the witnesses of each field",
        },
        items="documents",
    ),
    "build": Output(
        2,
        {
            "changed": "whether any table changed",
            "seconds": "how long it took",
            "steps": "for each stage: whether it ran, and what it printed",
            "mended": "what an interrupted run had left behind and was repaired",
            "engine_changed": "stages whose engine fingerprint changed",
            "ledger": "how many documents became what",
            "shards": "number of files in data/articles",
            "bytes": "their size",
            "articles": "pattern of these files",
            "report": "path of the report",
        },
    ),
    "update": Output(
        1,
        {
            "changed": "whether any table changed",
            "steps": "for each stage: whether it ran, and what it printed",
            "commit": "the commit that was made; null if none",
            "collected?": "what was collected before, as `collect` prints it",
            "not_collected?": "why nothing was collected, though there is a collect.yaml",
            "ledger": "how many documents became what",
            "shards": "number of files in data/articles",
            "bytes": "their size",
            "articles": "pattern of these files",
            "report": "path of the report",
        },
    ),
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


def stamped(name: str, value: Any) -> dict[str, Any]:
    """Put the name and version of its schema first; a list becomes the value of the key that `OUTPUTS` names.

    Raises:
        KeyError: no output has this name.
    """
    output = OUTPUTS[name]
    schema = {"schema": f"corpus {name}/{output.version}"}
    return {**schema, output.items: value} if output.items else {**schema, **value}
