"""A disk that takes no more, met by the flow or by its server: one line, and the next run completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_file_limits import require_named, run_limited
from tests.conftest import BODY, UNMEASURED, Corpus, article

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.trial
def test_update_under_a_limit_of_file_size_is_one_line_and_the_next_completes(built: Corpus) -> None:
    built.seed("new.txt", article("new", body=BODY + " New."))
    before = built.git("rev-parse", "HEAD")
    require_named(run_limited(built, 12_000, "update", "--commit"))
    assert built.git("rev-parse", "HEAD") == before
    done = built.run("update", "--commit", **UNMEASURED)
    assert "3 articles" in done.stdout
    assert "committed " in done.stdout


# A disk of its own, full; and once there is room, the same command again.
ON_A_FULL_DISK = """
mount -t tmpfs -o size=64m tmpfs "$1" && cp -a "$2" "$1/repo" && cd "$1/repo" || exit 77
head -c 64m /dev/zero > ../filler 2>/dev/null
for command in release update; do
  "$3" -m corpus $command 2>> ../../errors
  echo $? >> ../../statuses
done
rm ../filler && "$3" -m corpus release -m Full && "$3" -m corpus verify && git tag && git status --porcelain
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs a disk of its own")
def test_release_and_update_on_a_full_disk_are_one_line_and_the_next_release_completes(
    built: Corpus, tmp_path: Path
) -> None:
    (disk := tmp_path / "disk").mkdir()
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", ON_A_FULL_DISK, "sh", disk, built.root, sys.executable],
        capture_output=True, text=True, check=False, timeout=900, env={**os.environ, **UNMEASURED},
    )  # fmt: skip
    if not (tmp_path / "statuses").exists():
        pytest.skip(f"no disk of its own: {done.stderr}")
    assert (tmp_path / "statuses").read_text() == "1\n1\n"
    errors = (tmp_path / "errors").read_text().splitlines()
    assert len(errors) == 2
    for line in errors:
        assert line.startswith("error: ")
        assert "the disk is full (0.0 MB free). Nothing incomplete was published. Make room and run again." in line
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "corpus@v1.0.0"
