"""Writes metadata.json: the export in Croissant 1.0, from which loaders learn its files, columns and types.

The format: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from schemas.tables import ARTICLES

if TYPE_CHECKING:
    from corpus.export.contents import Contents
    from corpus.export.formats import Format

# The context that the specification gives; tools compare it.
_CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_FILES: Final = "data-files"


def text(contents: Contents, summary: str) -> str:
    """Return the content of metadata.json."""
    about = contents.about
    notes = sorted({note for batch in contents.holdings.batches if (note := about.licences.get(batch.name or ""))})
    values: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": about.title,
        "description": f"{summary} {_rights(contents)}".strip(),
        "version": about.number or about.name,
        "license": notes or "No licence was noted; see LICENCES.md.",
        "citeAs": contents.citation,
        "datePublished": about.day.isoformat() if about.day else None,
        "inLanguage": sorted({group.name for group in contents.holdings.languages if group.name}),
        "isLiveDataset": False,
        "distribution": [*_objects(contents), _file_set(contents)],
        "recordSet": [_records(contents)],
    }
    return json.dumps({k: v for k, v in values.items() if v not in (None, [])}, indent=2, ensure_ascii=False) + "\n"


def _rights(contents: Contents) -> str:
    """Return the rights by which articles were chosen and the number left out for them; "" without such a choice."""
    if not contents.selection.rights:
        return ""
    left = [f"{count:,} by {why}" for why, count in contents.left_out.items() if why.startswith("rights: ")]
    return f"Chosen by rights: {contents.selection.rights}; left out: {', '.join(left) or 'nothing'}."


def _objects(contents: Contents) -> list[dict[str, Any]]:
    return [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path.rpartition("/")[2],
            "contentUrl": file.path,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": contents.format.media_type,
            "sha256": file.sha256,
        }
        for file in contents.files
    ]


def _file_set(contents: Contents) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": _FILES,
        "name": _FILES,
        "description": "All data files.",
        "encodingFormat": contents.format.media_type,
        "includes": f"data/*{contents.format.suffix}",
    }


def _records(contents: Contents) -> dict[str, Any]:
    known = {column.name: column for column in ARTICLES.columns}
    described = [(name, known[name]) for name in contents.columns if name in known]
    found: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": "articles",
        "name": "articles",
        "description": ARTICLES.meaning,
        "field": [
            _field(f"articles/{name}", name, column.meaning, column.dtype, contents.format)
            for name, column in described
        ],
    }  # fmt: skip
    if "article_id" in contents.columns:
        found["key"] = {"@id": "articles/article_id"}
    return found


def _field(id_: str, name: str, meaning: str, dtype: pa.DataType, format_: Format) -> dict[str, Any]:
    source: dict[str, Any] = {"fileSet": {"@id": _FILES}, "extract": {"column": name}}
    made: dict[str, Any] = {"@type": "cr:Field", "@id": id_, "name": name, "description": meaning}
    if not pa.types.is_list(dtype):
        return {**made, "dataType": _data_type(dtype), "source": source}
    if format_.lists_are_text:
        return {**made, "description": f"{meaning}, as JSON", "dataType": "sc:Text", "source": source}
    inner = dtype.value_type
    if not pa.types.is_struct(inner):
        return {**made, "dataType": _data_type(inner), "repeated": True, "source": source}
    members = [
        {
            "@type": "cr:Field",
            "@id": f"{id_}/{member.name}",
            "name": member.name,
            "description": f"`{member.name}` of {name}",
            "dataType": _data_type(member.type),
            "source": {**source, "transform": {"jsonPath": member.name}},
        }
        for member in inner
    ]
    return {**made, "repeated": True, "source": source, "subField": members}


def _data_type(dtype: pa.DataType) -> str:
    if pa.types.is_integer(dtype):
        return "sc:Integer"
    if pa.types.is_floating(dtype):
        return "sc:Float"
    if pa.types.is_date(dtype):
        return "sc:Date"
    return "sc:DateTime" if pa.types.is_timestamp(dtype) else "sc:Text"
