"""Writes the reference page of what `--json` prints."""

from __future__ import annotations

from corpus.cli.outputs import OUTPUTS
from docs.hooks.reference import GENERATED, table


def page() -> str:
    """Every JSON output, key by key."""
    lines = [
        "# JSON outputs",
        "",
        "Every command that prints a table or a summary prints one JSON object with `--json`. Its first key, `schema`,",
        "is the command's name and a version. The version goes up when a key is removed, renamed or changes its type;",
        "new keys do not raise it. Text that could confuse a terminal is written as escapes.",
        "",
    ]
    for name, output in OUTPUTS.items():
        lines += [f"## {name}", "", f"`schema`: `corpus {name}/{output.version}`", ""]
        rows = [(f"`{key.rstrip('?')}`", text) for key, text in output.keys.items()]
        lines += table(("key", "meaning"), rows)
    return GENERATED + "\n".join(lines) + "\n"
