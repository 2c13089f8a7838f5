from __future__ import annotations

import re
import subprocess

import pytest
import yaml

from corpus.releases import citation
from corpus.repo.releases import releases
from corpus.repo.repository import Repository


def test_the_digest_is_what_anyone_can_recompute(released):
    printed = released.run("cite").stdout
    shell = subprocess.run(
        ["bash", "-c", citation.RECOMPUTE], cwd=released.root, capture_output=True, text=True, check=True
    )
    digest = shell.stdout.split()[0]
    assert f"sha256 of the articles {digest}" in printed
    assert releases(Repository(released.root))[-1].digest == digest
    assert re.match(r"@misc\{a-news-corpus-v1\.1\.0,\n", printed)
    assert "author       = {{Test}}" in printed


def test_citation_file(released):
    released.git("remote", "add", "origin", "https://user:secret@example.org/corpus.git")
    (released.root / "params.yaml").write_text("report: {title: 'Later: not of this version'}\n")
    done = released.run("cite", "v1.0.0", "--cff", "--write")
    text = (released.root / "CITATION.cff").read_text()
    assert done.stdout.endswith(text)
    values = yaml.safe_load(text)
    assert values["cff-version"] == "1.2.0"
    assert (values["title"], values["version"], values["type"]) == ("A news corpus", "v1.0.0", "dataset")
    assert values["commit"] == released.git("rev-parse", "corpus@v1.0.0^{commit}").strip()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", values["date-released"])
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", values["identifiers"][0]["value"])
    assert values["repository"] == "https://example.org/corpus"
    # The licence of seeds is not known.
    assert "license" not in values


def test_unknown_versions(released):
    assert "Released: v1.0.0, v1.1.0." in released.run("cite", "v9.9.9", check=False).stderr


def test_nothing_to_cite(built):
    done = built.run("cite", check=False)
    assert done.returncode == 2
    assert "no release to cite yet" in done.stderr


@pytest.mark.parametrize(
    ("written", "name"),
    [("CC BY 4.0", "CC-BY-4.0"), ("cc-by-nc-sa-3.0", "CC-BY-NC-SA-3.0"), ("CC0 1.0", "CC0-1.0"), ("mit", "MIT"), ("ask me", None), ("CC BY 5.0", None)],
)  # fmt: skip
def test_licences_as_spdx_names_them(written, name):
    assert citation.spdx(written) == name
