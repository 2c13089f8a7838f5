"""Read collect.yaml as one frozen value: who collects, from where, how often, and how politely.

All faults of the file are reported at once, each with its line and what to write instead. Nothing is fetched here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from corpus.errors import SettingsError
from corpus.sources.web import values
from corpus.sources.web.collecting import Agent, Collecting, FetchRights, Keep, Kind, Seal, Source
from corpus.sources.web.example import EXAMPLE
from corpus.sources.web.reading import Faults, Node, fields_of, items_of, kind_of, root_of, value_of
from schemas.rights import Ground, Purpose, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = [
    "COLLECT",
    "EXAMPLE",
    "Agent",
    "Collecting",
    "FetchRights",
    "Keep",
    "Kind",
    "Seal",
    "Source",
    "load",
    "parse",
]

COLLECT: Final = "collect.yaml"
_MOST_BYTES: Final = 4_000_000
_MOST_SOURCES: Final = 20_000

_RIGHTS: Final = ("purpose", "exclude", "unknown")
_ONE: Final[dict[str, Callable[[str], Any]]] = {
    "publisher": values.domain,
    "licence": values.line,
    "every": values.duration,
    "delay": values.duration,
    "max_new": values.count,
    "max_age": values.duration,
    "seal": values.choice(Seal),
    "keep": values.choice(Keep),
}
_SEVERAL: Final[dict[str, Callable[[str], Any]]] = {
    "recrawl": values.duration,
    "include": values.pattern,
    "exclude": values.pattern,
}
_OPTIONS: Final = (*_ONE, *_SEVERAL, "rights")
_KEYS: Final = ("name", "kind", "url", "path", *_OPTIONS)
_LEAST_EVERY: Final = timedelta(minutes=1)
_LEAST_DELAY: Final = timedelta(seconds=1)


def load(path: Path) -> Collecting:
    """Read collect.yaml.

    Args:
        path: the file.

    Raises:
        SettingsError: it cannot be read, or has faults. The error lists all of them.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise SettingsError(path, ["there is no such file. `corpus init --example DIR` writes one to copy"]) from None
    except OSError as error:
        raise SettingsError(path, [f"it cannot be read: {error.strerror}"]) from None
    return parse(data, path)


def parse(data: bytes, path: Path) -> Collecting:
    """Return the settings in the bytes of a collect.yaml.

    Args:
        data: the content of the file.
        path: the name of the file for an error.

    Raises:
        SettingsError: it has faults. The error lists all of them.
    """
    if len(data) > _MOST_BYTES:
        raise SettingsError(path, [f"it is larger than {_MOST_BYTES:,} bytes. Put addresses into a file of kind urls"])
    try:
        root = root_of(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        hint = ". Write values out, or put what sources share into defaults" if "aliases" in str(error) else ""
        raise SettingsError(path, [f"it is not YAML that can be read: {str(error)[:300]}{hint}"]) from None
    faults = Faults(path.name)
    if root is None:
        faults.add(1, "it is empty. Write agent: and sources:")
        raise SettingsError(path, list(faults))
    top = fields_of(root, "collect.yaml", ("agent", "defaults", "sources", "alerts"), faults)
    agent = _agent(top.get("agent"), root, faults)
    shared: dict[str, Any] = {}
    if "defaults" in top and kind_of(top["defaults"]) != "nothing":
        shared = _options(fields_of(top["defaults"], "defaults", _OPTIONS, faults), "defaults", faults)
    sources = _sources(top.get("sources"), root, shared, faults)
    alerts = value_of(top["alerts"], "alerts", values.alert, faults, several=True) if "alerts" in top else ()
    if len(faults) or agent is None or alerts is None:
        raise SettingsError(path, list(faults))
    return Collecting(agent, sources, alerts)


def _agent(node: Node | None, root: Node, faults: Faults) -> Agent | None:
    if node is None:
        faults.add(root, 'agent is missing. Write agent: {name: newscorpus, contact: "https://…"}')
        return None
    found = fields_of(node, "agent", ("name", "contact"), faults)
    made: dict[str, str | None] = {}
    for key, convert in (("name", values.agent_name), ("contact", values.contact)):
        if key in found:
            made[key] = value_of(found[key], f"agent.{key}", convert, faults)
        else:
            example = "newscorpus" if key == "name" else '"https://…", a page about you, or an e-mail address'
            faults.add(node, f"agent.{key} is missing. Write {key}: {example}")
    name, contact = made.get("name"), made.get("contact")
    return Agent(name, contact) if name and contact else None


def _options(found: dict[str, Node], where: str, faults: Faults) -> dict[str, Any]:
    """Return the values of the options in a mapping; note invalid ones and leave them out."""
    made: dict[str, Any] = {}
    for key, node in found.items():
        if key in _ONE:
            made[key] = value_of(node, f"{where}: {key}", _ONE[key], faults)
        elif key in _SEVERAL:
            made[key] = value_of(node, f"{where}: {key}", _SEVERAL[key], faults, several=True)
        elif key == "rights":
            made[key] = _rights(node, where, faults)
    if (ages := made.get("recrawl")) and (list(ages) != sorted(set(ages)) or not ages[0]):
        faults.add(found["recrawl"], f"{where}: recrawl: the ages must grow. Write them so: [1h, 6h, 1d, 7d]")
    for key in ("every", "max_age"):
        if made.get(key) == timedelta(0):
            faults.add(found[key], f"{where}: {key}: it must be longer than nothing. Write 1h or 14d")
    return {key: value for key, value in made.items() if value is not None}


def _rights(node: Node, where: str, faults: Faults) -> FetchRights:
    found = fields_of(node, f"{where}: rights", _RIGHTS, faults)
    made: dict[str, Any] = {}
    for key, kinds in (("purpose", Purpose), ("unknown", Unknown)):
        if key in found and kind_of(found[key]) != "nothing":
            made[key] = value_of(found[key], f"{where}: rights.{key}", values.choice(kinds), faults)
    if "exclude" in found:
        made["exclude"] = value_of(
            found["exclude"], f"{where}: rights.exclude", values.choice(Ground), faults, several=True
        )
    return FetchRights(**{key: value for key, value in made.items() if value is not None})


def _sources(node: Node | None, root: Node, shared: dict[str, Any], faults: Faults) -> tuple[Source, ...]:
    nodes = items_of(node) if node is not None else []
    if not nodes:
        faults.add(node or root, "sources is empty. Write at least one: - {name: paper, kind: feed, url: https://…}")
    if len(nodes) > _MOST_SOURCES:
        faults.add(nodes[_MOST_SOURCES], f"there are {len(nodes):,} sources. Write at most {_MOST_SOURCES:,}")
    names: dict[str, int] = {}
    made: list[Source] = []
    for number, one in enumerate(nodes[:_MOST_SOURCES], 1):
        source = _source(one, number, shared, names, faults)
        if source is not None:
            made.append(source)
    return tuple(made)


def _source(node: Node, number: int, shared: dict[str, Any], names: dict[str, int], faults: Faults) -> Source | None:
    # A first look for the name, so that messages can name the source.
    found = fields_of(node, f"source {number}", _KEYS, faults)
    if not found:
        return None
    name = value_of(found["name"], f"source {number}: name", values.name, faults) if "name" in found else None
    where = f"source {name!r}" if name else f"source {number}"
    if "name" not in found:
        faults.add(node, f"{where}: name is missing. Write name: my-paper")
    elif name in names:
        faults.add(found["name"], f"{where}: the name is in line {names[name]} too. Give each source its own")
    elif name:
        names[name] = found["name"].start_mark.line + 1
    kind = value_of(found["kind"], f"{where}: kind", values.choice(Kind), faults) if "kind" in found else None
    if "kind" not in found:
        faults.add(node, f"{where}: kind is missing. Choose from {', '.join(Kind)}")
    place = _place(node, kind, found, where, faults)
    options = shared | _options(found, where, faults)
    _check(node, found, kind, place, options, where, faults)
    if name is None or kind is None or (place["url"] is None and place["path"] is None):
        return None
    return Source(name=name, kind=kind, url=place["url"] or "", path=place["path"], **options)


def _place(node: Node, kind: Kind | None, found: dict[str, Node], where: str, faults: Faults) -> dict[str, Any]:
    """Return `url` and `path` of a source; note if one is missing or must not be there."""
    place: dict[str, Any] = {"url": None, "path": None}
    for key, convert in (("url", values.address), ("path", values.path)):
        if key in found:
            place[key] = value_of(found[key], f"{where}: {key}", convert, faults)
    wanted, other = ("path", "url") if kind is Kind.URLS else ("url", "path")
    if kind is not None and wanted not in found:
        example = "addresses.txt" if wanted == "path" else "https://…"
        faults.add(node, f"{where}: {wanted} is missing. Write {wanted}: {example}")
    if kind is not None and other in found:
        faults.add(found[other], f"{where}: a source of kind {kind.value} has no {other}. Remove it")
    if kind is Kind.ROBOTS and place["url"] and not place["url"].endswith("/robots.txt"):
        parts = urlsplit(place["url"])
        place["url"] = f"{parts.scheme}://{parts.netloc}/robots.txt"
    return place


def _check(
    node: Node,
    found: dict[str, Node],
    kind: Kind | None,
    place: dict[str, Any],
    options: dict[str, Any],
    where: str,
    faults: Faults,
) -> None:
    """Note faults of values that belong together: patterns of pages, and the rules for requests."""
    if kind is Kind.PAGE and not options.get("include"):
        faults.add(node, f'{where}: a page needs a pattern of its articles. Write include: ["*/news/*"]')
    if place["url"] and values.is_local(place["url"]):
        return
    for key, least in (("every", _LEAST_EVERY), ("delay", _LEAST_DELAY)):
        if key in options and options[key] < least and (kind is not Kind.URLS or key in found):
            short = f"{least.total_seconds():g}s"
            faults.add(found.get(key, node), f"{where}: {key} is shorter than {short}. Write {short} or more")
