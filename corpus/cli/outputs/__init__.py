"""What `--json` prints, command by command: a name with a version, and the keys.

The version goes up when a key is removed, renamed or changes its type; a new key does not raise it. The reference page
and a test read this.
"""

from __future__ import annotations

from typing import Any, Final

from corpus.cli.outputs.intake import INTAKE
from corpus.cli.outputs.output import Output
from corpus.cli.outputs.versions import VERSIONS

__all__ = ["OUTPUTS", "Output", "stamped"]

OUTPUTS: Final[dict[str, Output]] = {**INTAKE, **VERSIONS}


def stamped(name: str, value: Any) -> dict[str, Any]:
    """Put the name and version of its schema first; a list becomes the value of the key that `OUTPUTS` names.

    Raises:
        KeyError: no output has this name.
    """
    output = OUTPUTS[name]
    schema = {"schema": f"corpus {name}/{output.version}"}
    return {**schema, output.items: value} if output.items else {**schema, **value}
