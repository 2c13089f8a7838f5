"""The remotes that people have, for real: a folder, an OpenSSH server and an S3 server, all on this machine."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.integrity.faults import Trouble
from corpus.integrity.repair import repair, repair_remote
from corpus.integrity.verify import verify
from corpus.integrity.verify_remote import verify_remote
from corpus.objects import objectstore
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from tests.ports import reserved_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Corpus

_SECONDS = 300
_SSHD = shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


@contextmanager
def serving(command: list[str], port: int, said: Path) -> Iterator[None]:
    """Run a server until the end, from the moment it answers."""
    with said.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, said.read_text()
                assert time.monotonic() < deadline, said.read_text()
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def use(repo: Corpus, settings: dict[str, str]) -> None:
    """Make a remote the default one, by the settings of the repository."""
    config = repo.root / ".dvc/config"
    lines = "".join(f"    {name} = {value}\n" for name, value in settings.items())
    core = config.read_text().replace("[core]\n", "[core]\n    remote = store\n")
    config.write_text(f"{core}['remote \"store\"']\n{lines}")


@pytest.fixture
def a_folder(tmp_path: Path) -> dict[str, str]:
    return {"url": str(tmp_path / "remote")}


@pytest.fixture
def an_ssh_server(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An sshd of our own: its host key, its port, and one user's key that it lets in."""
    if _SSHD is None:
        assert not os.environ.get("CI"), "CI installs openssh-server"
        pytest.skip("there is no sshd; install openssh-server")
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    if os.geteuid() == 0:
        # Where a package has not been started yet, this is missing, and sshd refuses.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    config = tmp_path / "sshd_config"
    with reserved_port() as port:
        config.write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/user.pub\n"
            "PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            # However slowly people log in, and however many of them at once.
            "LoginGraceTime 0\nMaxStartups 1000\n"
            "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
        )
        with serving([_SSHD, "-D", "-e", "-f", str(config)], port, tmp_path / "sshd.log"):
            yield {
                "url": f"ssh://127.0.0.1:{port}{tmp_path}/remote",
                "user": getpass.getuser(),
                "keyfile": f"{tmp_path}/user",
                "allow_agent": "false",
            }


@pytest.fixture
def an_s3_server(tmp_path: Path) -> Iterator[dict[str, str]]:
    server = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p"]
    with reserved_port() as port, serving([*server, str(port)], port, tmp_path / "s3.log"):
        endpoint = f"http://127.0.0.1:{port}"
        import boto3

        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys).create_bucket(Bucket="news")
        yield {
            "url": "s3://news/corpus",
            "endpointurl": endpoint,
            "access_key_id": "test",
            "secret_access_key": "test",
            "region": "us-east-1",
        }


@pytest.mark.parametrize("kind", ["a_folder", "an_ssh_server", "an_s3_server"])
def test_push_open_verify_and_mend(built: Corpus, kind: str, request: pytest.FixtureRequest) -> None:
    settings = request.getfixturevalue(kind)
    use(built, settings)
    built.commit("A remote")
    built.dvc("push")
    repository = Repository(built.root)
    version = Snapshot.of(repository, "HEAD")
    cache = version.objects.folder

    with objectstore.default(repository) as store:
        number, faults = verify_remote(version, store)
        assert (number, faults) == (len({one.md5 for one in version.needed()}), [])
        # One is gone and one damaged, behind a listing that says that all is well.
        first, second = [one for one in version.needed() if one.path.endswith(".parquet")][:2]
        assert store.delete(first.md5)
        assert not store.delete(first.md5)
        assert store.size(first.md5) is None
        odb = store._odb
        odb.fs.pipe_file(odb.oid_to_path(first.md5), b"not what it was")
        assert store.digest(first.md5) not in {None, first.md5}
        assert store.delete(second.md5)
        faults = verify_remote(version, store)[1]
        assert {(fault.md5, fault.trouble) for fault in faults} == {
            (first.md5, Trouble.DAMAGED),
            (second.md5, Trouble.MISSING),
        }
        assert repair_remote(version, faults, store) == []
        assert verify_remote(version, store)[1] == []

        # Straight from there, with nothing in the cache; in a process that has not fetched it before.
        aside = cache.rename(cache.with_name("aside"))
        code = "import corpus; print(corpus.open('HEAD').arrow().num_rows)"
        done = subprocess.run([sys.executable, "-c", code], cwd=built.root, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("2\n", "")
        for _ in range(2):
            repair(version, verify(version).faults, store)
        assert verify(version).faults == ()
        assert {path.name for path in aside.glob("*/*")} == {path.name for path in cache.glob("*/*")}


def test_a_remote_that_is_not_there_is_reported_in_a_line(built: Corpus) -> None:
    with reserved_port() as port:
        use(built, {"url": f"ssh://127.0.0.1:{port}/nowhere"})
        done = built.run("verify", "--remote", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: Remote 'store' (ssh://127.0.0.1:")
    assert "Traceback" not in done.stderr
