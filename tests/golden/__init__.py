"""Golden pairs: a hand-made document, and the record that it must become."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.formats import media_type, parser_of
from corpus.formats.article import Document

DOCUMENTS = sorted(path for path in Path(__file__).parent.glob("*/*.*") if path.suffix not in {".json", ".pyc"})


def record(path: Path) -> str:
    """What the parser says of a document, as the JSON that stands beside it. Empty fields are left out."""
    data = path.read_bytes()
    kind = media_type(path.name, data)
    parser = parser_of(kind, "by-language")
    assert parser is not None, kind
    parsed = parser.parse(Document(data, kind, path.name))
    values = {name: getattr(parsed, name) for name in parsed.__slots__}
    said = {name: value for name, value in values.items() if value not in {None, (), ""}}
    if "text" in said:
        said["text"] = parsed.text.split("\n")
    return json.dumps(said, indent=1, ensure_ascii=False, default=str) + "\n"
