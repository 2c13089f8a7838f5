"""The files that `corpus init` writes into a repository, in this version and in earlier versions.

engine.yaml notes for each file the digest of what was written, so that `corpus upgrade` can distinguish a user's
edits from ours.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Final

from corpus.repo.paths import ENGINE, PIPELINE
from corpus.stages import pipeline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

# path in a repository: its template
FILES: Final = {
    # Not under its own name here: DVC would take it for a second pipeline of this repository.
    PIPELINE: "pipeline.yaml",
    "params.yaml": "params.yaml",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".dvcignore": "dvcignore",
    ".gitattributes": "gitattributes",
    ".dvc/config": "dvcconfig",
}
# In the template of dvc.yaml: where the list of stages goes.
_STAGES: Final = b"{stages}"
NOTES: Final = "template"
_NOTES_HEADER: Final = (
    "# What `corpus init` or `corpus upgrade` wrote last, by file. `corpus upgrade` compares with it."
)


def current(path: str) -> bytes:
    """Return the content that this version of newscorpus gives a file of `FILES`."""
    content = (templates() / FILES[path]).read_bytes()
    return content.replace(_STAGES, pipeline().encode()) if path == PIPELINE else content


def earlier(path: str) -> list[bytes]:
    """Return each content that versions of newscorpus up to this one gave a file, the oldest first."""
    folder = templates() / "past" / FILES[path]
    archived = (
        [one.read_bytes() for one in sorted(folder.iterdir(), key=lambda one: one.name)] if folder.is_dir() else []
    )
    return archived if current(path) in archived else [*archived, current(path)]


def templates() -> Traversable:
    """Return the folder of the templates, with those of earlier versions in `past/`."""
    return resources.files("corpus") / "app" / "template"


def digest(content: bytes) -> str:
    """Return 48 bits in hex that name a template in engine.yaml."""
    return hashlib.sha256(content).hexdigest()[:12]


def notes(root: Path) -> dict[str, str]:
    """Return for each file the digest of what was last written, as engine.yaml notes it; empty without notes."""
    import yaml

    try:
        values = yaml.safe_load((root / ENGINE).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return {}
    noted = values.get(NOTES) if isinstance(values, dict) else None
    return {str(path): str(value) for path, value in noted.items() if path in FILES} if isinstance(noted, dict) else {}


def notes_as_text(noted: Mapping[str, str]) -> str:
    """Return the notes as the last lines of engine.yaml; "" for none."""
    if not noted:
        return ""
    return "\n".join([_NOTES_HEADER, f"{NOTES}:", *(f'  {path}: "{noted[path]}"' for path in sorted(noted))]) + "\n"


def with_notes(engine: str, noted: Mapping[str, str]) -> str:
    """Return the text of an engine.yaml with these notes instead of its own."""
    own = engine.partition(_NOTES_HEADER)[0]
    return own + notes_as_text(noted)
