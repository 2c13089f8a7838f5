"""Hand-made workbooks for tests: rows of cells, written as spreadsheet programs and databases write them."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Style 1 shows dates in a built-in format, style 2 in one of its own, style 3 numbers with a unit in quotes.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy;@"/>'
    '<numFmt numFmtId="165" formatCode="0&quot; days&quot;"/></numFmts><cellStyleXfs count="1"><xf numFmtId="14"/>'
    '</cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    "</cellXfs></styleSheet>"
)
Cell = str | int | float | tuple[float, int]


def workbook(
    rows: list[list[Cell]],
    *more_sheets: list[list[Cell]],
    inline: bool = False,
    is_1904: bool = False,
    prefix: str = "",
    strict: bool = False,
    references: bool = True,
    doctype: str = "",
) -> bytes:
    """The bytes of a workbook.

    Args:
        rows: of the first sheet; a pair is a number and its style.
        more_sheets: of further ones.
        inline: whether strings are in their cells, not shared.
        is_1904: whether days count from 1904.
        prefix: of the elements' namespace.
        strict: whether it is of ISO's strict kind.
        references: whether cells have their addresses.
        doctype: what stands before the root of each part.
    """
    strings: dict[str, int] = {}
    space = _STRICT if strict else _MAIN
    p = f"{prefix}:" if prefix else ""
    root = f'xmlns{":" + prefix if prefix else ""}="{space}"'
    head = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'

    def cell(value: Cell, row: int, column: int) -> str:
        at = f' r="{chr(65 + column)}{row}"' if references else ""
        if isinstance(value, tuple):
            return f'<{p}c{at} s="{value[1]}"><{p}v>{value[0]}</{p}v></{p}c>'
        if not isinstance(value, str):
            return f"<{p}c{at}><{p}v>{value}</{p}v></{p}c>"
        if value.startswith("="):
            return f'<{p}c{at} t="str"><{p}f>{escape(value[1:])}</{p}f><{p}v>a value</{p}v></{p}c>'
        if inline:
            return f'<{p}c{at} t="inlineStr"><{p}is><{p}t>{escape(value)}</{p}t></{p}is></{p}c>'
        return f'<{p}c{at} t="s"><{p}v>{strings.setdefault(value, len(strings))}</{p}v></{p}c>'

    sheets = {
        f"xl/worksheets/sheet{number}.xml": f"{head}<{p}worksheet {root}><{p}sheetData>"
        + "".join(
            f'<{p}row r="{n}">{"".join(cell(value, n, column) for column, value in enumerate(row))}</{p}row>'
            for n, row in enumerate(sheet, 1)
        )
        + f"</{p}sheetData></{p}worksheet>"
        for number, sheet in enumerate((rows, *more_sheets), 1)
    }
    # Part of each shared string is in bold, and Japanese ones have their reading beside them.
    shared = "".join(
        f"<{p}si><{p}r><{p}rPr><{p}b/></{p}rPr><{p}t xml:space='preserve'>{escape(one[:3])}</{p}t></{p}r>"
        f"<{p}r><{p}t xml:space='preserve'>{escape(one[3:])}</{p}t></{p}r>"
        f"<{p}rPh sb='0' eb='1'><{p}t>READING</{p}t></{p}rPh></{p}si>"
        for one in strings
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{_R}"><workbookPr date1904="{int(is_1904)}"/><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{_R}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
        "xl/styles.xml": _STYLES,
        **sheets,
        "xl/sharedStrings.xml": f"{head}<{p}sst {root}>{shared}</{p}sst>",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 5, 5, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()
