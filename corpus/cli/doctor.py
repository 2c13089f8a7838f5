"""`corpus doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.cli.show import echo, json_option, print_json, safe


@click.command()
@click.option("--network", is_flag=True, help="Also contact the remotes and the Prefect server; writes a small object.")
@json_option
def doctor(network: bool, as_json: bool) -> int:
    """Check git, DVC, libraries, disk, cache, engine, remotes and Prefect, and suggest fixes.

    Changes nothing. Contacts no server unless --network is given; then a small object is written to each DVC remote and
    removed again. Exit 1 if there is a problem.
    """
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
