"""A Prefect server of the user's, with a password and a certificate of its own: used as they say, or refused in a line."""

from __future__ import annotations

import base64
import http.client
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flows.environment import QUIET
from tests.conftest import UNMEASURED, article
from tests.flows.scenes import leftovers, start, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "admin:correct-horse"
_SERVE = """
import socket, sys
import uvicorn
from prefect.server.api.server import create_app
listening = socket.socket(fileno=int(sys.argv[1]))
config = uvicorn.Config(create_app(), log_level="error", ssl_certfile=sys.argv[2], ssl_keyfile=sys.argv[3])
uvicorn.Server(config).run(sockets=[listening])
"""


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a self-signed certificate for 127.0.0.1. Returns the files of the certificate and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


class Theirs(NamedTuple):
    """A server of the user's: its address and the certificate to trust."""

    address: str
    trusted: Path

    def flow_runs(self) -> int:
        """Return how many runs it knows."""
        context = ssl.create_default_context(cafile=self.trusted)
        credentials = base64.b64encode(PASSWORD.encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        place = self.address.split("/")[2]
        with closing(http.client.HTTPSConnection(place, context=context, timeout=60)) as connection:
            connection.request("POST", "/api/flow_runs/count", body="{}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        assert answer.status == 200, body
        return int(body)


@contextmanager
def their_server(folder: Path) -> Iterator[Theirs]:
    """Run a server with TLS and a password, as a user would."""
    public, private = certificate(folder, "theirs")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        theirs = Theirs(f"https://127.0.0.1:{listening.getsockname()[1]}/api", public)
        own = {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_SERVER_API_AUTH_STRING": PASSWORD}
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(listening.fileno()), str(public), str(private)],
            env={**os.environ, **QUIET, **UNMEASURED, **own}, pass_fds=[listening.fileno()], cwd=folder,
        )  # fmt: skip
    try:

        def answers() -> bool:
            assert process.poll() is None
            with suppress(OSError, http.client.HTTPException):
                return theirs.flow_runs() == 0
            return False

        until(answers, "their server is up")
        yield theirs
    finally:
        process.kill()
        process.wait()


@pytest.mark.trial
def test_a_password_and_a_certificate_of_the_users(corpus_repo, tmp_path):
    corpus_repo.seed("one.txt", article("one"))
    other, _ = certificate(tmp_path, "other")
    with their_server(tmp_path) as theirs:
        trust = {"PREFECT_API_SSL_CERT_FILE": str(theirs.trusted)}
        right = {"PREFECT_API_AUTH_STRING": PASSWORD}
        # One line of error each, and nothing is done: no run there, no server here, no table.
        refused = [
            (trust | {"PREFECT_API_AUTH_STRING": "admin:wrong"}, "it refuses us (HTTP 401)"),
            (trust | {"PREFECT_API_AUTH_STRING": " "}, "it refuses us (HTTP 401)"),
            (right, "its TLS certificate is not trusted"),
            (right | {"PREFECT_API_SSL_CERT_FILE": str(other)}, "its TLS certificate is not trusted"),
            (right | {"PREFECT_API_SSL_CERT_FILE": str(tmp_path / "gone.pem")}, "gone.pem (No such file or directory)"),
        ]
        given = [{**UNMEASURED, "PREFECT_API_URL": theirs.address, **settings} for settings, _ in refused]
        for index in range(0, len(given), 2):
            pair = [start(corpus_repo, "update", **settings) for settings in given[index : index + 2]]
            for process, (settings, words) in zip(pair, refused[index:], strict=False):
                said = process.communicate(timeout=300)[0]
                assert process.returncode == 1, (settings, said)
                (line,) = said.splitlines()
                assert line.startswith(f"error: The Prefect server at {theirs.address} cannot be used: "), line
                assert words in line, (settings, line)
                assert "correct-horse" not in line
        assert theirs.flow_runs() == 0
        assert not (corpus_repo.root / "dvc.lock").exists()
        assert not [*(corpus_repo.root / ".prefect").glob("*.db")]

        for number, settings in enumerate((trust, {"PREFECT_API_TLS_INSECURE_SKIP_VERIFY": "true"}), 1):
            done = corpus_repo.run("update", PREFECT_API_URL=theirs.address, **right, **settings, **UNMEASURED)
            assert done.stderr == ""
            assert done.stdout.splitlines()[-1] == f"reported to {theirs.address}"
            assert theirs.flow_runs() == number
        until(lambda: not leftovers(corpus_repo), "no process is left")
    assert not [*(corpus_repo.root / ".prefect").glob("*.db")]
