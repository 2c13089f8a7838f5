"""`corpus build`, and the five stages that DVC runs."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from corpus.cli.show import echo, json_option, print_json
from corpus.stages import STAGES, WATCHED

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.pipeline.executor import Executor
    from corpus.pipeline.outcome import Outcome
    from corpus.pipeline.reproducing import Step
    from corpus.settings import Settings
    from corpus.stages import Stage
    from corpus.tables.ledger import Ledger

wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait at most this many seconds for the write lock.",
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1, max=256),
    envvar="CORPUS_WORKERS",
    help="Number of worker processes; one for each processor by default.",
)
cluster_option = click.option(
    "--cluster",
    envvar="CORPUS_CLUSTER",
    metavar="ADDRESS",
    help="Use the workers of a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, or a scheduler file.",
)
insecure_option = click.option(
    "--insecure-cluster",
    is_flag=True,
    envvar="CORPUS_INSECURE_CLUSTER",
    help="Accept tcp:// to another machine: anyone who can reach its port can run code.",
)


@click.command()
@wait_option
@workers_option
@cluster_option
@insecure_option
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Show what each stage did.")
def build(
    wait: float, workers: int | None, cluster: str | None, insecure_cluster: bool, as_json: bool, verbose: bool
) -> None:
    """Bring the corpus up to date with seeds/, params.yaml and the engine.

    Runs the DVC pipeline (`dvc repro`) under a lock, repairs what a killed run left behind, and verifies that every
    object that dvc.lock pins is in the DVC cache.
    """
    from corpus.app.summary import summarise
    from corpus.pipeline.build import build as run
    from corpus.repo.outdated import hint
    from corpus.repo.repository import find

    repository = find()
    if line := hint(repository.root):
        echo(line, err=True)

    def show(step: Step) -> None:
        if not as_json and step.ran:
            echo(step.printed if verbose and step.printed else f"{step.stage:9} done", err=True)

    variables = {}
    if cluster:
        from corpus.cluster.address import parse
        from corpus.cluster.connection import describe

        address = parse(cluster, insecure=insecure_cluster)
        for line in describe(address).lines:
            echo(line, err=True)
        variables = address.variables()
    done = run(repository, wait=wait, workers=workers, show=show, variables=variables)
    summary = summarise(repository)
    if as_json:
        steps = [{"stage": step.stage, "ran": step.ran, "output": step.printed} for step in done.steps]
        print_json("build", {"changed": done.changed, "seconds": round(done.seconds, 2), "steps": steps,
                    "mended": done.mended, "engine_changed": done.engine_changed, **summary.as_dict()})  # fmt: skip
        return
    for line in done.mended:
        echo(f"Repaired: {line}.")
    if not any(step.ran for step in done.steps):
        echo("Up to date.")
    echo(summary.in_words())


def stage_command(stage: Stage) -> click.Command:
    """Return the command that runs one stage, as dvc.yaml calls it."""

    @click.command(stage.name, help=f"{stage.help} DVC runs this; `corpus build` runs DVC.")
    @workers_option
    @cluster_option
    @insecure_option
    def command(workers: int | None, cluster: str | None, insecure_cluster: bool) -> None:
        _run_stage(stage, workers, cluster, insecure_cluster)

    return command


def _executor(workers: int | None, cluster: str | None, insecure: bool) -> Executor:
    if not cluster:
        from corpus.pipeline.executors import chosen

        return chosen(workers)
    from corpus.cluster.address import parse
    from corpus.cluster.executor import Cluster

    return Cluster(parse(cluster, insecure=insecure), lambda line: echo(line, err=True))


def _run_stage(stage: Stage, workers: int | None, cluster: str | None, insecure: bool) -> None:
    """Run one stage under the lock, in the repository of the current folder."""
    from corpus import settings
    from corpus.repo.lock import die_with_dvc, write_lock

    if os.environ.get("DVC_STAGE") and not os.environ.get(WATCHED):
        die_with_dvc()
    root = _root()
    values = settings.load(root)
    module, _, function = stage.entry.partition(":")
    work: Callable[[Path, Settings, Executor], Outcome | Ledger] = getattr(importlib.import_module(module), function)
    with write_lock(root, f"corpus {stage.name}"):
        outcome = work(root, values, _executor(workers, cluster, insecure))
    echo(f"{stage.name}: {outcome}")


def _root() -> Path:
    # Stages do without git and DVC; the folder with dvc.yaml is enough.
    from corpus.errors import NotARepository

    folder = Path.cwd()
    for root in (folder, *folder.parents):
        if (root / "dvc.yaml").is_file():
            return root
    raise NotARepository(folder, "no dvc.yaml here or above")


COMMANDS: Final = {stage.name: stage_command(stage) for stage in STAGES}
