"""`python -m corpus.doctor.probe ROOT REMOTE`: write, read and remove a small object in a DVC remote.

Prints one line of JSON, `{"ok": …}` or `{"error": …}`. It is a separate program, so that its caller can end it.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path

from corpus.objects import objectstore


def probe(root: str, remote: str) -> str:
    """Return a sentence about the result. Raises the errors of the remote's client."""
    began = time.monotonic()
    store = objectstore.database(Path(root), remote)
    name, content = f"corpus-doctor-{secrets.token_hex(8)}", secrets.token_bytes(64)
    path = store.fs.join(store.path, name)
    store.fs.makedirs(store.path, exist_ok=True)
    try:
        store.fs.pipe_file(path, content)
        if store.fs.cat_file(path) != content:
            raise OSError("the remote returned other bytes than were written")
    finally:
        with suppress(Exception):  # the error before it says more
            store.fs.remove(path)
    return f"writes, reads and removes ({time.monotonic() - began:.1f} s)"


def main() -> None:
    """Print the result."""
    try:
        result = {"ok": probe(sys.argv[1], sys.argv[2])}
    except Exception as error:  # noqa: BLE001 - each client has errors of its own; all are reported
        result = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
