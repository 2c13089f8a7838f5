"""Pages of a corpus that is opened by a git URL."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from tests.browse.client import Client
from tests.browse.test_watching import wait_for
from tests.snapshots.test_foreign import config, published, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus


def test_code_names_the_address(library_copy: Corpus, tmp_path: Path) -> None:
    """There is no folder in which it could be run. It finds what the page shows."""
    www = tmp_path / "www"
    www.mkdir()
    shutil.move(library_copy.root / ".dvc/cache", www / "store")
    with serving(www) as (url, _):
        published(library_copy, www / "corpus.git", config(f"{url}/store"))
        # An address may be longer than what a terminal shows of one.
        address = f"{url}{'/.' * 120}/corpus.git"
        client = Client(address, "v1.0.0", tmp_path / "index")
        wait_for(lambda: client.get("/code?q=line").status == 200)
        assert "in the folder" not in client.get("/code?q=line").text
        code = client.get("/code.json?q=line").json
        # A user pastes it and runs it.
        names: dict[str, Any] = {"print": lambda *_: None}
        exec(code["code"]["python"], names)  # noqa: S102
        found = names["found"].collect()["article_id"].sort().to_list()
        client.searches.end()
    assert f'repo="{address}"' in code["code"]["python"]
    assert code["code"]["command"] is None
    assert len(found) == code["total"] > 0
