"""The part of `benchmarks/faults/syscalls.py` that needs no strace: what is chosen, and how strace is asked for it."""

from __future__ import annotations

import random

import pytest

from benchmarks.faults.__main__ import programs
from benchmarks.faults.serve_kills import moment_of
from benchmarks.faults.syscalls import CHANGING, LISTING, READING, Calls, Fault

LOG = """\
11 openat(AT_FDCWD</repo>, "params.yaml", O_RDONLY|O_CLOEXEC) = 3</repo/params.yaml>
11 openat(AT_FDCWD</repo>, "/repo/data/raw", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 4</repo/data/raw>
11 openat(AT_FDCWD</repo/data>, "../dvc.lock", O_RDONLY) = 4</repo/dvc.lock>
11 openat(AT_FDCWD</repo>, "new.yaml", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 3</repo/new.yaml>
11 openat(AT_FDCWD</repo>, ".dvc/tmp/lock", O_RDONLY) = 3</repo/.dvc/tmp/lock>
11 openat(AT_FDCWD</repo>, "/usr/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libc.so.6>
11 write(3</repo/new.yaml>, "a", 1) = 1
12 write(1<pipe:[7]>, "b", 1 <unfinished ...>
11 rename("new.yaml", "old.yaml") = 0
12 <... write resumed>) = 1
11 write(3</repo/new.yaml>, "c", 1) = 1
11 --- SIGCHLD {si_signo=SIGCHLD} ---
11 +++ exited with 0 +++
"""


def test_calls_are_counted_by_process_and_files_of_the_repository_are_known(tmp_path):
    found = Calls.of(LOG.replace("/repo", str(tmp_path)).splitlines(), tmp_path)
    assert found.changing == {"rename": [1], "write": [1, 2]}
    assert found.reading == ["data/raw", "dvc.lock", "params.yaml"]


def test_faults_are_those_that_a_seed_gives_and_of_every_kind(tmp_path):
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "params.yaml").touch()
    calls = Calls({"write": [1, 2], "fsync": [5]}, ["data/raw", "gone.yaml", "params.yaml"])
    first, again = ([calls.draw(random.Random(seed), tmp_path) for seed in range(400)] for _ in range(2))
    assert first == again
    for fault in first:
        if fault.path is None:
            assert 1 <= fault.number <= {"write": 2, "fsync": 5}[fault.call]
            assert fault.error is None or fault.error in CHANGING[fault.call]
        else:
            assert fault.error in {"data/raw": LISTING, "params.yaml": READING}[fault.path][fault.call]
        # What passes is not for ever, and nobody is killed twice.
        assert not (fault.lasting and fault.error in {None, "EINTR"})
    assert {fault.call for fault in first} == {"write", "fsync", *LISTING, *READING}
    assert {fault.error for fault in first} >= {None, "ENOSPC", "EIO", "EINTR", "EDQUOT", "EACCES"}


@pytest.mark.parametrize(
    ("fault", "inject", "text"),
    [
        (Fault("write", "ENOSPC", 7), "inject=write:error=ENOSPC:when=7", "write 7: ENOSPC"),
        (Fault("fsync", "EIO", 2, lasting=True), "inject=fsync:error=EIO:when=2+", "fsync 2 and all after it: EIO"),
        (Fault("rename", None, 3), "inject=rename:signal=KILL:when=3", "rename 3: KILL"),
        (Fault("read", "EIO", path="/a b"), "inject=read:error=EIO:when=1", "read 1 of /a b: EIO"),
    ],
)
def test_a_fault_as_strace_and_a_reader_have_it(fault, inject, text):
    path = ["-P", fault.path] if fault.path else []
    assert fault.arguments() == ["-e", f"trace={fault.call}", "-e", inject, *path]
    assert str(fault) == text


def test_the_programs_run_all_of_them_and_nothing_else():
    assert programs() == [
        "attack", "collect_kills", "damages", "fuzz", "fuzz_exports", "kills", "original_kills", "serve_kills", "syscalls", "writers",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 3, 10, 40])
def test_moments_are_spread_over_a_complete_run(count):
    for seed in range(20):
        draw = random.Random(seed)
        moments = [moment_of(number, count, draw) for number in range(count)]
        assert [int(moment * count) for moment in moments] == [*range(count)]
