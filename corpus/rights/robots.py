"""Signals in robots.txt: preferences of use, the RSL licence, and which AI crawlers a page is closed to.

Groups and rules as RFC 9309 has them; `Content-Signal` as contentsignals.org, `Content-Usage` as
draft-ietf-aipref-attach, `License` as RSL 1.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from corpus.rights.signals import MOST_SIGNALS, Place, Signal, signal
from corpus.text.decode import decode

_MOST_BYTES: Final = 512_000
_MOST_RULES: Final = 2_000
_MOST_STARS: Final = 20
_LINE: Final = re.compile(r"\s*([A-Za-z-]{4,20})\s*:\s*([^#\r\n]{0,2000})")
_PREFERENCE: Final = re.compile(r"(/\S*)\s+(\S.*)")
# Crawlers that gather texts for models, by the names that robots.txt files address them with.
AI_AGENTS: Final = (
    "AI2Bot", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ChatGPT-User",
    "Claude-SearchBot", "Claude-User", "ClaudeBot", "Claude-Web", "cohere-ai", "cohere-training-data-crawler",
    "Diffbot", "DuckAssistBot", "FacebookBot", "Google-CloudVertexBot", "Google-Extended", "GPTBot",
    "ImagesiftBot", "Meta-ExternalAgent", "Meta-ExternalFetcher", "MistralAI-User", "OAI-SearchBot",
    "Omgilibot", "PanguBot", "Perplexity-User", "PerplexityBot", "PetalBot", "Timpibot", "Webzio-Extended",
    "YouBot",
)  # fmt: skip


@dataclass(slots=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)
    preferences: list[tuple[str, str]] = field(default_factory=list)


def signals_of_robots(body: bytes, url: str, agent: str = "newscorpus") -> tuple[Signal, ...]:
    """Return what a robots.txt says of the use of a page.

    Args:
        body: the file.
        url: the page's address.
        agent: the name of who collects; its group and that of `*` hold, and lines outside of any group.

    Returns:
        The lines that hold for the page, to the letter, and a signal `disallow` for each AI crawler that it is closed
        to, with the crawler's name.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found: list[Signal] = []
    groups = _groups(body, found)
    named = {agent.lower(), "*"}
    for group in groups:
        if group.agents and not named & set(group.agents):
            continue
        for name, value in group.preferences:
            scoped = _PREFERENCE.fullmatch(value) if name == "content-usage" else None
            if scoped is None or _matches(scoped[1], path):
                found.append(signal(Place.ROBOTS, name, value))
    # Who has a group of his own is not in that of everyone: a page that is closed to all has no list of the closed.
    rules_of: dict[str, list[tuple[bool, str]]] = {}
    for group in groups:
        for name in group.agents:
            rules_of.setdefault(name, []).extend(group.rules)
    for crawler in AI_AGENTS:
        rules = rules_of.get(crawler.lower())
        if rules is not None and not _is_allowed(rules, path):
            found.append(signal(Place.ROBOTS, "disallow", crawler))
    return tuple(dict.fromkeys(found))[: MOST_SIGNALS + len(AI_AGENTS)]


def _groups(body: bytes, found: list[Signal]) -> list[_Group]:
    text = decode(body[:_MOST_BYTES]).text.lstrip("\ufeff")
    groups = [_Group()]
    is_open = False
    rules = 0
    for line in re.split(r"[\r\n]+", text):
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match[1].lower(), match[2].strip()
        if name == "user-agent":
            if not is_open:
                groups.append(_Group())
            is_open = True
            groups[-1].agents.append(value.partition("/")[0].strip().lower())
            continue
        if name == "license":
            found.append(signal(Place.ROBOTS, "license", value))
        elif name in {"content-signal", "content-usage"} and value:
            is_open = False
            groups[-1].preferences.append((name, value))
        elif name in {"allow", "disallow"}:
            is_open = False
            rules += 1
            if rules <= _MOST_RULES and value and groups[-1].agents:
                groups[-1].rules.append((name == "allow", value))
        if len(found) >= MOST_SIGNALS:
            break
    return groups


def _is_allowed(rules: list[tuple[bool, str]], path: str) -> bool:
    """Return whether rules allow a path: the longest match decides, and of two an allowance."""
    best = max(((len(pattern), allow) for allow, pattern in rules if _matches(pattern, path)), default=(0, True))
    return best[1]


def _matches(pattern: str, path: str) -> bool:
    """Return whether a pattern of robots.txt matches a path; in linear time for each `*`."""
    if not pattern.startswith(("/", "*")):
        pattern = f"/{pattern}"
    is_end = pattern.endswith("$")
    first, *rest = pattern.rstrip("$").split("*")
    if len(rest) > _MOST_STARS or not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(rest):
        if is_end and number == len(rest) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= at
        place = path.find(piece, at)
        if place < 0:
            return False
        at = place + len(piece)
    return not is_end or at == len(path)


matches_path = _matches
