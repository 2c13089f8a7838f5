"""Repositories of other people's: of their settings only the address of the data is taken, and nothing they name runs."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import corpus
from corpus.batches import tracking
from corpus.errors import CorpusError, UsageError
from corpus.objects import pins
from corpus.snapshots import foreign
from tests.snapshots.test_reading import serving

if TYPE_CHECKING:
    from tests.conftest import Corpus

ELSEWHERE = foreign.Address("https://git.example.org/corpus.git", "http:https", "git.example.org")
MD5 = "0123456789abcdef0123456789abcdef"


def config(url: str, *further: str, name: str = "store") -> str:
    lines = "".join(f"    {line}\n" for line in further)
    return f"[core]\n    remote = {name}\n['remote \"{name}\"']\n    url = {url}\n{lines}"


@pytest.mark.parametrize(
    "url",
    ["ext::sh -c 'touch x'", "ext::sh", "ext://sh", "fd::17", "fd://17", "-uexample", "--upload-pack=touch x",
     "-oProxyCommand=touch@host:path", "ssh://-oProxyCommand=touch/x", "ssh://-x@example.org/x", "x@-oProxy:path",
     "git@example.org:-x", "transport::https://example.org/x", "javascript://example.org/x", "ssh://$(touch x)/y",
     "ssh://a`b`/y", "https://exa mple.org/x", "https://example.org/x\nurl=y", "https:///nohost",
     "https://example.org:port/x", "HTTPS://example.org/x", "https://example.org\\@127.0.0.1/x", "git://[::1/x",
     "https://" + "x" * 5_000],
)  # fmt: skip
def test_addresses_that_git_would_obey_are_refused(url):
    with pytest.raises(UsageError, match=r"Invalid git address|not supported"):
        corpus.open(repo=url)


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://user:secret@example.org/a/b.git", "example.org"), ("git@example.org:a/b.git", "example.org"),
     ("ssh://git@example.org:2222/~a/b", "example.org"), ("git://example.org/b", "example.org"),
     ("http://127.0.0.1:8000/b", "127.0.0.1"), ("https://bücher.example/b", "bücher.example"),
     ("git@[::1]:b", "::1"), ("https://[2001:db8::1]/b", "2001:db8::1")],
)  # fmt: skip
def test_addresses_of_repositories(url, host):
    assert foreign.address(url).host == host
    assert "secret" not in foreign.shown(url)


@pytest.mark.parametrize("folder", ["seeds", "./x", "/tmp/corpus", "a/b@c:d", "C", "x.git"])
def test_folders_are_no_addresses(folder):
    assert not foreign.is_address(folder)


@pytest.mark.parametrize(
    "url",
    ["/srv/data", "../data", "~/data", "data", "file:///srv/data", "FILE:///srv/data", "file://localhost/srv",
     "C:\\data", "-x", "host:path", "remote://other/x", "ext::sh", "ext://sh", "exec://x", "memory://x", "dvc://x",
     "ssh://-oProxyCommand=x/y", "ssh://$(touch x)/y", "https:///x", "https://example.org\\@evil.example/x",
     '"https://example.org/a b"', "a, b", "http://localhost/x", "http://127.0.0.1:8080/x", "http://127.1/x",
     "http://2130706433/x", "http://0x7f000001/x", "http://[::1]/x", "http://[::ffff:127.0.0.1]/x", "http://0.0.0.0/x",
     "http://169.254.169.254/latest", "http://a.localhost/x", "http://LOCALHOST./x",
     "http://[64:ff9b::7f00:1]/x", "http://[2002:7f00:1::]/x", "http://①②⑦.0.0.1/x", "http://ⓛocalhost/x",
     "http://127。0。0。1/x", "http://224.0.0.1/x", "http://255.255.255.255/x", "http://[ff02::1]/x",
     "http://[64:ff9b::a9fe:a9fe]/latest"],
)  # fmt: skip
def test_data_where_a_foreign_repository_may_not_send_a_reader(url):
    with pytest.raises(CorpusError, match=r"dvc/config of https://git\.example\.org"):
        foreign.data(config(url), ELSEWHERE)


@pytest.mark.parametrize(
    ("url", "contacted"),
    [("https://data.example.org/x", "https://data.example.org"), ("s3://bucket/x", "s3://bucket"),
     ("gs://bucket/a%20b", "gs://bucket"), ("azure://box/x", "azure://box"), ("ssh://u@example.org:22/x", "ssh://example.org"),
     ("webdavs://u:secret@example.org/x", "webdavs://example.org"), ("http://10.0.0.8/x", "http://10.0.0.8"),
     ("https://example.org/%(cache)s", "https://example.org")],
)  # fmt: skip
def test_data_on_the_network(url, contacted):
    found = foreign.data(config(url), ELSEWHERE)
    assert (found.url, found.contacted, found.ignored) == (url, contacted, ())


COMMANDS = (
    "bearer_token_command = touch x", "ask_password = true", "ask_passphrase = true", "keyfile = /home/me/.ssh/id",
    "custom_auth_header = X", "password = x", "user = me", "credentialpath = /etc/x", "profile = mine",
    "configpath = /home/me/.aws/config", "endpointurl = http://evil.example", "ssl_verify = false",
    "cert_path = /x", "gdrive_service_account_json_file_path = /x", "gss_auth = true", "allow_agent = true",
    "auth = basic", "proxy = http://evil.example", "connection_string = x", "hdfscli_config = /x", "worktree = true",
    "version_aware = true", "verify = false",
)  # fmt: skip


@pytest.mark.parametrize("option", COMMANDS)
def test_only_the_address_is_taken(option):
    found = foreign.data(config("s3://bucket/x", option), ELSEWHERE)
    assert found.ignored == (f"remote.store.{option.partition(' ')[0]}",)
    assert option.partition(" ")[0] not in found.settings()


@pytest.mark.parametrize(
    "further",
    ["[cache]\n dir = /srv/theirs\n", "[CACHE]\n DIR = ../theirs\n", "[cache]\n dir = ~/x\n type = symlink\n",
     "[cache]\n local = store\n dir = /x\n", "['cache']\n dir = file:///x\n"],
)  # fmt: skip
def test_their_cache_is_not_ours(further):
    found = foreign.data(config("s3://bucket/x") + further, ELSEWHERE)
    assert found.ignored == ("cache.dir",)
    assert "cache" not in found.settings()


@pytest.mark.parametrize(
    "text",
    ["[core", "[core]\nremote = store\n[core]\nremote = other\n", "[core]\nremote = gone\n", "[core]\nremote = a, b\n",
     "x" * 200_000, "[" * 5_000, "[core]\nremote = store\n['remote \"store\"']\nuser = x\n",
     "[core]\nremote = store\nremote = other\n"],
)  # fmt: skip
def test_settings_that_cannot_be_read_are_an_error_of_a_line(text):
    with pytest.raises(CorpusError, match=r"The \.dvc/config of") as caught:
        foreign.data(text, ELSEWHERE)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_name_of_the_remote_is_nobody_elses(tmp_path):
    """What the user has for a remote called `store` would go to whoever else calls one so."""
    from dvc import dirs
    from dvc.config import Config

    own = Path(dirs.global_config_dir()) / "config"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(config("s3://mine", "access_key_id = mine", "secret_access_key = mine"))
    try:
        for number, text in enumerate((config("s3://theirs/x"), "[core]\nanalytics = false\n")):
            (tmp_path / str(number)).mkdir()
            (tmp_path / str(number) / "config").write_text(foreign.data(text, ELSEWHERE).settings())
        theirs, without = (Config(str(tmp_path / str(number))) for number in (0, 1))
        taken = theirs["remote"][theirs["core"]["remote"]]
        assert taken["url"] == "s3://theirs/x"
        assert not taken.keys() & {"access_key_id", "secret_access_key"}
        # Nor is the user's own default asked.
        assert not without["core"]["remote"]
    finally:
        own.unlink()


def test_a_repository_on_this_disk_names_folders_if_it_is_the_users_own(tmp_path):
    (tmp_path / "repo").mkdir()
    own = foreign.address(f"file://{tmp_path}/repo")
    assert own.owned == tmp_path / "repo"
    assert foreign.data(config("/srv/data"), own).url == "/srv/data"
    assert foreign.data(config("../../store"), own).url == str(tmp_path / "store")
    assert foreign.data(config("file:///srv/data"), own).url == "file:///srv/data"
    assert foreign.data(config("http://127.0.0.1/x"), own).contacted == "http://127.0.0.1"
    # A folder that is not there, or of the superuser's or somebody else's.
    others = [foreign.address(f"file://{path}") for path in (tmp_path / "nothing", "relative/x")]
    if os.geteuid() == 0:
        os.chown(tmp_path / "repo", 12_345, -1)
        others.append(foreign.address(f"file://{tmp_path}/repo"))
    for one in others:
        assert one.owned is None
        with pytest.raises(CorpusError, match="may not have folders"):
            foreign.data(config("/srv/data"), one)


WRONG = ["../../../../etc/passwd", "..", "", "a", "0" * 31, "0" * 33, MD5.upper(), f"{MD5}.dir.dir", f"../{MD5}",
         f"{MD5}/../x", f"{MD5}\n", MD5[:-1] + "g", MD5[:-1] + "０", 7, None, [MD5]]  # fmt: skip


@pytest.mark.parametrize("md5", WRONG)
def test_an_md5_is_one(md5):
    lock = json.dumps({"stages": {"write": {"outs": [{"path": "data/articles", "md5": md5}]}}})
    with pytest.raises(CorpusError, match=r"dvc\.lock is damaged"):
        pins.parse(lock, "dvc.lock")
    with pytest.raises(ValueError, match="not an md5"):
        tracking.pinned(json.dumps({"outs": [{"path": "raw", "md5": md5}]}))
    pin = pins.Pin("write", "data/articles", f"{MD5}.dir", 1, cached=True)
    with pytest.raises(CorpusError, match="listing of data/articles"):
        pins.listed(pin, json.dumps([{"relpath": "x.parquet", "md5": md5}]).encode())


def test_md5s_of_files_and_folders_are_read():
    lock = {"stages": {"write": {"outs": [{"path": "a", "md5": MD5}, {"path": "b", "md5": f"{MD5}.dir"}]}}}
    assert [pin.md5 for pin in pins.parse(json.dumps(lock), "dvc.lock")] == [MD5, f"{MD5}.dir"]
    with pytest.raises(CorpusError, match="listing"):
        pins.listed(
            pins.Pin("write", "b", f"{MD5}.dir", 1, cached=True),
            json.dumps([{"relpath": "x", "md5": f"{MD5}.dir"}]).encode(),
        )


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "..", "", "a\0b", 7, None, ["a"]])
def test_paths_stay_inside(path):
    lock = json.dumps({"stages": {"write": {"outs": [{"path": path, "md5": MD5}]}}})
    with pytest.raises(CorpusError, match=r"dvc\.lock is damaged"):
        pins.parse(lock, "dvc.lock")
    with pytest.raises(CorpusError, match="listing of data/articles"):
        pins.listed(
            pins.Pin("write", "data/articles", f"{MD5}.dir", 1, cached=True),
            json.dumps([{"relpath": path, "md5": MD5}]).encode(),
        )


@pytest.mark.parametrize(
    "listing", [b"", b"[", b"{}x", b"7", b"[7]", b"[{}]", b'[["relpath"]]', b"\xff", b"[" * 100_000]
)
def test_an_invalid_listing_is_an_error_of_a_line(listing):
    with pytest.raises(CorpusError, match="cannot be read"):
        pins.listed(pins.Pin("write", "data/articles", f"{MD5}.dir", 1, cached=True), listing)


def published(library_copy: Corpus, place: Path, text: str) -> None:
    """The library with other DVC settings, as a server of plain files has it."""
    (library_copy.root / ".dvc/config").write_text(text)
    library_copy.commit("Settings")
    subprocess.run(["git", "clone", "--quiet", "--bare", library_copy.root, place], check=True)
    subprocess.run(["git", "update-server-info"], cwd=place, check=True)


def test_a_corpus_read_by_its_address(library_copy, tmp_path, caplog):
    touched = tmp_path / "touched"
    www = tmp_path / "www"
    www.mkdir()
    shutil.move(library_copy.root / ".dvc/cache", www / "store")
    with serving(www) as (url, moved):
        text = config(f"{url}/store", "ask_password = true", f"bearer_token_command = touch {touched}")
        published(library_copy, www / "corpus.git", f"{text}[cache]\n    dir = {tmp_path}/theirs\n")
        version = corpus.open("v1.0.0", repo=f"{url}/corpus.git")
        assert version.arrow().num_rows > 0
        assert any(path.startswith("/store/files/md5/") for path, _ in moved)
    ignored = ["cache.dir", "remote.store.ask_password", "remote.store.bearer_token_command"]
    said = [record.getMessage() for record in caplog.records if record.name == "corpus.reading"]
    assert said == [
        f"Contacting 127.0.0.1 to clone {url}/corpus.git.",
        f"Data of {url}/corpus.git will be read from http://127.0.0.1.",
        f"Ignored in the .dvc/config of {url}/corpus.git: {', '.join(ignored)}.",
    ]
    assert {record.levelno for record in caplog.records if record.name == "corpus.reading"} == {logging.WARNING}
    assert not touched.exists()
    assert not (tmp_path / "theirs").exists()


def test_a_folder_named_from_afar_is_not_read(library_copy, tmp_path):
    www = tmp_path / "www"
    www.mkdir()
    shutil.move(library_copy.root / ".dvc/cache", tmp_path / "store")
    published(library_copy, www / "corpus.git", config(str(tmp_path / "store")))
    with serving(www) as (url, _), pytest.raises(CorpusError, match="may not have folders of this machine read"):
        corpus.open("v1.0.0", repo=f"{url}/corpus.git")


HOOKS = ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman")


@pytest.mark.parametrize("partial", [False, True])
def test_nothing_that_a_foreign_folder_names_is_run(library_copy, tmp_path, partial):
    touched = tmp_path / "touched"
    bad = tmp_path / "bad"
    bad.write_text(f'#!/bin/sh\necho "$0 $*" >> {touched}\nexit 1\n')
    bad.chmod(0o755)
    root = library_copy.root
    if partial:
        library_copy.git("config", "uploadpack.allowFilter", "true")
        root = tmp_path / "partial"
        subprocess.run(
            ["git", "clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{library_copy.root}", root],
            check=True,
        )
        shutil.copytree(library_copy.root / ".dvc", root / ".dvc")
        shutil.copy(library_copy.root / "dvc.yaml", root / "dvc.yaml")
        shutil.copy(library_copy.root / "dvc.lock", root / "dvc.lock")
    settings = {
        "core.sshCommand": bad, "core.gitProxy": bad, "core.askPass": bad, "core.fsmonitor": bad, "core.editor": bad,
        "core.pager": bad, "core.hooksPath": tmp_path / "hooks", "core.alternateRefsCommand": bad, "diff.external": bad,
        "diff.x.textconv": bad, "diff.x.command": bad, "filter.x.smudge": bad, "filter.x.clean": bad,
        "filter.x.process": bad, "filter.x.required": "true", "gpg.program": bad, "log.showSignature": "true",
        "credential.helper": f"!{bad}", "merge.x.driver": bad, "sequence.editor": bad, "uploadpack.packObjectsHook": bad,
        "pager.show": bad, "alias.ls-tree": f"!{bad}", "alias.cat-file": f"!{bad}", "trailer.x.command": bad,
        "remote.origin.uploadpack": bad, "remote.origin.url": "ssh://nobody@127.0.0.1:9/x",
    }  # fmt: skip
    (tmp_path / "hooks").mkdir()
    for name in HOOKS:
        for folder in (tmp_path / "hooks", root / ".git/hooks"):
            folder.mkdir(exist_ok=True)
            shutil.copy(bad, folder / name)
    for name, value in settings.items():
        subprocess.run(["git", "config", name, str(value)], cwd=root, check=True)
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/attributes").write_text("* filter=x diff=x merge=x\n")
    touched.unlink(missing_ok=True)
    if partial:
        for url in ("ssh://nobody@127.0.0.1:9/x", "nobody@127.0.0.1:x", f"ext::{bad}", "git://127.0.0.1:9/x",
                    f"file://{library_copy.root}", str(library_copy.root)):  # fmt: skip
            subprocess.run(["git", "config", "remote.origin.url", url], cwd=root, check=True)
            with pytest.raises(CorpusError, match="partial clone"):
                corpus.open("v1.0.0", repo=root)
    else:
        assert corpus.open("v1.0.0", repo=root).arrow().num_rows > 0
        assert corpus.open("v1.0.0", repo=root, as_of="2030-01-01").arrow().num_rows > 0
    assert corpus.open(repo=root).arrow().num_rows > 0
    assert corpus.versions(root)
    assert not touched.exists(), touched.read_text()
