"""Start the process in which the stages of a build run (`corpus.prepared`), and end it with the build."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from corpus.stages import PREPARED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False


class Prepared:
    """A process for the stages of a build; `variables` of the environment lead a stage to it.

    It costs little before the first stage, which imports the libraries. Only Linux has sockets without a file that
    tell who is connected. On other systems there is no such process, and each stage has one of its own.
    """

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._end = -1

    def start(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Start the process, unless it runs.

        Args:
            folder: the root of the repository.
            environment: the environment of DVC and its stages.
        """
        if self._process is not None or sys.platform != "linux":
            return
        address = f"newscorpus-{secrets.token_hex(16)}"
        watched, self._end = os.pipe()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(f"\0{address}")
            listening.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "corpus.prepared", str(listening.fileno()), str(watched)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(listening.fileno(), watched),
            )
        os.close(watched)
        self.variables = {PREPARED: address}

    def close(self) -> None:
        """End the process, if it runs."""
        if self._process is None:
            return
        # It ends when this end of the pipe is closed, however this process ends; nothing of it is to be kept.
        os.close(self._end)
        self._process.kill()
        self._process.wait()
        self._process, self.variables = None, {}
