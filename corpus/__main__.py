"""`python -m corpus` is `corpus`."""

from __future__ import annotations

import os
import sys

from corpus.bytecode import cut_short, imported


def main() -> None:
    """Run the `corpus` command; a stage of a build in the process that the build has prepared for its stages."""
    try:
        address = os.environ.get("CORPUS_PREPARED")
        if address and os.environ.get("DVC_STAGE"):
            status = imported("corpus.prepared").hand_over(address, sys.argv[1:])
            if status is not None:
                sys.exit(status)
        command = imported("corpus.cli")
    except EOFError as error:
        sys.exit(f"error: {cut_short(error)} was cut short, as on a full disk. Remove it and run again.")
    command.main()


if __name__ == "__main__":
    main()
