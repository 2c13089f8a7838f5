"""What Prefect is told: the user's own settings where there are any, and one line of error where they lead nowhere."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from corpus.errors import CorpusError, UsageError
from flows import environment
from flows.address import _check_certificates, _check_form, shown
from tests.conftest import UNMEASURED
from tests.ports import reserved_port


@pytest.fixture
def clean(monkeypatch, tmp_path):
    """An environment without settings of Prefect, which is restored."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith("PREFECT_"):
            del os.environ[name]
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize(
    "name",
    [
        "PREFECT_API_URL",
        "PREFECT_PROFILE",
        "PREFECT_HOME",
        "PREFECT_API_KEY",
        "PREFECT_API_AUTH_STRING",
        "PREFECT_PROFILES_PATH",
    ],
)
@pytest.mark.parametrize("value", ["", " ", "\t\n"])
def test_empty_is_unset(clean, name, value):
    os.environ[name] = value
    assert environment.prepare(clean) is None
    if name == "PREFECT_HOME":
        assert os.environ[name] == str(clean / ".prefect")
    else:
        assert name not in os.environ


def test_an_address_is_taken_as_it_is(clean):
    os.environ["PREFECT_API_URL"] = " http://127.0.0.1:4200/api "
    assert environment.prepare(clean) == "http://127.0.0.1:4200/api"


@pytest.mark.parametrize(
    "given", ["{root}/file", "{root}/file/below", "/proc/prefect", "/dev/null/prefect", "/sys/prefect"]
)
def test_a_home_that_cannot_be_written_is_replaced_with_one_line(clean, capsys, given):
    (clean / "file").write_text("in the way")
    os.environ["PREFECT_HOME"] = given.format(root=clean)
    environment.prepare(clean)
    assert os.environ["PREFECT_HOME"] == str(clean / ".prefect")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert given.format(root=clean) in lines[0]


def test_a_home_of_the_users_is_kept(clean, capsys):
    os.environ["PREFECT_HOME"] = str(clean / "mine")
    environment.prepare(clean)
    assert os.environ["PREFECT_HOME"] == str(clean / "mine")
    assert capsys.readouterr().err == ""


def test_the_home_is_for_this_user_only(clean):
    (clean / ".prefect").mkdir(mode=0o755)
    environment.prepare(clean)
    assert (clean / ".prefect").stat().st_mode & 0o777 == 0o700


def test_a_server_of_our_own_is_asked_directly_and_alone(clean):
    os.environ["NO_PROXY"] = "intranet"
    os.environ["PREFECT_API_KEY"] = "the user's"
    os.environ["PREFECT_PROFILE"] = "mine"
    os.environ["PREFECT_HOME"] = str(clean / "mine")
    environment.isolate("http://127.0.0.1:1234", "secret")
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:1234/api"
    assert "PREFECT_API_KEY" not in os.environ
    assert "PREFECT_PROFILE" not in os.environ
    assert os.environ["NO_PROXY"] == "intranet,127.0.0.1,localhost,::1"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:4200", "localhost", "ftp://127.0.0.1/api", "http://", "http:///api", "http://host:port/api", "http://host:99999/api",
     "http://host:0/api", "file:///etc/passwd", "http://[::1/api", "http://a b/api", "//host/api", "-"],
)  # fmt: skip
def test_what_is_not_an_address(address):
    with pytest.raises(UsageError, match="not the address of a server"):
        _check_form(address)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: None, "No such file or directory"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.touch(), "it holds no certificates"),
        (lambda path: path.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "it holds no certificates"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(200)), "it holds no certificates"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    ],
)  # fmt: skip
def test_a_file_without_certificates_is_named(tmp_path, make, words):
    make(tmp_path / "trusted.pem")
    with pytest.raises(CorpusError, match=r"trusted\.pem \(") as raised:
        _check_certificates(str(tmp_path / "trusted.pem"))
    assert words in str(raised.value)


def test_credentials_in_an_address_are_not_shown():
    assert shown("http://user:pass@host:4200/api") == "http://host:4200/api"


class Odd(BaseHTTPRequestHandler):
    """Answers each request by the first part of its path: /401/api/… with 401, /html/api/… with a page …"""

    def do_GET(self):
        how = self.path.split("/")[1]
        bodies = {"html": b"<html>Hello", "number": b"7", "old": b'"0.8.4"', "none": b"null", "text": b'"Prefect!"'}
        self.send_response(int(how) if how.isdigit() else 200)
        body = bodies.get(how, b"{}")
        self.send_header("Content-Type", "text/html" if how == "html" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_):
        pass


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
         "-days", "2", "-subj", "/CN=127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_server_that_cannot_be_used_is_one_line_before_anything_is_done(tmp_path):
    """All in one process: importing Prefect takes longer than all of these."""
    cases = {}
    plain = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    servers = [plain]
    silent = socket.create_server(("127.0.0.1", 0))
    nobody = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
    port = plain.server_address[1]
    cases["http://host.invalid:4200/api"] = "resolved"
    cases[f"https://127.0.0.1:{port}/api"] = "TLS"
    cases[nobody] = "did not answer"
    for code, words in (
        (401, "refuses us"),
        (403, "refuses us"),
        (404, "ends in /api"),
        (500, "HTTP 500"),
        (503, "HTTP 503"),
    ):
        cases[f"http://127.0.0.1:{port}/{code}/api"] = words
    for how in ("html", "number", "none", "text"):
        cases[f"http://127.0.0.1:{port}/{how}/api"] = "not a Prefect server"
    cases[f"http://127.0.0.1:{port}/old/api"] = "too old"
    if shutil.which("openssl"):
        tls = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
        tls.socket = certificate(tmp_path).wrap_socket(tls.socket, server_side=True)
        servers.append(tls)
        cases[f"https://127.0.0.1:{tls.server_address[1]}/api"] = "certificate is not trusted"
        cases[f"http://127.0.0.1:{tls.server_address[1]}/api"] = "not a Prefect server"
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    code = """
import json, sys
import flows.address
from prefect.settings import PREFECT_API_URL, temporary_settings
found = {}
for address in json.loads(sys.argv[1]):
    # Who answers is waited for, however busy the machine.
    flows.address._SECONDS = 2.0 if address == sys.argv[2] else 120.0
    with temporary_settings({PREFECT_API_URL: address}):
        try:
            flows.address.require_server(address)
        except flows.address.CorpusError as error:
            found[address] = str(error)
print(json.dumps(found))
"""
    try:
        with reserved_port() as dead:
            cases[f"http://127.0.0.1:{dead}/api"] = "nothing answers"
            done = subprocess.run(
                [sys.executable, "-c", code, json.dumps(list(cases)), nobody], capture_output=True, text=True, timeout=900, check=False,
                env={**os.environ, **environment.QUIET, **UNMEASURED, "PREFECT_HOME": str(tmp_path / "prefect")}, cwd=Path(__file__).parents[2],
            )  # fmt: skip
    finally:
        silent.close()
        for server in servers:
            server.shutdown()
            server.server_close()
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for address, words in cases.items():
        assert words in found[address], (address, found[address])
        assert "\n" not in found[address]


@pytest.mark.parametrize(
    ("files", "variables", "expected"),
    [
        ({"home/.prefect/profiles.toml": 'active = "team"\n[profiles.team]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n'}, {}, "http://127.0.0.1:9/api"),
        pytest.param(
            {"home/.prefect/profiles.toml": 'active = "idle"\n[profiles.idle]\n[profiles.team]\nPREFECT_API_URL = "http://127.0.0.1:8/api"\n'},
            {"PREFECT_PROFILE": "team"}, "http://127.0.0.1:8/api", marks=pytest.mark.trial,
        ),
        ({"mine/profiles.toml": 'active = "team"\n[profiles.team]\nPREFECT_API_URL = "http://127.0.0.1:7/api"\n'}, {"PREFECT_HOME": "mine"}, "http://127.0.0.1:7/api"),
        pytest.param({"prefect.toml": '[api]\nurl = "http://127.0.0.1:6/api"\n'}, {}, "http://127.0.0.1:6/api", marks=pytest.mark.trial),
        ({}, {"PREFECT_PROFILE": "no-such"}, "error: PREFECT_PROFILE names 'no-such'"),
        ({"home/.prefect/profiles.toml": "this is [not toml"}, {}, "error: Prefect cannot read your settings"),
    ],
)  # fmt: skip
def test_profiles_and_settings_files_of_the_user(tmp_path, files, variables, expected):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    code = (
        "import pathlib, flows.environment as e\n"
        "try: print(e.prepare(pathlib.Path.cwd()))\n"
        "except e.CorpusError as error: print('error:', error)"
    )
    given = {name: str(tmp_path / value) if name == "PREFECT_HOME" else value for name, value in variables.items()}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path,
        env={**os.environ, **UNMEASURED, "HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path(__file__).parents[2]), **given},
    )  # fmt: skip
    assert done.stdout.startswith(expected), (done.stdout, done.stderr)
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PREFECT_LOGGING_LEVEL", "LOUD"),
        pytest.param("PREFECT_API_REQUEST_TIMEOUT", "abc", marks=pytest.mark.trial),
        pytest.param("PREFECT_SERVER_API_PORT", "abc", marks=pytest.mark.trial),
        pytest.param("PREFECT_SERVER_EPHEMERAL_ENABLED", "maybe", marks=pytest.mark.trial),
    ],
)
def test_a_setting_that_prefect_refuses_is_named(tmp_path, variable, value):
    code = "from flows.environment import settings_fault\ntry:\n    import prefect\n    prefect.settings.get_current_settings()\nexcept Exception as error:\n    print(settings_fault(error))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "HOME": str(tmp_path), variable: value}, cwd=tmp_path,
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert done.stdout.startswith("Prefect cannot read your settings: ")
    assert repr(value) in done.stdout
    assert done.stdout.count("\n") == 1
