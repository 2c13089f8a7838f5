"""What publishers say of the use of their pages beside them: stored with each document, and obeyed where it is asked for."""

from __future__ import annotations

import pytest

from corpus.sources.web.declared import Declared, files_of
from corpus.sources.web.outcomes import Via
from tests.sources.web.scenes import feed, outcomes
from tests.website import Reply

RSL = """<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>
<prohibits type="usage">train-ai</prohibits></license></content></rsl>"""


def robots(*lines):
    return Reply.text("\n".join(lines) + "\n", "text/plain")


def test_signals_are_stored_as_they_were_when_a_page_was_fetched(site, scene):
    site["/robots.txt"] = robots("User-agent: *", "Content-Signal: ai-input=no", "License: /licence.xml")
    site["/licence.xml"] = Reply.text(RSL, "application/rsl+xml")
    site["/.well-known/tdmrep.json"] = Reply.text('[{"location": "/", "tdm-reservation": 0}]', "application/json")
    site.feed("/feed.xml", [site.page("/a")])
    scene.settings(feed(site), recrawl=["25h"])
    scene.run()
    site["/robots.txt"] = robots("User-agent: *", "Content-Signal: ai-input=yes")
    del site["/.well-known/tdmrep.json"]
    site.page(
        "/a", body="The town council took it all back on Tuesday, after hours of debate that nobody had foreseen."
    )
    # The next process knows what this one read, as long as robots.txt holds.
    scene.later(hours=1)
    site.feed("/feed.xml", [site.page("/b")])
    scene.run()
    scene.later(hours=25)
    scene.run()
    found = {
        (row["url"], row["captured_at"]): [tuple(one.values()) for one in row["signals"]] for row in scene.documents()
    }
    first = [
        ("robots.txt", "content-signal", "ai-input=no"),
        ("robots.txt", "license", "/licence.xml"),
        ("tdmrep.json", "tdm-reservation", "0"),
        ("rsl", "prohibits", "train-ai"),
    ]
    said = [sorted(signals) for _, signals in sorted(found.items(), key=lambda one: one[0][1])]
    assert said == [sorted(first), sorted(first), [("robots.txt", "content-signal", "ai-input=yes")]]
    assert {seen.via for seen in scene.observations()} == {Via.PAGE, Via.DISCOVERY, Via.ROBOTS, Via.TDMREP, Via.RSL}


@pytest.mark.parametrize(
    ("rules", "page", "rights", "refused", "asked"),
    [
        (["Content-Signal: ai-train=no"], "", {"purpose": "train"}, True, False),
        (["Content-Signal: ai-train=yes"], "", {"purpose": "train"}, False, True),
        (["Content-Signal: ai-train=no"], "", {"purpose": "search", "unknown": "keep"}, False, True),
        ([], "", {"purpose": "train", "unknown": "exclude"}, True, True),
        ([], "", {"purpose": "train", "unknown": "keep"}, False, True),
        ([], '<meta name="robots" content="noai">', {"purpose": "input", "unknown": "keep"}, True, True),
        ([], '<meta name="tdm-reservation" content="1">', {"exclude": ["tdm-reserved"]}, True, True),
        (["", "User-agent: CCBot", "Disallow: /"], "", {"exclude": ["agents-closed"]}, True, False),
        ([], '<meta name="robots" content="noarchive">', {"exclude": ["noindex"]}, False, True),
        ([], "", {"exclude": ["no-licence"]}, True, True),
        (["Content-Signal: ai-train=no"], "", {}, False, True),
    ],
)
def test_rights_that_refuse_keep_a_page_out(site, scene, rules, page, rights, refused, asked):
    site["/robots.txt"] = robots("User-agent: *", "Allow: /", *rules)
    url = site.page("/a")
    text = site._answers["127.0.0.1", "/a"].body.decode().replace("<title>", f"{page}<title>", 1)
    site["127.0.0.1", "/a"] = Reply.text(text)
    site["/feed.xml"] = Reply.text(
        f"""<rss xmlns:c="http://purl.org/rss/1.0/modules/content/"><channel><item><title>A</title><link>{url}</link>
        <c:encoded>{"Words of the full text. " * 60}</c:encoded></item></channel></rss>""", "application/rss+xml")  # fmt: skip
    scene.settings(feed(site, **({"rights": rights} if rights else {})))
    report = scene.run()
    assert outcomes(report) == {"rights-refused" if refused else "new": 1}
    assert len(scene.documents()) == (0 if refused else 1)
    assert bool(site.asked("/a")) is asked


def test_a_feeds_date_is_evidence_of_a_day(site, scene):
    url = site.page("/a")
    site["/feed.xml"] = Reply.text(
        f"<rss><channel><item><title>A</title><link>{url}</link><pubDate>Sun, 03 May 2026 10:15:00 +0200</pubDate>"
        f"</item><item><title>B</title><link>{site.page('/b')}</link><pubDate>2026-05-02</pubDate></item></channel></rss>",
        "application/rss+xml",
    )
    scene.settings(feed(site))
    scene.run()
    assert [row["published_date"] for row in scene.documents()] == ["2026-05-03T08:15:00+00:00", "2026-05-02"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("/l.xml", "https://a.example/l.xml"),
        ("https://rsl.example/l.xml", "https://rsl.example/l.xml"),
        ("//rsl.example/l.xml", "https://rsl.example/l.xml"),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_licences_that_robots_names(value, found):
    named = files_of("https://a.example", f"License: {value}\nUser-agent: *\nDisallow:\n".encode())
    assert named[0] == (Via.TDMREP, "https://a.example/.well-known/tdmrep.json")
    assert named[1:] == ([(Via.RSL, found)] if found else [])


def test_many_licences_are_bounded():
    body = "".join(f"License: /{number}.xml\n" for number in range(50)).encode()
    assert len(files_of("https://a.example", body)) <= 3


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"[" * 10_000, b"{", b"<rsl><content>", b"null"])
def test_files_that_say_nothing(body):
    assert Declared("newscorpus", body, body, (body,)).signals("https://a.example/x") == ()
