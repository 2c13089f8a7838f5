"""The flow and its schedule, made known to a Prefect server."""

from __future__ import annotations

import hashlib
import socket
from typing import TYPE_CHECKING, Any

from flows import runs
from flows.update import update

if TYPE_CHECKING:
    from uuid import UUID

    from corpus.repo.repository import Repository
    from flows.plan import Plan


def deploy(repository: Repository, plan: Plan, *, shared: bool) -> UUID:
    """Make the flow and its schedule known to the server.

    No concurrency limit: anyone who serves starts one run at a time, and a slot of the server's would outlive a crash.

    Args:
        repository: the corpus.
        plan: what is run, and when.
        shared: whether other corpora may use the server; each then has a name of its own.

    Returns:
        The deployment.
    """
    from prefect.types.entrypoint import EntrypointType

    deployment: Any = update.to_deployment(
        name_of(repository) if shared else "schedule",
        schedule=plan.schedule(),
        parameters={
            "repo": str(repository.root),
            "commit_changes": plan.commit,
            "workers": plan.workers,
            "collect": plan.collect,
        },
        tags=[runs.tag(repository)],
        # By module: repositories of `corpus init` have the flow in the installed package only.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    deployment.paused = False
    found: UUID = deployment.apply()
    return found


def name_of(repository: Repository) -> str:
    """Return a deployment's name that no other corpus or machine has."""
    place = f"{socket.gethostname()}:{repository.root}"
    return f"schedule-{repository.root.name}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
