"""The stages of the pipeline, and all that other places need to know of them.

`dvc.yaml`, the stage commands, the order of a build, the fingerprints and the tests follow from this list. To add a
stage, write its function, its tables in `schemas/`, and its entry here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Variables of the environment in which DVC runs stages. Where the process listens that runs them (`corpus.prepared`):
PREPARED: Final = "CORPUS_PREPARED"
# Set within that process, which watches by itself that those it works for are alive.
WATCHED: Final = "CORPUS_PREPARED_WATCHED"
_DATA: Final = "data"
_KEYS: Final = f"{_DATA}/keys"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step from documents to the corpus.

    Attributes:
        name: of the stage, its command and its group in engine.yaml.
        meaning: what it makes of what, in a few words.
        help: what its command does.
        entry: its function, as `module:function`; called with the root, the settings and an executor.
        files: what it reads beside tables, by path.
        reads: the tables that it reads.
        after: the stages whose keys it reads.
        parameters: its group in params.yaml; None if it has none.
        tables: what it writes, in data/.
        keys: whose keys it writes: its own, and those of its parts.
        metrics: the metrics that it writes, kept in git.
        reports: the other files that it writes, kept in git.
    """

    name: str
    meaning: str
    help: str
    entry: str
    files: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    parameters: str | None = None
    tables: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The paths that it depends on, in the order of dvc.yaml."""
        tables = (f"{_DATA}/{table}" for table in self.reads)
        return (*self.files, *tables, *(f"{_KEYS}/{stage}.json" for stage in self.after))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The paths that it writes and DVC keeps, in the order of dvc.yaml."""
        return (*(f"{_DATA}/{table}" for table in self.tables), *(f"{_KEYS}/{key}.json" for key in self.keys))


STAGES: Final = (
    Stage(
        name="ingest",
        meaning="bytes -> parsed, normalised articles; observations of the collector",
        help="Parse the documents of seeds/ and of the batches into data/documents/; list data/observations/.",
        entry="corpus.pipeline.ingest:ingest",
        files=("seeds", "batches.yaml", "withdrawn.yaml"),
        parameters="ingest",
        tables=("documents", "observations"),
        keys=("ingest", "observations"),
    ),
    Stage(
        name="validate",
        meaning="pandera checks -> verdicts",
        help="Check data/documents/ into data/verdicts/.",
        entry="corpus.pipeline.validate:validate",
        reads=("documents",),
        after=("ingest",),
        parameters="validate",
        tables=("verdicts",),
        keys=("validate",),
    ),
    Stage(
        name="resolve",
        meaning="identity, revisions, duplicates -> decisions",
        help="Decide what each document is, into data/decisions/.",
        entry="corpus.pipeline.resolve:resolve",
        reads=("documents", "verdicts"),
        after=("ingest", "validate"),
        parameters="resolve",
        tables=("signatures", "pairs", "decisions"),
        keys=("signatures", "pairs", "resolve"),
    ),
    Stage(
        name="write",
        meaning="documents + verdicts + decisions -> the corpus",
        help="Write data/articles/, data/revisions/ and data/quarantine/.",
        entry="corpus.pipeline.write:write",
        reads=("documents", "verdicts", "decisions"),
        after=("ingest", "validate", "resolve"),
        tables=("articles", "revisions", "quarantine"),
        keys=("write",),
    ),
    Stage(
        name="report",
        meaning="figures, plots, page, card, data dictionary",
        help="Write reports/.",
        entry="corpus.pipeline.report:report",
        files=("batches.yaml",),
        reads=("documents", "verdicts", "decisions", "articles", "revisions", "quarantine"),
        after=("ingest", "validate", "resolve", "write"),
        parameters="report",
        metrics=("reports/metrics.json",),
        reports=(
            "reports/index.html",
            "reports/card.md",
            "reports/dictionary.md",
            "reports/articles_by_month.csv",
            "reports/articles_by_publisher.csv",
            "reports/articles_by_language.csv",
            "reports/verdicts_by_check.csv",
        ),
    ),
)
NAMES: Final = tuple(stage.name for stage in STAGES)


def pipeline() -> str:
    """Return the stages as the `stages:` part of dvc.yaml."""
    return "stages:\n" + "\n".join(_entry(stage) for stage in STAGES)


def _entry(stage: Stage) -> str:
    own = [f"      - {stage.parameters}"] if stage.parameters else []
    lines = [
        f"  {stage.name}:",
        f"    desc: {stage.meaning}",
        f"    cmd: corpus {stage.name}",
        "    deps:",
        *(f"      - {path}" for path in stage.inputs),
        "    params:",
        *own,
        "      - engine.yaml:",
        f"          - {stage.name}",
    ]
    for kind, paths in (("metrics", stage.metrics), ("outs", (*stage.outputs, *stage.reports))):
        lines += [f"    {kind}:"] if paths else []
        for path in paths:
            kept_in_git = () if path in stage.outputs else ("          cache: false",)
            lines += [f"      - {path}:", *kept_in_git, "          persist: true"]
    return "\n".join(lines) + "\n"
