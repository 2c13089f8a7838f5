"""Golden pairs: a hand-made document, and the record that it must become."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.formats import media_type, parsers
from corpus.formats.article import Document

FOLDER = Path(__file__).parent / "text"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


def record(path: Path) -> str:
    """What the parser says of a document, as the JSON that stands beside it. Empty fields are left out."""
    data = path.read_bytes()
    kind = media_type(path.name, data)
    parsed = parsers("by-language")[kind].parse(Document(data, kind, path.name))
    values = {name: getattr(parsed, name) for name in parsed.__slots__}
    said = {name: value for name, value in values.items() if value not in {None, (), ""}}
    if "text" in said:
        said["text"] = parsed.text.split("\n")
    return json.dumps(said, indent=1, ensure_ascii=False, default=str) + "\n"
