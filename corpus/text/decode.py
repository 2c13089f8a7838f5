"""Convert bytes to text: find the encoding of files that do not declare it."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Enough to tell encodings apart, and a bound on the time it takes.
_SAMPLE: Final = 65_536
# Controls that no text has: all of C0 but tab, line ends, form feed and escape. NUL is counted apart.
_CONTROLS: Final = bytes(b for b in range(1, 0x20) if b not in b"\t\n\v\f\r\x1b")
_STRAY: Final = re.compile("[\udc80-\udcff]+")
# A few controls or foreign bytes slip into real texts; more make it something else.
_FEW: Final = 8
_FEW_SHARE: Final = 0.02
_FOREIGN: Final = re.compile(rb"[\x80-\xff]+")
# Letters in a row that are not of Latin script; accents are between letters of ASCII.
_WORD: Final = 4

# What browsers know; Python calls `hex` and `undefined` encodings, too.
_DECLARABLE: Final = re.compile(
    r"utf-(?:8|16|32)(?:-.*)?|ascii|iso8859-\d{1,2}|cp(?:125\d|866|874|932|949)|koi8-[rtu]|mac-(?:roman|cyrillic)|tis-620"
    r"|gbk|gb2312|gb18030|big5|big5hkscs|euc_jp|euc_kr|iso2022_jp|shift_jis"
)
# What the WHATWG calls these is a superset that pages really use.
_ALIASES: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
                   "iso8859-9": "cp1254", "shift_jis": "cp932", "euc_kr": "cp949"}  # fmt: skip


class Decoded(NamedTuple):
    """A text, its encoding (None for bytes that are not text), and how many NULs were removed from it."""

    text: str
    encoding: str | None
    nuls: int = 0


_BINARY: Final = Decoded("", None)


def decode(data: bytes) -> Decoded:
    """Decode a document by its byte order mark, as UTF-8, or by a guess from its bytes.

    UTF-8 with some bytes of another encoding is `utf-8+cp1252`. Bytes that do not look like text have no encoding.
    Never raises.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(name, "replace"), name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return mixed(data) or _guessed(data)
    # UTF-16 of Western text is valid UTF-8 full of NULs; ISO-2022 is ASCII full of escapes.
    return _guessed(data) if "\0" in text[:_SAMPLE] or "\x1b" in text[:_SAMPLE] else _checked(text, "utf-8")


def _checked(text: str, encoding: str) -> Decoded:
    """Return text without its NULs; binary if it has too many control characters for a text."""
    sample = text[:_SAMPLE].encode("utf-8", "replace")
    allowed = max(_FEW, len(sample) * _FEW_SHARE)
    nuls = text.count("\0")
    if len(sample) - len(sample.translate(None, _CONTROLS)) > allowed or nuls > max(_FEW, len(text) * _FEW_SHARE):
        return _BINARY
    return Decoded(text.replace("\0", "") if nuls else text, encoding, nuls)


def mixed(data: bytes) -> Decoded | None:
    """Decode UTF-8 with some stray bytes, which are read as Windows-1252; None if all of it is a legacy encoding."""
    text = data.decode("utf-8", "surrogateescape")
    stray = sum(len(run) for run in _STRAY.findall(text))
    sound = sum(1 for letter in text if letter > "\x7f") - stray
    if sound <= stray or stray > max(_FEW, len(text) * _FEW_SHARE):
        return None
    mended = _STRAY.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"), text)
    return _checked(mended, "utf-8+cp1252")


def declared_encoding(name: str | None) -> str | None:
    """Return the encoding that a declared charset means to browsers; None if they do not know its name."""
    try:
        encoding = codecs.lookup(name or "").name
    except (LookupError, ValueError):
        return None
    return _ALIASES.get(encoding, encoding) if _DECLARABLE.fullmatch(encoding) else None


def legacy(data: bytes) -> str | None:
    """Return the encoding of text that is not UTF-8; None if it cannot be found.

    A few accents among English words look like many encodings; they are nearly always Windows-1252.
    """
    foreign = _FOREIGN.findall(data)
    if sum(map(len, foreign)) < _FEW and max(map(len, foreign), default=0) < _WORD:
        return None
    import chardet  # its tables take a moment to load, and are seldom needed

    name = chardet.detect(data)["encoding"]
    return None if name is None else "utf-8" if name.lower() == "ascii" else codecs.lookup(name).name


def _guessed(data: bytes) -> Decoded:
    sample = data[:_SAMPLE]
    if sample.isascii() and (found := _FOREIGN.search(data)):
        # Far behind, there may be the one word that is not.
        sample = data[max(0, found.start() - _SAMPLE // 2) : found.start() + _SAMPLE // 2]
    if b"\0" in sample or b"\x1b" in sample:
        import chardet

        # One NUL makes it binary to chardet, though it may be a stray one.
        detected = chardet.detect(sample)["encoding"] or chardet.detect(sample.replace(b"\0", b""))["encoding"]
        name = codecs.lookup("utf-8" if detected.lower() == "ascii" else detected).name if detected else None
    else:
        name = legacy(sample)
        if name is None and sum(map(len, _FOREIGN.findall(sample))) < _FEW:
            name = "cp1252"
    return _checked(data.decode(name, "replace"), name) if name else _BINARY
