"""Alerts go out once when something begins, and once when it is over."""

from __future__ import annotations

import http.server
import json
import threading
from typing import ClassVar

import pytest

from corpus.app import alerting, collecting, expect
from corpus.errors import Busy, DiskFull, SettingsError, UsageError
from corpus.repo.repository import Repository


class Receiver(http.server.BaseHTTPRequestHandler):
    got: ClassVar[list[dict[str, str]]] = []
    status = 200

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.got.append(json.loads(body))
        self.send_response(Receiver.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    Receiver.got, Receiver.status = [], 200
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    # It waits four seconds for an answer, unless told otherwise: on a busy machine that may be too short.
    yield f"json://127.0.0.1:{server.server_port}/?cto=300&rto=300"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_once_when_it_begins_and_once_when_it_is_over(receiver, tmp_path):
    kinds = ("failing", "silent")
    failing = {"failing:a": "The source a fails."}
    assert alerting.report(tmp_path, [receiver], failing, kinds) == (1, True)
    assert alerting.report(tmp_path, [receiver], failing, kinds) == (0, True)
    # Another kind of report says nothing of sources.
    assert alerting.report(tmp_path, [receiver], {"run:": "A run failed."}, ("run",)) == (1, True)
    assert alerting.report(tmp_path, [receiver], {**failing, "silent:b": "b is silent."}, kinds) == (1, True)
    assert alerting.report(tmp_path, [receiver], {}, kinds) == (2, True)
    assert [one["message"] for one in Receiver.got] == [
        "The source a fails.", "A run failed.", "b is silent.", "Over: The source a fails.\nOver: b is silent.",
    ]  # fmt: skip


def test_what_was_not_sent_is_sent_later(receiver, tmp_path):
    Receiver.status = 500
    assert alerting.report(tmp_path, [receiver], {"failing:a": "a fails"}, ("failing",)) == (1, False)
    Receiver.status = 200
    assert alerting.report(tmp_path, [receiver], {"failing:a": "a fails"}, ("failing",)) == (1, True)
    assert alerting.report(tmp_path, [receiver], {"failing:a": "a fails"}, ("failing",)) == (0, True)


def test_a_run_that_could_not_collect_at_all(receiver, tmp_path, monkeypatch):
    """The disk is full before anything is asked for, or collect.yaml has faults: once each, and once when it is over."""
    monkeypatch.setenv(alerting.VARIABLE, receiver)
    repository = Repository(tmp_path)
    full, faults = DiskFull(tmp_path, 1, 2), SettingsError(tmp_path / "collect.yaml", ["sources is empty"])
    for error in (full, full, Busy("somebody"), faults, faults):
        assert collecting.alert(repository, error) is None
    assert collecting.alert(repository, collecting.Report(())) is None
    messages = [one["message"] for one in Receiver.got]
    assert len(messages) == 3
    assert str(full) in messages[0]
    assert "sources is empty" in messages[1]
    assert messages[2].count("Over: ") == 2
    # A file with faults does not say where alerts go; the variable does.
    (tmp_path / "collect.yaml").write_text("agent: {}\n")
    assert collecting.alert(repository, full) is None
    assert len(Receiver.got) == 4


def test_secrets_come_from_the_environment():
    known = {"TOKEN": "abc", "CORPUS_ALERT_URLS": "json://one json://two\njson://one"}
    assert alerting.addresses(["slack://${TOKEN}/x"], known) == ["slack://abc/x", "json://one", "json://two"]
    with pytest.raises(UsageError, match="NOPE"):
        alerting.addresses(["slack://${NOPE}"], known)
    assert alerting.addresses([], {}) == []


def test_expectations_that_are_not_met_and_met_again(receiver, built, monkeypatch):
    monkeypatch.setenv(alerting.VARIABLE, receiver)
    repository, params = Repository(built.root), built.root / "params.yaml"
    before = params.read_text()
    params.write_text(
        before.replace("overall: {}", "overall: {rows: {min: 10, on_min: warn}, share_without_date: {max: 0.5}}")
    )
    for _ in range(2):
        expect.alert(repository)
    (sent,) = Receiver.got
    assert sent["message"] == "An expectation is not met: rows is 2, expected at least 10."
    params.write_text(before)
    expect.alert(repository)
    assert [one["message"] for one in Receiver.got[1:]] == [
        "Over: An expectation is not met: rows is 2, expected at least 10."
    ]
