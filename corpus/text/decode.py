"""Bytes to text: what people's files are encoded in, found without being told."""

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


class Decoded(NamedTuple):
    """A text, the encoding it was in (None: it is no text), and how many NULs were taken out of it."""

    text: str
    encoding: str | None
    nuls: int = 0


_BINARY: Final = Decoded("", None)


def decode(data: bytes) -> Decoded:
    """Decode a document: by its byte order mark, as UTF-8, or as what its bytes look like.

    UTF-8 into which some bytes of another encoding were pasted is `utf-8+cp1252`. What looks like no text at all has
    no encoding. Never raises.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(name, "replace"), name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _mixed(data) or _guessed(data)
    # UTF-16 of Western text is valid UTF-8 full of NULs; ISO-2022 is ASCII full of escapes.
    return _guessed(data) if "\0" in text[:_SAMPLE] or "\x1b" in text[:_SAMPLE] else _checked(text, "utf-8")


def _checked(text: str, encoding: str) -> Decoded:
    """Text without its NULs, unless there are so many controls in it that it is none."""
    sample = text[:_SAMPLE].encode("utf-8", "replace")
    allowed = max(_FEW, len(sample) * _FEW_SHARE)
    nuls = text.count("\0")
    if len(sample) - len(sample.translate(None, _CONTROLS)) > allowed or nuls > max(_FEW, len(text) * _FEW_SHARE):
        return _BINARY
    return Decoded(text.replace("\0", "") if nuls else text, encoding, nuls)


def _mixed(data: bytes) -> Decoded | None:
    """UTF-8 with some stray bytes, which are read as Windows-1252; None if it is one legacy encoding throughout."""
    text = data.decode("utf-8", "surrogateescape")
    stray = sum(len(run) for run in _STRAY.findall(text))
    sound = sum(1 for letter in text if letter > "\x7f") - stray
    if sound <= stray or stray > max(_FEW, len(text) * _FEW_SHARE):
        return None
    mended = _STRAY.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"), text)
    return _checked(mended, "utf-8+cp1252")


def _guessed(data: bytes) -> Decoded:
    import chardet  # its tables take a moment to load, and are seldom needed

    name = chardet.detect(data[:_SAMPLE])["encoding"]
    if name is None:
        # One NUL makes it binary to chardet, though it may be a stray one.
        name = chardet.detect(data[:_SAMPLE].replace(b"\0", b""))["encoding"]
    if name is None:
        return _BINARY
    name = "utf-8" if name.lower() == "ascii" else codecs.lookup(name).name
    return _checked(data.decode(name, "replace"), name)
