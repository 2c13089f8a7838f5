"""What the commands print that add, collect and build, or that bring a repository up to date."""

from __future__ import annotations

from typing import Final

from corpus.cli.outputs.output import Output

INTAKE: Final[dict[str, Output]] = {
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
            "(`looked`), numbers by outcome, how many documents were added, how many new pages are left for later runs "
            "and about how many seconds those take (`left_seconds`), failure, problems, and when it is next due",
            "failing": "sources that fail again and again, with the reason",
            "silent": "sources with nothing new, with the time since when",
            "sealed": "the batches that were made: name, documents, observations",
            "backlog": "what is in the spool and in no batch yet",
            "notes": "what else should be known",
            "stopped": "why it stopped early; null if it did not",
        },
    ),
    "collect replay": Output(
        1,
        {
            "files": "each feed, sitemap and section page whose body a batch holds: source, when it was fetched, the "
            "articles that it named (`entries`), how many of them are documents of a batch (`captured`), further files "
            "that it named, and what could not be read",
            "confirmed": "how many pages have the signals of rights that the evidence in the batches gives",
            "differing": "the addresses of pages that have others, up to 100",
        },
    ),
    "collect --dry-run": Output(
        1,
        {
            "sources": "for each collected source: whether it would be asked for new articles, when it is due, the "
            "pages to fetch, how many would be left and why, when the next of these is due, and about how many seconds "
            "it takes; or that it is the example's, which is never asked for",
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
}
