"""What a run leaves on show: a summary, the verdicts by check, and where the report is."""

from __future__ import annotations

import csv
import re
import sys
from typing import TYPE_CHECKING

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from corpus.app.summary import summarise
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.app.collecting import Report
    from corpus.cluster.connection import Description
    from corpus.pipeline.reproducing import Step
    from corpus.repo.repository import Repository

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")


def publish(repository: Repository, changed: bool, steps: Sequence[Step], commit: str | None) -> None:
    """Leave the artifacts of a finished run."""
    create_markdown_artifact(
        markdown(repository, changed, steps, commit), key="corpus-summary", description="The corpus"
    )
    with (repository.root / "reports" / "verdicts_by_check.csv").open(newline="", encoding="utf-8") as file:
        create_table_artifact(list(csv.DictReader(file)), key="corpus-verdicts", description="Verdicts by check")
    report = (repository.root / "reports" / "index.html").as_uri()
    create_link_artifact(report, link_text="reports/index.html", key="corpus-report", description="The report")


def publish_cluster(cluster: Description) -> None:
    """Print which cluster the stages of a run use, and publish a link to its dashboard as an artifact."""
    for line in cluster.lines:
        print(line, file=sys.stderr, flush=True)
    if cluster.dashboard:
        create_link_artifact(
            cluster.dashboard, link_text=cluster.address, key="corpus-cluster", description="The cluster's dashboard"
        )


def publish_collected(report: Report) -> None:
    """Publish the table of what was collected as an artifact: outcomes by source, and what went wrong."""
    rows = [
        {
            "source": _escaped(run.name),
            **{outcome.value: count for outcome, count in sorted(run.outcomes.items()) if count},
            "added": run.added,
            "failure": _escaped(run.failure or ""),
            "next": run.due.isoformat(timespec="minutes") if run.due else "",
        }
        for run in report.sources
    ]
    if rows:
        create_table_artifact(rows, key="corpus-collected", description="What was collected, by source and outcome")


def markdown(repository: Repository, changed: bool, steps: Sequence[Step], commit: str | None) -> str:
    """The summary."""
    summary = summarise(repository)
    ran = ", ".join(step.stage for step in steps if step.ran) or "none; everything was up to date"
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in summary.ledger.as_dict().items())
    lines = [
        f"# {'The corpus has changed' if changed else 'The corpus has not changed'}",
        f"Stages that ran: {ran}.",
        f"| ledger | |\n|---|---:|\n{rows}",
        f"Articles: `{summary.articles}` in {_escaped(str(repository.root))}, {count(summary.shards, 'file')}.",
    ]
    if commit:
        lines.append(f"Committed as `{commit[:10]}`.")
    return "\n\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
