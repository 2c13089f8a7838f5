"""The environment of everything Prefect here: its state inside the project, and not a word on the user's screen.

Prefect reads its settings when it is imported, so this comes first and imports nothing of it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

QUIET: Final = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # Our own lines say what happened; Prefect's log would tell it again, with a traceback.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SHOW_UPDATE_NOTICES": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
API: Final = "PREFECT_API_URL"


def prepare(root: Path) -> str | None:
    """Set what Prefect is to find; what the user has set stays.

    Returns:
        The address of the user's own server, if PREFECT_API_URL names one.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(root / ".prefect"))
    return os.environ.get(API)
