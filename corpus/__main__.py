"""`python -m corpus` is `corpus`."""

import sys

from corpus.bytecode import cut_short, imported


def main() -> None:
    """Run the `corpus` command."""
    try:
        command = imported("corpus.cli")
    except EOFError as error:
        sys.exit(f"error: {cut_short(error)} was cut short, as on a full disk. Remove it and run again.")
    command.main()


if __name__ == "__main__":
    main()
