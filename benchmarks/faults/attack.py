"""Attack the server of `corpus serve`: without its password, from other hosts and origins, and from pages in a browser.

Each trial is one request that must be refused. With Chromium installed, a hostile page tries the same from a browser.
"""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from benchmarks.faults.harness import ROOT, Scene, Trials, main
from benchmarks.faults.hostile_page import EVIL, HOSTILE, open_hostile_page

if TYPE_CHECKING:
    from collections.abc import Iterator

SOCKETS: Final = (
    "/api/events/in",
    "/api/events/out",
    "/api/logs/out",
    "/api/task_runs/subscriptions/scheduled",
    "/api/work_pools/corpus/worker_channel",
)
ROUTES: Final = (
    ("GET", "/api/health"), ("GET", "/api/ready"), ("GET", "/api/version"), ("GET", "/api/admin/version"),
    ("GET", "/api/admin/settings"), ("POST", "/api/admin/database/clear"), ("POST", "/api/flows/filter"),
    ("POST", "/api/flow_runs/filter"), ("POST", "/api/deployments/filter"), ("POST", "/api/deployments/"),
    ("GET", "/api/csrf-token?client=a"), ("POST", "/api/variables/"), ("POST", "/api/logs/filter"),
    ("POST", "/api/automations/"), ("POST", "/api/work_pools/"), ("DELETE", "/api/flows/0"), ("PATCH", "/api/flows/0"),
    ("GET", "/api/static/prefect-logo-mark-gradient.png"), ("OPTIONS", "/api/deployments/"),
)  # fmt: skip
# Only a way in waits so long; every refusal closes the socket.
_SOCKET_SECONDS: Final = 120.0


def basic(secret: str) -> str:
    """Return the value of an Authorization header."""
    return f"Basic {base64.b64encode(secret.encode()).decode()}"


def ask(address: str, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Send one request to a server; return the status, headers and body of its answer. `Host=""` sends none."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    data = b"" if body is None else json.dumps(body).encode()
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            if value:
                connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def attack(
    address: str, secret: str, trials: Trials, routes: tuple[tuple[str, str], ...] = ROUTES, chromium: str | None = None
) -> None:
    """Try to get into a server that is up, and note each way in.

    Args:
        address: of its page, as `http://127.0.0.1:4200`.
        secret: its password: with it, requests of other origins and hosts must be refused all the same.
        trials: where trials and faults are noted.
        routes: methods and paths of its API.
        chromium: the browser; None makes no trials in one.
    """
    before = state(address, secret)
    trials.expect(before["deployments"], "the owner's own request is answered")
    _without_password(address, secret, trials, routes)
    _from_elsewhere(address, secret, trials)
    _by_socket(address, secret, trials)
    if chromium:
        open_hostile_page(address, trials, chromium)
    after = state(address, secret)
    changed = {name: (rows, after[name]) for name, rows in before.items() if rows != after[name]}
    trials.expect(not changed, f"an attack changed what the owner sees, from and to: {changed}")


def state(address: str, secret: str) -> dict[str, Any]:
    """Return what the owner sees: deployments with their steps and schedules, and the names of flows."""
    client = "the-owner"
    known = {"Authorization": basic(secret), "Prefect_Csrf_Client": client}
    token = json.loads(_patiently(address, "GET", f"/api/csrf-token?client={client}", None, known))["token"]
    found: dict[str, Any] = {}
    for name in ("deployments", "flows", "variables", "work_pools"):
        rows = json.loads(_patiently(address, "POST", f"/api/{name}/filter", {}, known | {"Prefect_Csrf_Token": token}))
        found[name] = sorted(
            json.dumps([row.get("name"), row.get("pull_steps"), row.get("entrypoint")]) for row in rows
        )
    return found


def _patiently(address: str, method: str, path: str, body: object, headers: dict[str, str]) -> bytes:
    """Ask as the owner, again if the server is too busy to answer; return the answer."""
    for _ in range(30):
        status, _, answer = ask(address, method, path, body, **headers)
        if status == http.client.OK:
            return answer
        time.sleep(1)
    raise OSError(f"{method} {path}: HTTP {status}")


def _without_password(address: str, secret: str, trials: Trials, routes: tuple[tuple[str, str], ...]) -> None:
    wrong = ("", basic("wrong"), basic(secret[:-1]), basic(f"admin:{secret}"), f"Bearer {secret}")
    for number, (method, path) in enumerate(routes):
        for given in wrong if number < len(ROUTES) else wrong[:1]:
            status, _, body = ask(address, method, path, HOSTILE if method == "POST" else None, Authorization=given)
            trials.made["without the password"] += 1
            trials.expect(status == 401, f"{method} {path} with {given[:6] or 'nothing'}: {status} {body[:80]!r}")
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        status, _, _ = ask(address, "GET", path)
        trials.made["schema"] += 1
        trials.expect(status == 404, f"GET {path}: {status}")


def _from_elsewhere(address: str, secret: str, trials: Trials) -> None:
    """Requests that a browser would send for another page, even if it knew the password."""
    own = urlsplit(address).netloc
    port = own.rpartition(":")[2]
    known = basic(secret)
    hosts = (
        "evil.test",
        f"evil.test:{port}",
        f"127.0.0.1.evil.test:{port}",
        "",
        "127.0.0.1:1",
        f"localhost.evil.test:{port}",
    )
    for host in hosts:
        for path in ("/", "/api/flows/filter", "/ui-settings"):
            status, _, _ = ask(address, "POST" if "filter" in path else "GET", path, Authorization=known, Host=host)
            trials.made["other host"] += 1
            trials.expect(status == 400, f"Host {host!r} {path}: {status}")
    origins = (EVIL, "null", f"http://localhost:{port}", "http://127.0.0.1:1", f"{address}.evil.test", "file://")
    for origin in origins:
        for method in ("GET", "POST", "OPTIONS"):
            status, headers, _ = ask(
                address, method, "/api/deployments/", HOSTILE if method == "POST" else None,
                Authorization=known, Origin=origin, Access_Control_Request_Method="POST",
            )  # fmt: skip
            trials.made["other origin"] += 1
            trials.expect(status == 403, f"{method} of origin {origin}: {status}")
            trials.expect(
                "access-control-allow-origin" not in headers, f"{method} of origin {origin} is allowed by CORS"
            )
    status, headers, _ = ask(address, "GET", "/")
    trials.made["framing"] += 1
    trials.expect(headers.get("x-frame-options") == "DENY", "the page may be framed")
    status, _, _ = ask(address, "POST", "/api/deployments/", HOSTILE, Authorization=known)
    trials.made["without a CSRF token"] += 1
    trials.expect(status == 403, f"a deployment posted without a CSRF token: {status}")


def _by_socket(address: str, secret: str, trials: Trials) -> None:
    parts = urlsplit(address)
    event = {
        "occurred": "2026-01-01T00:00:00Z",
        "event": "evil",
        "resource": {"prefect.resource.id": "evil"},
        "id": "1",
    }
    for path in SOCKETS:
        for origin, protocols, messages in (
            (None, None, [event]),
            (None, ["prefect"], [event]),
            (None, ["prefect"], [{"type": "auth", "token": "wrong"}, event]),
            (None, ["prefect"], [{"type": "auth", "token": None}, {"type": "filter", "filter": {}}]),
            (EVIL, ["prefect"], [{"type": "auth", "token": secret}, {"type": "filter", "filter": {}}]),
        ):
            trials.made["socket"] += 1
            got = _talk(f"ws://{parts.netloc}{path}", origin, protocols, messages)
            trials.expect(got is None, f"{path} with {messages[0]} of {origin}: {got!r}")


def _talk(url: str, origin: str | None, protocols: list[str] | None, messages: list[Any]) -> str | None:
    """Open a socket and send messages; return the first answer, None if the server closes it without one."""
    with suppress(WebSocketException, OSError, EOFError):
        with connect(url, origin=origin, subprotocols=protocols, open_timeout=_SOCKET_SECONDS, proxy=None) as socket:  # type: ignore[arg-type]
            for message in messages:
                socket.send(json.dumps(message))
            with suppress(TimeoutError):
                return str(socket.recv(timeout=_SOCKET_SECONDS))
        return "it stays open"
    return None


def _routes() -> Iterator[tuple[str, str]]:
    """All routes of Prefect's API, asked for in a process of its own: importing its server takes a while."""
    code = (
        "import json; from prefect.server.api.server import create_api_app\n"
        "schema = create_api_app().openapi()\n"
        "print(json.dumps([[m.upper(), '/api' + p] for p, ms in schema['paths'].items() for m in ms]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    for method, path in json.loads(done.stdout.splitlines()[-1]):
        yield method, path.replace("{", "").replace("}", "")


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Attack one server with every route that it has; `count` and `seed` change nothing."""
    del count, seed
    trials = Trials()
    scene = Scene.make(scratch)
    process = scene.start("serve", "--every", "1h")
    try:
        address = ""
        for line in process.stdout or ():
            if line.startswith("page "):
                address = line.split()[1]
            if line.startswith("Stop"):
                break
        secret = (scene.root / ".prefect" / "password").read_text().strip()
        # Its own deployment is made a moment after it says that it is up.
        deadline = time.monotonic() + 60
        while not state(address, secret)["deployments"] and time.monotonic() < deadline:
            time.sleep(1)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        known = set(ROUTES)
        attack(address, secret, trials, (*ROUTES, *(one for one in _routes() if one not in known)), chromium)
        trials.expect(not Path("/tmp/owned").exists(), "a hostile step ran")  # noqa: S108 - what an attacker would use
    finally:
        process.terminate()
        out, errors = process.communicate(timeout=120)
    trials.expect(process.returncode == 0, f"serve ended with {process.returncode}: {errors[-200:]}")
    trials.expect("Traceback" not in out + errors, "a traceback")
    trials.figures["in a browser"] = trials.made["browser"]
    return trials


if __name__ == "__main__":
    main(run, name="attack", count=1, doc=__doc__)
