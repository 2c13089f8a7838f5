"""Set limits for this worker process: beyond them it gets no memory, or the kernel kills it."""

from __future__ import annotations

import resource

# It can change no byte of a table.
__fingerprint__ = False


def limit_memory(most: int) -> None:
    """Limit this process to so many bytes beyond those that it has mapped already."""
    bound(resource.RLIMIT_AS, address_space() + most)


def limit_time(seconds: int) -> None:
    """Have the kernel kill this process (SIGXCPU) after so many more seconds of processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    bound(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds + 1)


def bound(limit: int, most: int) -> None:
    """Set the soft limit of a resource, no higher than the hard one allows."""
    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def address_space() -> int:
    """Return the bytes that this process has mapped: libraries reserve much memory that they never use."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        # Where there is no /proc the bound is generous.
        return 16 << 30
