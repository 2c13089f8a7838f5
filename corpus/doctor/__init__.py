"""Checks that this machine and this repository are ready for work. It changes nothing and says what to mend."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from corpus.doctor import machine, remotes, web, workspace
from corpus.doctor.finding import Finding, Level, problem
from corpus.errors import CorpusError
from corpus.objects import dvc_settings
from corpus.repo.repository import find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Finding", "Level", "examine"]


def examine(folder: Path, *, network: bool = False) -> Iterator[Finding]:
    """Check everything that a corpus needs, one thing after the other.

    Args:
        folder: a folder in the repository.
        network: contact the remotes and the Prefect server; otherwise nothing leaves this machine.
    """
    yield from machine.examine(network=network)
    try:
        repository = find(folder)
    except CorpusError as error:
        yield problem("repository", str(error).partition("\n")[0], "go to one, or make one with `corpus init DIR`")
        return
    try:
        config = dvc_settings.of_repository(repository.root)
    except CorpusError as error:
        yield problem("dvc settings", str(error), "mend .dvc/config or .dvc/config.local")
        return
    yield from workspace.examine(repository, config)
    yield from web.examine(repository, datetime.now(UTC))
    yield from remotes.examine(repository, config, network=network)
