"""`corpus build`, and the five stages that DVC runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.cli.show import echo, json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.pipeline.outcome import Outcome
    from corpus.settings import Settings
    from corpus.tables.ledger import Ledger

wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another writer.",
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1, max=256),
    envvar="CORPUS_WORKERS",
    help="Processes that parse; by default one a core.",
)


@click.command()
@wait_option
@workers_option
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Say what each stage did.")
def build(wait: float, workers: int | None, as_json: bool, verbose: bool) -> None:
    """Bring the corpus up to date with seeds/, params.yaml and the engine.

    Runs the DVC pipeline (`dvc repro`) under a lock, mends what a killed run left behind, and verifies that every
    version it pins is in the DVC cache.
    """
    from corpus.app.summary import summarise
    from corpus.pipeline.build import Step
    from corpus.pipeline.build import build as run
    from corpus.repo.repository import find

    repository = find()

    def tell(step: Step) -> None:
        if not as_json and step.ran:
            echo(step.said if verbose and step.said else f"{step.stage:9} done", err=True)

    done = run(repository, wait=wait, workers=workers, tell=tell)
    summary = summarise(repository)
    if as_json:
        print_json({"changed": done.changed, "seconds": round(done.seconds, 2), "steps": done.steps,
                    "mended": done.mended, "engine_changed": done.engine_changed, **summary.as_dict()})  # fmt: skip
        return
    for line in done.mended:
        echo(f"Mended: {line}.")
    if not any(step.ran for step in done.steps):
        echo("Up to date.")
    echo(summary.in_words())


def _run_stage(name: str, work: Callable[[Path, Settings], Outcome | Ledger]) -> None:
    """Run one stage under the lock, in the repository that DVC or the user stands in."""
    from corpus import settings
    from corpus.repo.lock import die_with_dvc, write_lock

    if os.environ.get("DVC_STAGE"):
        die_with_dvc()
    root = _root()
    chosen = settings.load(root)
    with write_lock(root, f"corpus {name}"):
        outcome = work(root, chosen)
    echo(f"{name}: {outcome}")


def _root() -> Path:
    # Stages do without git and DVC; the folder with dvc.yaml is enough.
    from corpus.errors import NotARepository

    folder = Path.cwd()
    for root in (folder, *folder.parents):
        if (root / "dvc.yaml").is_file():
            return root
    raise NotARepository(folder, "no dvc.yaml here or above")


@click.command()
@workers_option
def ingest(workers: int | None) -> None:
    """Parse the documents of seeds/ into data/documents/. DVC runs this; `corpus build` runs DVC."""
    from corpus.pipeline.ingest import ingest as run
    from corpus.pipeline.workers import default_workers

    _run_stage("ingest", lambda root, settings: run(root, settings, workers or default_workers()))


@click.command()
def validate() -> None:
    """Check data/documents/ into data/verdicts/. DVC runs this; `corpus build` runs DVC."""
    from corpus.pipeline.validate import validate as run

    _run_stage("validate", run)


@click.command()
def resolve() -> None:
    """Decide what each document is, into data/decisions/. DVC runs this; `corpus build` runs DVC."""
    from corpus.pipeline.resolve import resolve as run

    _run_stage("resolve", run)


@click.command()
def write() -> None:
    """Write data/articles/, data/revisions/ and data/quarantine/. DVC runs this; `corpus build` runs DVC."""
    from corpus.pipeline.write import write as run

    _run_stage("write", lambda root, _: run(root))


@click.command()
def report() -> None:
    """Write reports/. DVC runs this; `corpus build` runs DVC."""
    from corpus.pipeline.report import report as run

    _run_stage("report", run)
