"""Asks the application as a browser would, with any path, header and method; and a Chromium that looks at its pages."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from websockets.sync.client import connect

from corpus.browse.application import application
from corpus.browse.safety import Keys
from corpus.browse.searching import Searches
from corpus.browse.versions import Versions
from corpus.search.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PORT = 8001
# Generous: it only ends what hangs.
_SECONDS = 600.0
# Rules of WCAG, and what axe-core calls best practice.
_AXE = """axe.run(document, {resultTypes: ["violations"]}).then(found => JSON.stringify(found.violations.map(
  one => [one.id, one.impact, one.nodes.length, one.nodes[0].html.slice(0, 200), one.nodes[0].failureSummary])))"""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """The pages of a repository, without a socket."""

    def __init__(self, root: Path | str, rev: str | None = None, index: Path | None = None) -> None:
        self.keys = Keys(PORT)
        self.versions = Versions(rev, root)
        self.searches = Searches(folder_of(self.versions.repository, index))
        self.app = application(self.versions, self.searches, self.keys, PORT)

    def ask(self, target: str, method: str = "GET", headers: list[tuple[str, str]] | None = None) -> Reply:
        """Send one request with just these headers."""
        path, _, query = target.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode("latin-1"), "query_string": query.encode("latin-1"),
            "root_path": "", "server": ("127.0.0.1", PORT), "client": ("127.0.0.1", 1),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers or []],
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:
                # The browser waits for the end.
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        return Reply(
            sent[0]["status"],
            {name.decode(): value.decode() for name, value in sent[0]["headers"]},
            b"".join(message.get("body", b"") for message in sent[1:]),
        )

    def get(self, target: str, method: str = "GET") -> Reply:
        """Ask as the user's browser does."""
        cookie = f"{self.keys.name}={self.keys.cookie}"
        return self.ask(target, method, [("host", f"127.0.0.1:{PORT}"), ("cookie", cookie)])


# What a browser asks for of its own accord is switched off, or sent to a port that nobody answers at.
_QUIET = [
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-sync",
    "--disable-features=AutofillServerCommunication,NetworkTimeServiceQuerying,OptimizationHints,Translate,SpellcheckService",
    "--component-updater=url-source=http://127.0.0.1:9/", "--gaia-url=http://127.0.0.1:9",
]  # fmt: skip
# How many elements a keyboard must reach.
_FOCUSABLE = """
[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, iframe, [tabindex='0']")]
.filter(e => e.tabIndex >= 0 && e.checkVisibility()).length
"""
# The number of the element that a key would go to, and its text if nothing shows that; null where that is the page.
_FOCUSED = """
(e => e === document.body ? null : [
  [...document.querySelectorAll("*")].indexOf(e), getComputedStyle(e).outlineStyle === "none" ? e.outerHTML.slice(0, 200) : ""
])(document.activeElement)
"""
_PREFERENCES = {
    "browser": {"enable_spellchecking": False},
    "spellcheck": {"dictionaries": [], "dictionary": ""},
    "signin": {"allowed": False, "allowed_on_next_startup": False},
}


class Chromium:
    """A headless browser, driven by its DevTools protocol. JavaScript of pages is off; ours runs from outside."""

    def __init__(self, profile: Path) -> None:
        self.requests: list[str] = []
        # Of documents that are there completely: their numbers, as the browser gives one to each that it loads.
        self._loaded: set[str] = set()
        self._log = profile / "net-log.json"
        (profile / "Default").mkdir(parents=True)
        (profile / "Default/Preferences").write_text(json.dumps(_PREFERENCES))
        # A file, and not a pipe: whatever it complains of, it need not wait for a reader.
        complaints = profile / "complaints.txt"
        with complaints.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    shutil.which("chromium") or "chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--no-first-run", *_QUIET, "--remote-debugging-port=0", f"--log-net-log={self._log}",
                    f"--user-data-dir={profile}", "about:blank",
                ],
                stdout=subprocess.DEVNULL, stderr=output,
            )  # fmt: skip
        port = self.wait_for(lambda: re.findall(r"ws://[^:]*:(\d+)/", complaints.read_text(errors="replace")))[0]

        def pages() -> list[Any]:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                return [one for one in json.load(answer) if one["type"] == "page"]

        # It listens before it has a page.
        page = self.wait_for(pages)[0]
        self._socket = connect(page["webSocketDebuggerUrl"], max_size=None, open_timeout=_SECONDS, ping_interval=None)
        self._number = 0
        for domain in ("Page", "Network"):
            self.do(f"{domain}.enable")
        self.do("Page.setLifecycleEventsEnabled", enabled=True)

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        """Wait until a condition holds while the browser runs; return what it gave."""
        until = time.monotonic() + _SECONDS
        while not (found := condition()):
            assert self._process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        return found

    def do(self, method: str, **parameters: Any) -> Any:
        """Send a command; return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            found = self._receive()
            if found.get("id") == self._number:
                assert "error" not in found, found
                return found["result"]

    def _receive(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._socket.recv(timeout=_SECONDS))
        match found:
            case {"method": "Network.requestWillBeSent", "params": {"request": {"url": url}}}:
                self.requests.append(url)
            case {"method": "Page.lifecycleEvent", "params": {"name": "load", "loaderId": loader}}:
                self._loaded.add(loader)
        return found

    def open(self, url: str, width: int) -> None:
        """Open a page in a window of some width, and wait until it is there."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
        self.do("Emulation.setScriptExecutionDisabled", value=True)
        # The page that was open before, or the empty one of the beginning, may be loaded at this moment, too.
        loader = self.do("Page.navigate", url=url)["loaderId"]
        while loader not in self._loaded:
            self._receive()

    def darken(self, *, is_dark: bool) -> None:
        """Ask for dark pages, or for light ones."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[scheme])

    def violations(self, axe: str) -> Any:
        """Return what a page lacks to be accessible, as axe-core judges it, given its source."""
        # It waits for promises and timers. The scripts of the page, were there any, would not run any more.
        self.do("Emulation.setScriptExecutionDisabled", value=False)
        self.do("Runtime.evaluate", expression=axe)
        found = self.do("Runtime.evaluate", expression=_AXE, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return json.loads(found["result"]["value"])

    def walk(self) -> list[str]:
        """Go through the open page by the Tab key alone; return what is missed, reached twice, or not marked as reached."""
        within, marks = self.evaluate(_FOCUSABLE), []
        for _ in range(within + 20):
            for kind in ("rawKeyDown", "keyUp"):
                self.do("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
            # Behind the last element comes the window, if it has anything to reach, and the first element again.
            if (reached := self.evaluate(_FOCUSED)) is None or (marks and reached[0] == marks[0][0] != marks[-1][0]):
                break
            marks.append(reached)
        # A field for a day has several places within.
        numbers = [number for number, _ in groupby(number for number, _ in marks)]
        faults = [] if numbers == sorted(set(numbers)) else [f"out of order: {numbers}"]
        faults += [] if len(numbers) == within else [f"{len(numbers)} of {within} reached"]
        return faults + [fault for _, fault in marks if fault]

    def looks_up(self, number: int) -> bool:
        """Have a page name a host to look up; return whether the log names one that an earlier call has named."""
        link = f"<link rel=dns-prefetch href=//control-{number}.example>"
        self.evaluate(f"document.head.insertAdjacentHTML('beforeend', '{link}')")
        return "control-" in self._log.read_text(errors="replace")

    def hosts(self) -> set[str]:
        """Return every host that the log of a browser that was closed names: asked for, looked up or connected to."""
        found: set[str] = set()
        for event in json.loads(self._log.read_text())["events"]:
            for name, value in (event.get("params") or {}).items():
                if name in {"url", "destination", "host", "hostname", "qname"} and isinstance(value, str):
                    host = urlsplit(value if "://" in value else f"//{value}").hostname
                    found |= {host} if host else set()
        return found

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        return self.do("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def close(self) -> None:
        try:
            # Ended by a signal, it would not finish its log.
            self.do("Browser.close")
            self._socket.close()
            self._process.wait(_SECONDS)
        finally:
            self._process.kill()


@contextmanager
def chromium(profile: Path) -> Iterator[Chromium]:
    one = Chromium(profile)
    try:
        yield one
    finally:
        one.close()
