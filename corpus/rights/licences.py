"""Licences by their addresses and names, as SPDX identifiers (https://spdx.org/licenses)."""

from __future__ import annotations

import re
from typing import Final

_CC_URL: Final = re.compile(
    r"(?:https?:)?//(?:www\.)?creativecommons\.org/licen[sc]es/(?P<kind>by(?:-nc)?(?:-nd|-sa)?|by-nd-nc|by-sa-nc|nc|nc-sa|nd|sa)"
    r"/(?P<version>\d\.\d)(?:/(?P<port>[a-z]{2,3}))?(?:/|$|[?#])",
    re.IGNORECASE,
)
_PUBLIC_URL: Final = re.compile(
    r"(?:https?:)?//(?:www\.)?creativecommons\.org/publicdomain/(?P<kind>zero|mark)/1\.0", re.IGNORECASE
)
_CC_NAME: Final = re.compile(
    r"(?<![\w-])(?:CC|Creative[ -]Commons)[ -](?P<kind>BY(?:[ -]NC)?(?:[ -](?:ND|SA))?)[ -]?(?P<version>[1-4]\.\d)"
    r"(?!\.?\d)(?:[ -](?P<port>[A-Z]{2,3})(?![A-Z]))?",
    re.IGNORECASE,
)
_ZERO_NAME: Final = re.compile(r"(?<!\w)CC[ -]?(?:0|Zero)(?:[ -]1\.0)?(?!\w)", re.IGNORECASE)
# SPDX has these ports of the versions 1.0 to 3.0 and no others.
_PORTS: Final = frozenset(
    {"CC-BY-2.5-AU", "CC-BY-3.0-AT", "CC-BY-3.0-AU", "CC-BY-3.0-DE", "CC-BY-3.0-IGO", "CC-BY-3.0-NL", "CC-BY-3.0-US",
     "CC-BY-NC-3.0-DE", "CC-BY-NC-ND-3.0-DE", "CC-BY-NC-ND-3.0-IGO", "CC-BY-NC-SA-2.0-DE", "CC-BY-NC-SA-2.0-FR",
     "CC-BY-NC-SA-2.0-UK", "CC-BY-NC-SA-3.0-DE", "CC-BY-NC-SA-3.0-IGO", "CC-BY-ND-3.0-DE", "CC-BY-SA-2.0-UK",
     "CC-BY-SA-2.1-JP", "CC-BY-SA-3.0-AT", "CC-BY-SA-3.0-DE", "CC-BY-SA-3.0-IGO"}
)  # fmt: skip
_VERSIONS: Final = frozenset({"1.0", "2.0", "2.5", "3.0", "4.0"})
_OTHERS: Final = (
    (r"nationalarchives\.gov\.uk/doc/open-government-licence/version/([123])", "OGL-UK-{}.0"),
    (r"gnu\.org/(?:licenses|copyleft)/fdl-1\.3", "GFDL-1.3-or-later"),
    (r"gnu\.org/(?:licenses|copyleft)/(?:old-licenses/)?fdl-1\.2", "GFDL-1.2-or-later"),
    (r"apache\.org/licenses/LICENSE-2\.0", "Apache-2.0"),
    (r"opensource\.org/licenses/MIT", "MIT"),
    (r"opendatacommons\.org/licenses/odbl", "ODbL-1.0"),
    (r"opendatacommons\.org/licenses/by(?:/|$)", "ODC-By-1.0"),
    (r"opendatacommons\.org/licenses/pddl", "PDDL-1.0"),
    (r"govdata\.de/dl-de/by-2-0", "DL-DE-BY-2.0"),
    (r"govdata\.de/dl-de/zero-2-0", "DL-DE-ZERO-2.0"),
    (r"etalab\.gouv\.fr/\S{0,200}licence-ouverte|github\.com/etalab/licence-ouverte", "etalab-2.0"),
)  # fmt: skip
_SPDX_URL: Final = re.compile(r"spdx\.org/licenses/([A-Za-z0-9.-]{2,40}?)(?:\.html|\.json)?/?$")
_COMPILED: Final = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in _OTHERS)


def spdx_of(written: str) -> str | None:
    """Return the SPDX identifier of a licence by its address or name; None if it is not known for certain.

    >>> spdx_of("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.de")
    'CC-BY-NC-SA-4.0'
    """
    text = written[:2_000]
    if found := _PUBLIC_URL.search(text):
        return "CC0-1.0" if found["kind"].lower() == "zero" else "CC-PDM-1.0"
    if found := _CC_URL.search(text):
        return _creative(found)
    if found := _SPDX_URL.search(text):
        return found[1]
    for pattern, name in _COMPILED:
        if found := pattern.search(text):
            return name.format(*found.groups())
    if found := _CC_NAME.search(text):
        return _creative(found)
    return "CC0-1.0" if _ZERO_NAME.search(text) else None


def _creative(found: re.Match[str]) -> str | None:
    kind = found["kind"].upper().replace(" ", "-")
    kind = {"BY-ND-NC": "BY-NC-ND", "BY-SA-NC": "BY-NC-SA"}.get(kind, kind)
    name = f"CC-{kind}-{found['version']}"
    port = (found["port"] or "").upper()
    if port and found["version"] != "4.0":
        return f"{name}-{port}" if f"{name}-{port}" in _PORTS else None
    return name if found["version"] in _VERSIONS and kind.startswith("BY") else None


def is_non_commercial(licence_url: str | None, licence_id: str | None) -> bool:
    """Return whether a licence is for non-commercial use."""
    return _has(licence_url, licence_id, "nc")


def has_no_derivatives(licence_url: str | None, licence_id: str | None) -> bool:
    """Return whether a licence does not allow derivatives."""
    return _has(licence_url, licence_id, "nd")


def conditions(written: str) -> int:
    """Return how much a licence restricts, to order those of Creative Commons: 0 of the public domain."""
    name = spdx_of(written)
    if name is None:
        return 9
    parts = name.lower().split("-")
    return 0 if parts[0] == "cc0" or "pdm" in parts else 1 + 4 * ("nc" in parts) + 2 * ("nd" in parts) + ("sa" in parts)


def _has(licence_url: str | None, licence_id: str | None, part: str) -> bool:
    named = licence_id is not None and licence_id.startswith("CC-") and part.upper() in licence_id.split("-")
    found = _CC_URL.search(licence_url or "")
    return named or (found is not None and part in found["kind"].lower().split("-"))
