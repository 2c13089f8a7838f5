"""A server that runs beside `corpus forget` lets go of what was withdrawn by itself: index, pages, lines, exports."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.browse.watching import Folder
from tests.browse.test_browse import ended, started

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Corpus

RAW = "https://www.example.com/raw2"


def is_open(pid: int, name: str) -> list[str]:
    """The deleted files that a process has open or in memory, with a name in their paths."""
    maps = [line for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if name in line and "(deleted)" in line]
    links = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(os.readlink(one))
        except OSError:
            continue
    return maps + [link for link in links if name in link and "(deleted)" in link]


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.2)


def test_a_running_server_lets_go_of_what_is_withdrawn(kept: Corpus) -> None:
    process, printed = started(kept.root)
    base = f"http://127.0.0.1:{printed['port']}"
    token = str(printed["address"]).partition("token=")[2]

    def get(path: str) -> tuple[int, bytes]:
        request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def data(path: str) -> Any:
        found: list[tuple[int, bytes]] = []
        wait_for(lambda: found.append(get(path)) or found[-1][0] != 503)  # type: ignore[func-returns-value]
        status, body = found[-1]
        assert status == 200, body
        return json.loads(body)

    try:
        (withdrawn,) = (row for row in data("/search.json")["articles"] if row["excerpt"].endswith("And raw2 more."))
        alone, every = "/search.json?q=%22raw2+more%22", "q=more"
        assert [row["article_id"] for row in data(alone)["articles"]] == [withdrawn["article_id"]]
        before = data(f"/search.json?{every}&view=kwic")["total"]
        old = kept.git("tag").split()[0]
        assert get(f"/v/{old}/article/{withdrawn['article_id']}")[0] == 200
        # The first index of a folder may count as one that was deleted: then it is open again after the next search.
        wait_for(lambda: data(alone) and "search-" in Path(f"/proc/{process.pid}/maps").read_text())
        kept.run("forget", RAW, "--everywhere", "--push", "--reason", "Court order 7", "--yes")
        # By itself, without another request.
        wait_for(lambda: not is_open(process.pid, "search-"))
        assert data(alone)["total"] == 0
        assert data(f"/search.json?{every}&view=kwic")["total"] == before - 1
        status, file = get(f"/export?{every}&format=csv&text=1")
        assert (status, b"raw2" in file) == (200, False)
        for part in ("", "/why", "/revisions", "/original", "/duplicates"):
            assert get(f"/article/{withdrawn['article_id']}{part}")[0] == 404
            status, body = get(f"/v/{old}/article/{withdrawn['article_id']}{part}")
            assert status == 410
            assert b"Court order 7" in body
        # The first folder that its index had may have been replaced a moment ago: then it lets go of that one, too.
        wait_for(lambda: not is_open(process.pid, "search-"))
    finally:
        assert ended(process, signal.SIGTERM) == (0, "", "")


def test_a_folder_that_is_made_again_at_once_was_gone(tmp_path: Path) -> None:
    path = tmp_path / "index"
    folder = Folder(path)
    assert not folder.is_gone()
    path.mkdir()
    assert [folder.is_gone() for _ in range(2)] == [False, False]
    (path / "file").write_text("")
    assert not folder.is_gone()
    (path / "file").unlink()
    path.rmdir()
    path.mkdir()
    assert [folder.is_gone() for _ in range(2)] == [True, False]
    path.rename(tmp_path / "aside")
    assert [folder.is_gone() for _ in range(2)] == [True, False]
    folder.close()
    folder.close()
