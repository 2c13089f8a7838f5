"""A policy of rights: what it leaves out of a table, and on what ground."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import corpus
from corpus.errors import UsageError
from corpus.export import Order, export
from corpus.rights.policy import DENIED, UNKNOWN, Policy
from corpus.snapshots.selection import LeftOut
from schemas.rights import Ground, Purpose, Unknown
from schemas.tables import ARTICLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus

TRAIN, INPUT, SEARCH = Purpose


def left_out(policy: Policy, **row: Any) -> str | None:
    lists = {"ai_agents_closed": [], "robots_tags": []}
    types = {
        name: dtype for name, dtype in pl.DataFrame(ARTICLES.empty).schema.items() if name in row or name in RIGHTS
    }
    frame = pl.DataFrame({name: [row.get(name, lists.get(name))] for name in types}, schema=types)
    return next((why for why, met in policy.conditions().items() if not frame.select(met).item()), None)


RIGHTS = (
    "licence_url", "licence_id", "tdm_reservation", "ai_train", "ai_input", "search", "ai_agents_closed", "robots_tags",
    "free_access",
)  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "row", "expected"),
    [
        (Policy(), {}, None), (Policy(TRAIN), {}, UNKNOWN), (Policy(TRAIN, unknown=Unknown.KEEP), {}, None),
        (Policy(TRAIN), {"ai_train": "allow"}, None), (Policy(TRAIN), {"ai_train": "deny"}, DENIED),
        (Policy(TRAIN), {"ai_train": "allow", "tdm_reservation": True}, DENIED), (Policy(TRAIN), {"tdm_reservation": False}, None),
        (Policy(TRAIN), {"licence_id": "CC-BY-4.0"}, None), (Policy(TRAIN), {"licence_id": "CC-BY-NC-4.0"}, UNKNOWN),
        (Policy(TRAIN), {"licence_id": "CC-BY-4.0", "ai_train": "deny"}, DENIED), (Policy(TRAIN), {"licence_id": "CC0-1.0"}, None),
        (Policy(TRAIN), {"ai_input": "allow"}, UNKNOWN), (Policy(INPUT), {"ai_input": "allow"}, None), (Policy(INPUT), {"tdm_reservation": True}, UNKNOWN),
        (Policy(SEARCH), {"search": "deny"}, DENIED), (Policy(SEARCH), {"search": "allow", "ai_train": "deny"}, None),
        (Policy(exclude=(Ground.NOINDEX,)), {"robots_tags": ["noindex"]}, "rights: noindex"), (Policy(exclude=(Ground.NOINDEX,)), {"robots_tags": ["none"]}, "rights: noindex"),
        (Policy(exclude=(Ground.NOINDEX,)), {"robots_tags": ["index"]}, None), (Policy(exclude=(Ground.NOARCHIVE,)), {"robots_tags": ["noarchive"]}, "rights: noarchive"),
        (Policy(exclude=(Ground.NOSNIPPET,)), {"robots_tags": ["max-snippet:0"]}, "rights: nosnippet"), (Policy(exclude=(Ground.NOAI,)), {"robots_tags": ["noai"]}, "rights: noai"),
        (Policy(exclude=(Ground.TDM_RESERVED,)), {"tdm_reservation": True}, "rights: tdm-reserved"), (Policy(exclude=(Ground.TDM_RESERVED,)), {}, None),
        (Policy(exclude=(Ground.AGENTS_CLOSED,)), {"ai_agents_closed": ["GPTBot"]}, "rights: agents-closed"), (Policy(exclude=(Ground.PAYWALLED,)), {"free_access": False}, "rights: paywalled"),
        (Policy(exclude=(Ground.PAYWALLED,)), {"free_access": None}, None), (Policy(exclude=(Ground.NON_COMMERCIAL,)), {"licence_id": "CC-BY-NC-SA-4.0"}, "rights: non-commercial"),
        (Policy(exclude=(Ground.NON_COMMERCIAL,)), {"licence_url": "https://creativecommons.org/licenses/by-nc/3.0/es/"}, "rights: non-commercial"),
        (Policy(exclude=(Ground.NON_COMMERCIAL,)), {"licence_url": "https://a.example/nc"}, None), (Policy(exclude=(Ground.NO_DERIVATIVES,)), {"licence_id": "CC-BY-ND-4.0"}, "rights: no-derivatives"),
        (Policy(exclude=(Ground.NO_LICENCE,)), {}, "rights: no-licence"), (Policy(exclude=(Ground.NO_LICENCE,)), {"licence_url": "https://a.example"}, None),
    ],
)  # fmt: skip
def test_what_is_left_out(policy: Policy, row: dict[str, Any], expected: str | None) -> None:
    assert left_out(policy, **row) == expected


def test_each_reason_has_a_name() -> None:
    everything = Policy(TRAIN, tuple(Ground)).conditions()
    assert {why for why in LeftOut if why.startswith("rights: ")} == set(everything)


def page(name: str, *signals: str) -> str:
    words = f"The {name} ferry is back in service after three weeks in the yard of the port, the harbour master of {name} told us."
    return (
        f'<html lang="en"><head><title>Ferry of {name} returns</title><link rel="canonical" href="https://{name}.example.org/ferry/{name}-returns-1">'
        f'<meta property="article:published_time" content="2024-05-03T08:00:00Z">{"".join(signals)}</head>'
        f"<body><article><h1>Ferry of {name} returns</h1><p>{words}</p><p>{words[::-1]}</p></article></body></html>"
    )


def test_a_version_and_an_export_of_what_is_permitted(corpus_repo: Corpus, tmp_path: Path) -> None:
    for name, signals in {
        "open": '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">',
        "reserved": '<meta name="tdm-reservation" content="1">',
        "silent": "",
        "walled": '<meta name="robots" content="noai">',
    }.items():
        (corpus_repo.root / f"seeds/{name}.html").write_text(page(name, signals))
    for text in (corpus_repo.root / "seeds").glob("*.txt"):
        text.unlink()
    corpus_repo.build()
    everything = corpus.open(repo=corpus_repo.root)
    assert everything.scan().select(pl.len()).collect().item() == 4
    version = corpus.open(repo=corpus_repo.root, rights="train")
    for rows in (
        version.scan().collect(),
        version.articles().collect(),
        pl.DataFrame(version.arrow()),
        version.duckdb().pl(),
    ):
        assert rows["licence_id"].to_list() == ["CC-BY-4.0"]
    assert sum(part.collect().height for part in version.splits().values()) == 1
    with pytest.raises(UsageError, match="complete files hold all articles"):
        version.paths()
    with pytest.raises(UsageError, match="Choose from train, input, search"):
        corpus.open(repo=corpus_repo.root, rights="fun")

    made = export(everything, tmp_path / "out", Order("parquet", {"rights": "train"}))
    assert (made.articles, made.left_out) == (1, {"rights: denied": 2, "rights: unknown": 1})
    ledger = json.loads((tmp_path / "out/ledger.json").read_text())
    assert ledger["filters"] == {"rights": "train (exclude if unknown)"}
    assert ledger["exported"]["left_out"] == made.left_out
    assert "left out by rights: denied | 2" in (tmp_path / "out/README.md").read_text()
    described = json.loads((tmp_path / "out/metadata.json").read_text())["description"]
    assert (
        "Chosen by rights: train (exclude if unknown); left out: 2 by rights: denied, 1 by rights: unknown."
        in described
    )

    params = corpus_repo.root / "params.yaml"
    params.write_text(
        params.read_text().replace("purpose: null", "purpose: train").replace("unknown: exclude", "unknown: keep")
    )
    assert export(everything, tmp_path / "kept", Order()).left_out == {"rights: denied": 2}
    assert export(everything, tmp_path / "all", Order(filters={"rights": Policy()})).left_out == {}
