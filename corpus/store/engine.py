"""Which engine made a corpus: a fingerprint of the code behind each stage, pinned in engine.yaml.

engine.yaml is a DVC `params:` dependency of every stage, so `dvc status` says when the engine has changed, and
a version says which engine made it. A fingerprint covers the sources that can change a byte of the stage's
output and the versions of the libraries they lean on.
"""

from __future__ import annotations

import hashlib
from importlib import metadata, resources
from typing import TYPE_CHECKING, Final

from corpus.errors import EngineMismatch
from corpus.settings import PARSERS
from corpus.store.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path

ENGINE: Final = "engine.yaml"
STAGES: Final = ("ingest", "validate", "resolve", "write", "report")

_TABLES = ("corpus/arrays.py", "schemas/table.py", "schemas/tables.py", "schemas/rules.py", "corpus/store/parquet.py")
_SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "ingest": (
        *_TABLES, "schemas/raw.py", "corpus/stages/ingest.py", "corpus/stages/origins.py", "corpus/stages/captures.py",
        "corpus/stages/tabular.py", "corpus/stages/withdrawing.py",
        "corpus/store/batches.py", "corpus/store/layout.py", "corpus/store/withdrawals.py",
        "corpus/resolve/former.py", "corpus/resolve/identity.py",
        "corpus/formats", "corpus/text",
    ),
    "validate": (*_TABLES, "corpus/stages/validate.py", "schemas/checks.py", "schemas/models.py"),
    "resolve": (
        *_TABLES, "corpus/stages/resolve.py", "corpus/stages/signing.py", "corpus/stages/comparing.py",
        "corpus/stages/deciding.py", "corpus/resolve",
    ),
    "write": (
        *_TABLES, "corpus/stages/write.py", "corpus/store/ledger.py", "corpus/store/placement.py", "schemas/checks.py",
        "schemas/models.py",
    ),
    "report": (*_TABLES, "corpus/stages/report.py", "corpus/report"),
}  # fmt: skip
_LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "ingest": (
        "chardet", "dateparser", "idna", "langcodes", "orjson", "polars", "pyarrow", "pycld2", "pyyaml", "resiliparse",
        "selectolax", "tldextract", "trafilatura",
    ),
    "validate": ("langcodes", "polars", "pyarrow"),
    "resolve": ("numpy", "polars", "pyarrow"),
    "write": ("polars", "pyarrow"),
    "report": ("jinja2", "polars"),
}  # fmt: skip


# What only some documents are read by, by their media types: a change of it concerns no others.
_OF_KINDS: Final[dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]]] = {
    ("text/html", "application/xhtml+xml"): (("corpus/formats/html/",), ("resiliparse", "selectolax", "trafilatura")),
    ("text/plain", "text/markdown"): (
        tuple(f"corpus/formats/{name}.py" for name in ("text", "blocks", "header", "frontmatter")),
        ("pyyaml",),
    ),
    ("application/json",): (
        tuple(f"corpus/formats/{name}.py" for name in ("rows", "columnar", "mapping", "moments", "values")),
        ("orjson",),
    ),
}  # fmt: skip


def fingerprint(stage: str) -> str:
    """64 bits in hex of the code and libraries behind a stage."""
    return _digest(_sources(stage), _LIBRARIES[stage], of_others=stage == "ingest")


def by_kind() -> tuple[str, dict[str, str]]:
    """What `fingerprint("ingest")` covers, in parts.

    Returns:
        A fingerprint of what concerns every document, and by media type that of what concerns those alone. Media types
        that are not named have none of their own.
    """
    files, libraries = _sources("ingest"), _LIBRARIES["ingest"]
    common = [(name, content) for name, content in files if _kind_of(name) is None]
    own = {library for _, several in _OF_KINDS.values() for library in several}
    found: dict[str, str] = {}
    for kinds, (_, several) in _OF_KINDS.items():
        theirs = [(name, content) for name, content in files if _kind_of(name) == kinds]
        found |= dict.fromkeys(kinds, _digest(theirs, several))
    return _digest(common, [name for name in libraries if name not in own], of_others=True), found


def _kind_of(name: str) -> tuple[str, ...] | None:
    return next((kinds for kinds, (sources, _) in _OF_KINDS.items() if name.startswith(sources)), None)


def _sources(stage: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for source in _SOURCES[stage]:
        package, _, rest = source.partition("/")
        found += _files(resources.files(package).joinpath(rest), source)
    return found


def _digest(files: Iterable[tuple[str, bytes]], libraries: Iterable[str], *, of_others: bool = False) -> str:
    state = hashlib.sha256()
    for name, content in files:
        state.update(f"{name}\0{len(content)}\0".encode())
        state.update(content)
    if of_others:
        state.update("".join(f"{line}\0" for line in registered()).encode())
    for library in libraries:
        state.update(f"{library}=={metadata.version(library)}\0".encode())
    return state.hexdigest()[:16]


def registered() -> list[str]:
    """The parsers that other packages register, each with its package and version."""
    found = metadata.entry_points(group=PARSERS)
    return sorted(
        f"{one.name}={one.value} {one.dist.name if one.dist else ''}=={one.dist.version if one.dist else ''}"
        for one in found
    )


def _files(place: Traversable, name: str) -> list[tuple[str, bytes]]:
    if place.is_file():
        return [(name, place.read_bytes())]
    found: list[tuple[str, bytes]] = []
    for child in sorted(place.iterdir(), key=lambda child: child.name):
        if child.name != "__pycache__" and not child.name.startswith("."):
            found += _files(child, f"{name}/{child.name}")
    return found


def installed() -> dict[str, str]:
    """engine.yaml as the installed engine would have it."""
    return {"newscorpus": metadata.version("newscorpus"), **{stage: fingerprint(stage) for stage in STAGES}}


def pinned(root: Path) -> dict[str, str]:
    """engine.yaml as it stands; empty where it is absent or no mapping."""
    import yaml

    try:
        values = yaml.safe_load((root / ENGINE).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}


def pin(root: Path) -> list[str]:
    """Make engine.yaml name the installed engine. Returns the stages whose code is another than before."""
    before, now = pinned(root), installed()
    lines = [f'{name}: "{value}"' for name, value in now.items()]
    header = "# Which engine made this corpus. `corpus build` writes it; every stage depends on its line."
    write_text(root / ENGINE, "\n".join([header, *lines]) + "\n")
    return [stage for stage in STAGES if before.get(stage) != now[stage]]


def require(root: Path, stage: str) -> str:
    """The fingerprint of a stage, if engine.yaml pins the installed engine for it.

    Raises:
        EngineMismatch: it pins another.
    """
    expected, found = pinned(root).get(stage, "nothing"), fingerprint(stage)
    if expected != found:
        raise EngineMismatch(stage, expected, found)
    return found
