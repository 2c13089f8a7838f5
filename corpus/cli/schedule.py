"""`corpus update` and `corpus serve`: the Prefect flow, in a process of its own, for the engine knows no Prefect."""

from __future__ import annotations

import os
import sys

import click

from corpus.cli.collect import loopback_option
from corpus.cli.pipeline import cluster_option, insecure_option, wait_option, workers_option
from corpus.cli.show import json_option
from corpus.repo.repository import find

collect_option = click.option(
    "--no-collect", is_flag=True, help="Build only: fetch nothing from collect.yaml's sources."
)
commit_option = click.option("--commit", is_flag=True, help="Commit dvc.lock and reports/ if the corpus changed.")


@click.command()
@commit_option
@collect_option
@loopback_option
@wait_option
@workers_option
@cluster_option
@insecure_option
@json_option
def update(
    commit: bool,
    no_collect: bool,
    allow_loopback: bool,
    wait: float,
    workers: int | None,
    cluster: str | None,
    insecure_cluster: bool,
    as_json: bool,
) -> None:
    """Run the Prefect flow once: collect what is due, then the stages of `corpus build`, with retries and artifacts.

    A source that fails stops neither the others nor the build; exit 1 says that one fails or is silent.
    Reports to the server at PREFECT_API_URL; without one, to a server of its own that ends with the run.
    """
    options = ["--wait", str(wait)]
    options += ["--commit"] if commit else []
    options += ["--workers", str(workers)] if workers else []
    options += ["--json"] if as_json else []
    options += ["--no-collect"] if no_collect else []
    options += ["--allow-loopback"] if allow_loopback else []
    _become("update", options, _variables(cluster, insecure_cluster))


@click.command()
@click.option("--cron", metavar="EXPRESSION", help='When to run, as a cron expression: "0 6 * * *".')
@click.option("--timezone", metavar="ZONE", help="Time zone of --cron, for example Europe/Berlin; UTC by default.")
@click.option("--every", metavar="INTERVAL", help="How often to run: 30s, 15m, 1h, 1d.")
@commit_option
@collect_option
@workers_option
@cluster_option
@insecure_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address on which the page listens; other than this one, it needs CORPUS_SERVE_PASSWORD.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the page; 4200 or the next free one by default.")
def serve(
    cron: str | None,
    timezone: str | None,
    every: str | None,
    commit: bool,
    no_collect: bool,
    workers: int | None,
    cluster: str | None,
    insecure_cluster: bool,
    host: str,
    port: int | None,
) -> None:
    """Run the Prefect flow on a schedule, one run at a time, until stopped with Ctrl-C or SIGTERM.

    Keeps one Prefect server up, with its page on this machine behind a password, unless PREFECT_API_URL names another.
    """
    if (cron is None) == (every is None):
        raise click.UsageError('Give a schedule: --cron "0 6 * * *" or --every 1h.')
    options = ["--cron", cron] if cron else ["--every", every or ""]
    options += ["--timezone", timezone] if timezone else []
    options += ["--commit"] if commit else []
    options += ["--workers", str(workers)] if workers else []
    options += ["--no-collect"] if no_collect else []
    options += ["--host", host, *(["--port", str(port)] if port else [])]
    _become("serve", options, _variables(cluster, insecure_cluster))


def _variables(cluster: str | None, insecure: bool) -> dict[str, str]:
    """Return the variables of the environment that name a cluster to the flow and the stages that it starts."""
    if not cluster:
        return {}
    from corpus.cluster.address import given

    return given(cluster, insecure=insecure)


def _become(command: str, options: list[str], variables: dict[str, str]) -> None:
    """Turn this process into the flow's: signals and exit status are its own."""
    root = find().root
    sys.stdout.flush()
    started = [sys.executable, "-m", "flows", command, "--repo", str(root), *options]
    os.execve(sys.executable, started, {**os.environ, **variables})  # noqa: S606 - no shell is wanted
