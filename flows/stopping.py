"""Stop on a signal: SIGTERM, SIGINT and SIGHUP are blocked and looked for at safe places, so they interrupt nothing."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import Final

# Signals that end a service. Blocked by `block`; the command line blocks them before it becomes `corpus serve`.
ENDING: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_LONGEST_WAIT: Final = 0.5


class Stop:
    """Asks whether a signal to stop has come. Begins by blocking them."""

    def __init__(self) -> None:
        # Under nohup a terminal that closes is no reason to stop.
        self._ending = {
            number for number in ENDING if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
        }
        signal.pthread_sigmask(signal.SIG_BLOCK, self._ending)
        self.came: signal.Signals | None = None

    def wait(self, seconds: float) -> bool:
        """Wait, at most so many seconds, for a signal to stop; return whether one has come, now or before."""
        deadline = time.monotonic() + seconds
        while self.came is None:
            left = max(0.0, min(deadline - time.monotonic(), _LONGEST_WAIT))
            with suppress(InterruptedError):
                found = signal.sigtimedwait(self._ending, left)
                if found is not None:
                    self.came = signal.Signals(found.si_signo)
            if self.came is None and time.monotonic() >= deadline:
                return False
        return True


def reap(own: set[int]) -> None:
    """Take the exit status of children that are not ours: as process 1 of a container we inherit all orphans."""
    if os.getpid() != 1:
        return
    with suppress(ChildProcessError):
        while True:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is None or found.si_pid in own:
                return
            os.waitpid(found.si_pid, os.WNOHANG)
