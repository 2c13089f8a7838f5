"""A busy server of the user's that takes the last state of a run, and answers too late: the run says what it did."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from urllib.request import urlopen

import pytest

from flows.environment import QUIET
from tests.conftest import UNMEASURED, article
from tests.flows.scenes import until

# The server itself is Prefect's. What stands before it takes each run's last state to it, and says once that it is busy.
_SERVE = """
import asyncio, json, socket, sys
import uvicorn
from prefect.server.api.server import create_app

server, busy = create_app(), set()

async def front(scope, receive, send):
    if scope["type"] != "http" or not scope["path"].endswith("/set_state"):
        return await server(scope, receive, send)
    message = await receive()
    assert not message.get("more_body")
    last = json.loads(message["body"])["state"]["type"] in {"COMPLETED", "FAILED"} and "flow_runs" in scope["path"]

    async def again():
        return message

    if not last or scope["path"] in busy:
        return await server(scope, again, send)
    busy.add(scope["path"])

    async def unheard(_):
        pass

    await server(scope, again, unheard)
    print("late", flush=True)
    await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"0")]})
    await send({"type": "http.response.body", "body": b""})

config = uvicorn.Config(front, log_level="error", lifespan="off")
listening = socket.socket(fileno=int(sys.argv[1]))

async def serve():
    async with server.router.lifespan_context(server):
        await uvicorn.Server(config).serve(sockets=[listening])

asyncio.run(serve())
"""


@pytest.mark.trial
def test_a_run_says_what_it_did_though_the_server_answered_too_late(corpus_repo, tmp_path):
    corpus_repo.seed("one.txt", article("one"))
    with socket.create_server(("127.0.0.1", 0)) as listening, (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(listening.fileno())],
            env={**os.environ, **QUIET, **UNMEASURED, "PREFECT_HOME": str(tmp_path / "prefect")},
            pass_fds=[listening.fileno()], cwd=tmp_path, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
    try:

        def answers() -> bool:
            assert process.poll() is None, (tmp_path / "said").read_text()
            with suppress(OSError), urlopen(f"{address}/health", timeout=60) as answer:  # noqa: S310 - of this machine
                return answer.status == 200
            return False

        until(answers, "their server is up")
        done = corpus_repo.run("update", PREFECT_API_URL=address, **UNMEASURED)
        assert (tmp_path / "said").read_text() == "late\n"
        assert done.stdout.splitlines()[-1] == f"reported to {address}"
        assert done.stderr == ""
        # An error is the engine's own.
        (corpus_repo.root / "params.yaml").write_text("ingest: [")
        done = corpus_repo.run("update", PREFECT_API_URL=address, **UNMEASURED, check=False)
        assert done.returncode != 0
        assert done.stderr.startswith("error: ")
        assert "params.yaml" in done.stderr
        assert "Traceback" not in done.stderr
        assert (tmp_path / "said").read_text() == "late\n" * 2
    finally:
        process.kill()
        process.wait()
