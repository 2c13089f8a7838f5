"""Golden pairs: a hand-made document, and the record that it must become."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.formats.mediatypes import media_type
from corpus.sources.entries import Selection, Skipped
from corpus.sources.gather import documents

_PLACE = Path(__file__).parent
# Beside the folders of documents is one of bytecode, which another worker may be writing.
DOCUMENTS = sorted(
    path for path in _PLACE.glob("*/*.*") if path.suffix != ".json" and path.parent.name != "__pycache__"
)


def record(path: Path) -> str:
    """What the parser says of a document, as the JSON that stands beside it. Empty fields are left out."""
    if path.parent.name == "exports":
        return _articles(path)
    data = path.read_bytes()
    kind = media_type(path.name, data)
    parser = parser_of(kind, "by-language")
    assert parser is not None, kind
    return _as_json(_said(parser.parse(Document(data, kind, path.name))))


def _articles(path: Path) -> str:
    """What becomes of each part of an export: its article, or why it is none."""
    found = []
    for entry in documents([path], Selection()):
        if isinstance(entry, Skipped):
            found.append({"source": entry.source.rpartition("/")[2], "skipped": entry.reason, "detail": entry.detail})
            continue
        parser = parser_of(entry.media_type, "by-language")
        assert parser is not None, entry.media_type
        parsed = parser.parse(Document(entry.data, entry.media_type, entry.source))
        found.append({"source": entry.source.rpartition("/")[2], "media_type": entry.media_type, **_said(parsed)})
    return _as_json(found)


def _said(parsed: Parsed) -> dict[str, object]:
    values = {name: getattr(parsed, name) for name in parsed.__slots__}
    said = {name: value for name, value in values.items() if value not in {None, (), ""}}
    if "text" in said:
        said["text"] = parsed.text.split("\n")
    return said


def _as_json(said: object) -> str:
    return json.dumps(said, indent=1, ensure_ascii=False, default=str) + "\n"
