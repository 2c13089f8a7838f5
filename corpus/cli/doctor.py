"""`corpus doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.cli.show import echo, json_option, print_json, safe


@click.command()
@click.option("--network", is_flag=True, help="Also contact the remotes and the Prefect server; writes a small object.")
@click.option("--alert", is_flag=True, help="Send a test alert to the addresses of collect.yaml and CORPUS_ALERT_URLS.")
@json_option
def doctor(network: bool, alert: bool, as_json: bool) -> int:
    """Check git, DVC, libraries, disk, cache, engine, remotes and Prefect, and suggest fixes.

    Changes nothing. Contacts no server unless --network is given; then a small object is written to each DVC remote and
    removed again. Exit 1 if there is a problem.
    """
    if alert:
        return _alert()
    from corpus.doctor import Level, examine

    found = []
    colours = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}
    for one in examine(Path(), network=network):
        found.append(one)
        if not as_json:
            echo(f"{click.style(f'{one.level:8}', fg=colours[one.level])} {safe(one.about)}: {safe(one.found)}")
            if one.mend:
                echo(f"         → {safe(one.mend)}")
    if as_json:
        print_json("doctor", found)
    return 1 if any(one.level is Level.PROBLEM for one in found) else 0


def _alert() -> int:
    from corpus.app.alerting import VARIABLE, send
    from corpus.app.collecting import alert_addresses
    from corpus.repo.repository import find

    repository = find()
    to = alert_addresses(repository)
    if not to:
        echo(f"No addresses: write alerts: into collect.yaml, or set {VARIABLE}.", err=True)
        return 1
    sent = send(to, f"newscorpus {repository.root.name}: test", "This is a test of alerts. Nothing is wrong.")
    echo(
        f"Sent a test to {len(to)} {'address' if len(to) == 1 else 'addresses'}."
        if sent
        else "Not every address accepted it."
    )
    return 0 if sent else 1
