"""Hand-made RTF for tests, as databases write it."""

from __future__ import annotations

_HEAD = (
    "{\\rtf1\\ansi\\ansicpg1252\\uc1\\deff0{\\fonttbl{\\f0\\fswiss\\fcharset0 Arial;}{\\f1\\froman\\fcharset204 Times New Roman;}}\n"
    "{\\colortbl;\\red0\\green0\\blue0;}{\\stylesheet{\\s0 Normal;}}{\\info{\\title Not a text}{\\author Nobody}}\n"
    "{\\header\\pard Page header\\par}{\\footer\\pard Page {\\field{\\*\\fldinst PAGE}{\\fldrslt 1}} of 9\\par}\n"
)


def text(written: str) -> str:
    """Text with its special letters escaped."""
    found = []
    for letter in written:
        if letter in "\\{}":
            found.append(f"\\{letter}")
        elif letter == "\n":
            found.append("\\line ")
        elif ord(letter) < 128:
            found.append(letter)
        else:
            units = letter.encode("utf-16-le")
            for at in range(0, len(units), 2):
                unit = int.from_bytes(units[at : at + 2], "little", signed=True)
                found.append(f"\\u{unit}?")
    return "".join(found)


def paragraph(
    *runs: str, centred: bool = False, bookmark: str = "", bold: bool = False, size: int = 10, link: str = ""
) -> str:
    """A paragraph of runs, each of which is escaped; one that begins with `{` or a backslash is taken as it is."""
    mark = f"{{\\*\\bkmkstart {bookmark}}}{{\\*\\bkmkend {bookmark}}}" if bookmark else ""
    inner = "".join(one if one[:1] in "{\\" and one else text(one) for one in runs)
    if bold:
        inner = f"{{\\b {inner}}}"
    if link:
        inner = f'{{\\field{{\\*\\fldinst{{HYPERLINK "{link}"}}}}{{\\fldrslt{{\\ul {inner}}}}}}}'
    align = "\\qc" if centred else ""
    return f"\\pard\\plain{align}\\fs{2 * size}{mark} {inner}\\par\n"


def field(label: str, value: str) -> str:
    """A paragraph with a label in bold."""
    return paragraph(f"{{\\b {text(label)}:}}", f" {value}")


def cells(*values: str) -> str:
    """A row of a table."""
    return "\\trowd\\cellx1000\\cellx9000\\pard\\intbl " + "".join(f"{text(one)}\\cell " for one in values) + "\\row\n"


def document(parts: list[str]) -> bytes:
    """The bytes of a document."""
    return (_HEAD + "".join(parts) + "}").encode("ascii")
