"""Hand-made documents of Word for tests: paragraphs of runs, written as the databases write them."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_LINK = f"{_R}/hyperlink"


def run(text: str, *, bold: bool = False, size: int = 10) -> str:
    """A run; a newline is a line break."""
    parts = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\n"))
    return f'<w:r><w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{2 * size}"/></w:rPr>{parts}</w:r>'


def paragraph(*runs: str, centred: bool = False, bookmark: str = "", link: str = "") -> str:
    """A paragraph of runs."""
    align = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
    mark = f'<w:bookmarkStart w:id="1" w:name={quoteattr(bookmark)}/><w:bookmarkEnd w:id="1"/>' if bookmark else ""
    inner = "".join(runs)
    return f"<w:p>{align}{mark}{f'<w:hyperlink r:id={quoteattr(link)}>{inner}</w:hyperlink>' if link else inner}</w:p>"


def field(label: str, value: str) -> str:
    """A paragraph with a label in bold."""
    return paragraph(run(f"{label}:", bold=True), run(f" {value}"))


def document(paragraphs: list[str], links: dict[str, str] | None = None, **more: bytes) -> bytes:
    """The bytes of a document; `more` are further parts by their names, with `__` for a slash."""
    relations = "".join(
        f'<Relationship Id={quoteattr(name)} Type="{_LINK}" Target={quoteattr(target)} TargetMode="External"/>'
        for name, target in (links or {}).items()
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {
            "[Content_Types].xml": _TYPES.encode(),
            "word/document.xml": (
                f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>'
                f"{''.join(paragraphs)}<w:sectPr/></w:body></w:document>"
            ).encode(),
            "word/_rels/document.xml.rels": (
                '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f"{relations}</Relationships>"
            ).encode(),
            **{name.replace("__", "/"): data for name, data in more.items()},
        }.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 5, 5, 0, 0, 0)), data)
    return made.getvalue()
