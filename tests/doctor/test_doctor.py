from __future__ import annotations

import json

from corpus.doctor import Level, examine
from tests.histories import cached


def found(corpus, **options):
    said = {}
    for one in examine(corpus.root, **options):
        said.setdefault(one.about, []).append(one)
    return {about: max(several, key=lambda one: list(Level).index(one.level)) for about, several in said.items()}


def test_a_sound_corpus_has_no_problem(released):
    said = found(released)
    assert {about for about, one in said.items() if one.level is Level.PROBLEM} == set()
    assert said["objects"].found.startswith("the cache has all of this version")
    assert "no default DVC remote: the only copy of the data is here" in said["remotes"].found
    assert said["git state"].level is Level.OK


def test_what_is_wrong_is_named_with_how_to_mend_it(released, tmp_path, monkeypatch):
    lost = cached(released)
    lost.unlink()
    (released.root / ".dvc/tmp/rwlock").write_text("")
    (released.root / "params.yaml").write_text("nonsense: 1\n")
    (released.root / "engine.yaml").write_text("ingest: other\n")
    (tmp_path / "taken").write_text("a file")
    (released.root / ".dvc/config").write_text(
        "[core]\n    remote = folder\n[cache]\n    type = symlink\n"
        f"['remote \"folder\"']\n    url = {tmp_path}/taken/store\n"
        "['remote \"far\"']\n    url = ssh://user@example.org/store\n    password = secret\n"
    )
    monkeypatch.setenv("PREFECT_API_URL", "nonsense")
    said = found(released)
    for about, level in {
        "objects": Level.PROBLEM, "params.yaml": Level.PROBLEM, "cache type": Level.PROBLEM, "engine": Level.WARNING,
        "locks": Level.WARNING, "git state": Level.WARNING, "remotes": Level.WARNING, "remote folder": Level.PROBLEM,
        "remote far": Level.PROBLEM,
        "prefect": Level.PROBLEM,
    }.items():  # fmt: skip
        assert said[about].level is level, said[about]
        assert said[about].mend
    done = released.run("doctor", "--json", check=False)
    assert done.returncode == 1
    assert {"about", "level", "found", "mend"} == json.loads(done.stdout)["findings"][0].keys()


def test_remotes_are_asked_only_on_request(released, tmp_path):
    released.dvc("remote", "add", "--quiet", "-d", "store", str(tmp_path / "store"))
    released.dvc("remote", "add", "--quiet", "web", "http://127.0.0.1:9/nobody")
    released.git("remote", "add", "origin", str(tmp_path / "nowhere.git"))
    said = found(released)
    assert "not contacted" in said["remote web"].found
    assert not (tmp_path / "store").exists()
    said = found(released, network=True)
    assert said["remote store"].found.startswith("writes, reads and removes")
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert said["remote web"].level is Level.PROBLEM
    assert said["git remote origin"].level is Level.PROBLEM


def test_outside_of_a_repository(tmp_path):
    last = list(examine(tmp_path))[-1]
    assert (last.about, last.level) == ("repository", Level.PROBLEM)
