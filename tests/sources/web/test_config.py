"""collect.yaml: what it may say, and every fault of it at once, with its line and what to write instead."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SettingsError, UsageError
from corpus.sources.web import values
from corpus.sources.web.config import EXAMPLE, Keep, Kind, Seal, load, parse
from schemas.rights import Ground, Purpose, Unknown

AGENT = 'agent: {name: newscorpus, contact: "https://example.org/bot"}\n'
HEAD = AGENT + "sources:\n"
FEED = "  - {name: a, kind: feed, url: https://a.example/rss}\n"


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as error:
        parse(text.encode(), Path("collect.yaml"))
    return error.value.faults


def of_source(more: str, kind: str = "feed", url: str = "https://a.example/rss") -> str:
    return f"{HEAD}  - {{name: a, kind: {kind}, url: {url}{more}}}\n"


def test_the_example_of_the_issue(tmp_path: Path) -> None:
    path = tmp_path / "collect.yaml"
    path.write_text(
        AGENT + "defaults: {every: 1h, delay: 5s, recrawl: [1h, 6h, 1d, 7d, 30d], max_new: 500, max_age: 14d}\n"
        "sources:\n"
        '  - {name: bbc-world, kind: feed, url: "https://a.example/rss.xml", publisher: bbc.co.uk, licence: "…"}\n'
        '  - {name: paper, kind: sitemap, url: "https://b.example/sitemap.xml", include: ["*/news/*"], '
        'exclude: ["*/live/*"], recrawl: [6h, 2d]}\n'
    )
    found = load(path)
    assert (found.agent.name, found.agent.contact) == ("newscorpus", "https://example.org/bot")
    bbc, paper = found.sources
    assert (bbc.name, bbc.kind, bbc.publisher, bbc.licence) == ("bbc-world", Kind.FEED, "bbc.co.uk", "…")
    assert bbc.recrawl == tuple(timedelta(hours=hours) for hours in (1, 6, 24, 168, 720))
    assert (bbc.max_new, bbc.max_age, bbc.seal, bbc.keep) == (500, timedelta(days=14), Seal.RUN, Keep.CHANGED)
    assert paper.recrawl == (timedelta(hours=6), timedelta(days=2))
    assert paper.delay == timedelta(seconds=5)
    assert paper.admits("https://b.example/news/1")
    assert not paper.admits("https://b.example/sport/1")
    assert not paper.admits("https://b.example/news/live/1")
    assert found.alerts == ()


def test_the_commented_example_is_valid() -> None:
    assert parse(EXAMPLE.encode(), Path("collect.yaml")).sources[0].name == "example-news"
    inside = EXAMPLE.replace("  # - {", "  - {").replace("  # rights", "  rights").replace("# alerts", "alerts")
    found = parse(inside.encode(), Path("collect.yaml"))
    assert {source.kind for source in found.sources} == set(Kind)
    assert found.sources[0].rights.purpose is Purpose.TRAIN
    assert found.alerts == ("${ALERT_URL}",)


def test_defaults_are_merged_and_overridden() -> None:
    text = AGENT + (
        "defaults:\n  every: 15m\n  seal: day\n  include: '*/a/*'\n  rights: {purpose: train, unknown: keep}\n"
        "sources:\n" + FEED + "  - {name: b, kind: urls, path: lists/b.txt, seal: run, keep: all, include: []}\n"
        "  - {name: c, kind: robots, url: https://c.example, rights: {exclude: [noai, non-commercial]}}\n"
    )
    a, b, c = parse(text.encode(), Path("x")).sources
    assert (a.every, a.seal, a.include) == (timedelta(minutes=15), Seal.DAY, ("*/a/*",))
    assert (a.rights.purpose, a.rights.unknown) == (Purpose.TRAIN, Unknown.KEEP)
    assert (b.url, str(b.path), b.seal, b.keep, b.include) == ("", "lists/b.txt", Seal.RUN, Keep.ALL, ())
    assert c.url == "https://c.example/robots.txt"
    assert c.rights.exclude == (Ground.NOAI, Ground.NON_COMMERCIAL)
    assert c.rights.unknown is Unknown.EXCLUDE


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5s", 5), ("1h", 3600), ("6h", 21600), ("1d", 86400), ("30d", 2592000), ("15m", 900), ("2w", 1209600),
        ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), ("1 h", 3600), ("1D", 86400),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: float) -> None:
    assert values.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["5", "-5s", "h", "1y", "1h foo", "", "99999999d", "1e3s", "PT1H", "1:30", "∞s", "5 s s"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"Write "):
        values.duration(text)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("sources:\n" + FEED, 1, "agent is missing"),
        ("agent: {name: x1}\nsources:\n" + FEED, 1, "agent.contact is missing"),
        ('agent: {contact: "https://example.org"}\nsources:\n' + FEED, 1, "agent.name is missing. Write name: newscorpus"),
        ('agent: {name: "my bot/1.0", contact: a@b.example}\nsources:\n' + FEED, 1, "cannot be the name of an agent"),
        ("agent: {name: bot, contact: me}\nsources:\n" + FEED, 1, "'me' is not a contact"),
        ("agent: {name: bot, contact: }\nsources:\n" + FEED, 1, "agent.contact: found nothing"),
        ("agent: newscorpus\nsources:\n" + FEED, 1, "agent: found 'newscorpus'. Write keys and values: name, contact"),
        (AGENT, 1, "sources is empty"),
        (AGENT + "sources: []\n", 2, "sources is empty"),
        (AGENT + "sources: https://a.example/rss\n", 2, "source 1: found 'https://a.example/rss'"),
        (AGENT + "source:\n" + FEED, 2, "unknown key 'source'. Did you mean 'sources'?"),
        (AGENT + "Sources:\n" + FEED, 2, "Did you mean 'sources'?"),
        (HEAD + FEED + FEED, 4, "source 'a': the name is in line 3 too"),
        (HEAD + FEED + "defaults: {evry: 1h}\n", 4, "defaults: unknown key 'evry'. Did you mean 'every'?"),
        (HEAD + FEED + "defaults: {name: x}\n", 4, "defaults: unknown key 'name'"),
        (HEAD + "  - {kind: feed, url: https://a.example/rss}\n", 3, "source 1: name is missing"),
        (HEAD + "  - {name: a, url: https://a.example/rss}\n", 3, "source 'a': kind is missing. Choose from feed"),
        (HEAD + "  - {name: a, kind: feed}\n", 3, "source 'a': url is missing"),
        (HEAD + "  - {name: a, kind: urls, url: https://a.example}\n", 3, "path is missing"),
        (HEAD + "  - {name: a, kind: urls, path: ../secret}\n", 3, "not a path in this repository"),
        (HEAD + "  - {name: A B, kind: feed, url: https://a.example}\n", 3, "such as a-b"),
        (HEAD + "  - {name: status, kind: feed, url: https://a.example}\n", 3, "is a command. Choose another name"),
        (HEAD + "  - {name: sources, kind: feed, url: https://a.example}\n", 3, "such as sources-news"),
        (HEAD + "  - {name: a, name: b, kind: feed, url: https://a.example}\n", 3, "'name' appears twice"),
        (HEAD + "  - name\n", 3, "source 1: found 'name'. Write keys and values"),
        (of_source("", kind="rss"), 3, "kind: 'rss' is unknown. Choose from feed, sitemap"),
        (of_source("", kind="sitemaps"), 3, "Did you mean 'sitemap'?"),
        (of_source("", kind="page"), 3, "a page needs a pattern"),
        (of_source(", path: x"), 3, "a source of kind feed has no path"),
        (of_source("", url="a.example/rss"), 3, "Write https://a.example/rss"),
        (of_source("", url="ftp://a.example/rss"), 3, "is not a web address"),
        (of_source("", url="file:///etc/passwd"), 3, "is not a web address"),
        (of_source("", url="https://"), 3, "is not an address"),
        (of_source("", url="https://a.example:99999/"), 3, "is not an address"),
        (of_source("", url="'https://a b.example/'"), 3, "without spaces"),
        (of_source(", max-new: 5"), 3, "Did you mean 'max_new'?"),
        (of_source(", max_new: 0"), 3, "is not a number of articles"),
        (of_source(", max_new: many"), 3, "is not a number of articles"),
        (of_source(", max_new: [1, 2]"), 3, "max_new: found a list. Write one value"),
        (of_source(", every: 30"), 3, "Write a number and a unit: 30s, 30h or 30d"),
        (of_source(", every: 5s"), 3, "every is shorter than 60s"),
        (of_source(", every: 0h"), 3, "every: it must be longer than nothing"),
        (of_source(", delay: 0s"), 3, "delay is shorter than 1s"),
        (of_source(", recrawl: [1d, 1h]"), 3, "the ages must grow"),
        (of_source(", recrawl: [1h, 2x]"), 3, "'2x' is not a duration"),
        (of_source(", seal: daily"), 3, "Did you mean 'day'?"),
        (of_source(", keep: everything"), 3, "Choose from changed, all"),
        (of_source(", publisher: https://a.example/"), 3, "is not a publisher. Write its domain"),
        (of_source(", include: ['.*/news/.*']"), 3, "looks like a regular expression"),
        (of_source(", include: ['^https://a']"), 3, "looks like a regular expression"),
        (of_source(", include: [news]"), 3, "Write *news*"),
        (of_source(f", include: ['{'*a' * 21}']"), 3, "20 '*'"),
        (of_source(", rights: {purpose: training}"), 3, "Did you mean 'train'?"),
        (of_source(", rights: {unknown: drop}"), 3, "Choose from keep, exclude"),
        (of_source(", rights: {exclude: [no-index]}"), 3, "Did you mean 'noindex'?"),
        (HEAD + FEED + "alerts: [nobody]\n", 4, "is not an address for alerts"),
        ("# nothing\n", 1, "it is empty"),
        ("- a\n- b\n", 1, "collect.yaml: found a list"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_the_mend(text: str, line: int, expected: str) -> None:
    found = faults(text)
    assert any(one.startswith(f"collect.yaml:{line}: ") and expected in one for one in found), found


@pytest.mark.parametrize(
    "text",
    [
        of_source("", url="https://bob:hunter2@a.example/rss"), of_source("", url="https://hunter2@a.example/rss"),
        of_source("", url="https://a.example/rss?api_key=hunter2"), of_source("", url="https://a.example/?token=hunter2"),
        of_source("", url="https://a.example/?access-token=hunter2"), of_source("", url="bob:hunter2@a.example/rss"),
        of_source("", url="ftp://bob:hunter2@a.example/rss"), of_source("", url="https://a.example/?x=1&sig=hunter2"),
        HEAD + FEED + 'alerts: ["slack://hunter2/b/c"]\n', HEAD + FEED + 'alerts: ["mailto://bob:hunter2@mail.example"]\n',
        HEAD + FEED + "alerts: https://hooks.slack.com/services/T0/B0/hunter2\n",
        HEAD + FEED + 'alerts: ["tgram://hunter2/1"]\n', HEAD + FEED + 'alerts: ["ntfy://host/topic?token=hunter2"]\n',
        HEAD + FEED + 'alerts: ["json://host/?password=hunter2"]\n', HEAD + FEED + "alerts: bob:hunter2@mail.example\n",
        'agent: {name: bot, contact: "https://bob:hunter2@example.org/"}\nsources:\n' + FEED,
    ],
)  # fmt: skip
def test_a_secret_in_the_file_is_refused_and_not_repeated(text: str) -> None:
    found = faults(text)
    assert found
    assert "hunter2" not in "\n".join(found)


@pytest.mark.parametrize(
    "alert", ["${MY_ALERTS}", "mailto://localhost?to=a@b.example", "syslog://", "json://host:8080/path", "ntfy://topic"]
)
def test_alerts_without_secrets(alert: str) -> None:
    found = parse((HEAD + FEED + f'alerts: ["{alert}"]\n').encode(), Path("x"))
    assert found.alerts == (alert,)


def test_all_faults_at_once_in_order() -> None:
    text = (
        "agent: {name: bot}\ndefaults: {delay: 5}\nsources:\n"
        "  - {name: a, kind: feed, url: nowhere}\n  - {name: a, kind: fed, url: https://a.example}\ntypo: 1\n"
    )
    found = faults(text)
    assert [int(one.split(":")[1]) for one in found] == [1, 2, 4, 5, 5, 6]
    assert str(SettingsError(Path("collect.yaml"), found)).startswith("collect.yaml has 6 faults:\n  collect.yaml:1: ")


@pytest.mark.parametrize(
    "data",
    [
        b"a: [", b"\xff\xfe\x00", b"a: &x 1\nb: *x\n", b"[" * 5000, b"a: !!python/object:os.system x", b"\x00",
        b"a: 1\n---\nb: 2\n", b"? [a]\n: b\n", b"%YAML 9.9\n---\na: b", b"sources: {a: b}",
        "agent: ﷽\n".encode(), b"x" * 5_000_000,
    ],
)  # fmt: skip
def test_what_is_no_settings_file(data: bytes) -> None:
    with pytest.raises(UsageError):
        parse(data, Path("collect.yaml"))


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + text).encode("utf-8", "replace")))
def test_it_raises_usage_errors_only(data: bytes) -> None:
    with suppress(UsageError):
        parse(data, Path("collect.yaml"))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        load(tmp_path / "collect.yaml")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8123/rss", "http://localhost/rss", "http://a.test:1/rss", "http://[::1]:9/"]
)
def test_manners_are_not_needed_on_this_machine(url: str) -> None:
    (source,) = parse(of_source(", delay: 0s, every: 1s", url=f'"{url}"').encode(), Path("x")).sources
    assert source.delay == timedelta(0)


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("*/news/*", "https://a.example/news/1", True), ("*/news/*", "https://a.example/newsletter", False),
        ("/news/*", "https://a.example/news/1", True), ("/news/*", "https://a.example/x/news/1", False),
        ("https://a.example/*", "https://a.example/", True), ("*", "x", True), ("*a*a*a", "aa", False),
        ("*a*a*a", "aaa", True), ("a*b", "ab", True), ("ab*ba", "aba", False), ("*.html", "https://a/b.html", True),
        ("/*?id=*", "https://a.example/b?id=3", True), ("/", "https://a.example", True), ("*[1]*", "x[1]y", True),
    ],
)  # fmt: skip
def test_patterns(pattern: str, address: str, expected: bool) -> None:
    assert values.matches(pattern, address) is expected
