"""`corpus init`."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.cli.show import echo, safe


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="Put a first article into seeds/.")
def init(folder: Path, example: bool) -> None:
    """Make a new corpus repository: git, DVC, the pipeline, params.yaml and seeds/."""
    from corpus.app.init import init as make

    repository = make(folder, example=example)
    committed = bool(repository.commit_of("HEAD"))
    echo(f"Made a corpus repository in {safe(repository.root)}.")
    if not committed:
        echo("Nothing is committed yet: git does not know who you are (`git config user.email …`).")
    if example:
        echo(f"Next: cd {safe(folder)} and run `corpus build`: a first article is in seeds/.")
    else:
        echo(f"Next: cd {safe(folder)}, put articles (.txt, .md, .html) into seeds/, and run `corpus build`.")
