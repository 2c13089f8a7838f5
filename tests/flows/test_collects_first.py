"""`corpus update` collects first, then builds."""

from __future__ import annotations

import json

import pytest

from tests.conftest import UNMEASURED
from tests.flows.scenes import query
from tests.website import Website


def test_update_collects_first_and_a_failed_source_does_not_stop_the_build(corpus_repo):
    site = Website()
    try:
        site.feed("/feed.xml", [site.page("/a"), site.page("/b")])
        sources = [
            {"name": "paper", "kind": "feed", "url": site.url("/feed.xml")},
            {"name": "broken", "kind": "feed", "url": site.url("/nothing.xml").replace("127.0.0.1", "localhost")},
        ]
        (corpus_repo.root / "collect.yaml").write_text(
            'agent: {name: newscorpus, contact: "https://example.org/bot"}\n'
            + json.dumps({"every": "1h", "delay": "0s"}).join(("defaults: ", "\nsources:\n"))
            + "".join(f"  - {json.dumps(one)}\n" for one in sources)
        )
        told = json.loads(corpus_repo.run("update", "--allow-loopback", "--commit", "--json", **UNMEASURED).stdout)
        assert told["ledger"]["articles"] == 2
        by_name = {one["name"]: one for one in told["collected"]["sources"]}
        assert by_name["paper"]["outcomes"] == {"new": 2}
        assert by_name["broken"]["failure"]
        # Each group of sources is a task, which failed if one of them did.
        tasks = query(corpus_repo, "select t.name, s.name from task_run t join task_run_state s on s.id = t.state_id")
        assert {("collect 127.0.0.1", "Completed"), ("collect localhost", "Failed")} <= set(tasks)
        assert dict(tasks)["ingest"] == "Completed"
        committed = corpus_repo.git("show", "--name-only", "--format=", "HEAD").split()
        assert {"batches.yaml", "data/raw.dvc", "dvc.lock"} <= set(committed)
    finally:
        site.close()


@pytest.mark.trial
def test_a_collect_yaml_with_faults_is_reported_and_the_build_goes_on(built):
    (built.root / "collect.yaml").write_text("sources: none\n")
    done = built.run("update", check=False, **UNMEASURED)
    assert done.returncode == 2
    assert "agent is missing" in done.stderr
    assert "reports/index.html" in done.stdout
