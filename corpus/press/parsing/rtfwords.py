"""The control words of RTF that matter for text. What is not here sets type, or nothing that is kept."""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final

# What ends a paragraph, and the mark that it leaves.
ENDS: Final = {
    b"par": "", b"sect": "", b"page": "", b"cell": "cell", b"nestcell": "cell", b"row": "", b"nestrow": "",
}  # fmt: skip
SPECIAL: Final = {
    b"line": "\n", b"tab": "\t", b"emdash": "\u2014", b"endash": "\u2013", b"emspace": " ", b"enspace": " ",
    b"qmspace": " ", b"bullet": "\u2022", b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c",
    b"rdblquote": "\u201d", b"zwj": "\u200d", b"zwnj": "\u200c",
}  # fmt: skip
# Groups that are no text of the document, by the word at their beginning.
PASSED_OVER: Final = frozenset(
    b"aftncn aftnsep aftnsepc annotation atnauthor atndate atnicn atnid atnparent atnref atntime atrfend"
    b" atrfstart author background bkmkend blipuid buptim category colorschememapping colortbl comment company"
    b" creatim datafield datastore defchp defpap do doccomm docvar dptxbxtext ebcend ebcstart factoidname falt"
    b" fchars ffdeftext ffentrymcr ffexitmcr ffformat ffhelptext ffl ffname ffstattext file filetbl fldtype"
    b" fontemb fontfile footer footerf footerl footerr footnote formfield ftncn ftnsep ftnsepc generator gridtbl"
    b" header headerf headerl headerr hlinkbase info keywords latentstyles lchars levelnumbers leveltext"
    b" lfolevel linkval list listlevel listname listoverride listoverridetable listpicture liststylename"
    b" listtable listtext manager mhtmltag mmath moMath moMathPara nesttableprops nextfile nonshppict objalias"
    b" objclass objdata object objname objsect objtime oldcprops oldpprops oldsprops oldtprops oleclsid operator"
    b" panose password passwordhash pgptbl picprop pict pn pnseclvl pntext pntxta pntxtb printim private"
    b" propname protusertbl revtbl revtim rsidtbl rxe shp shpgrp shpinst shppict shprslt stylesheet subject tc"
    b" template themedata title txe ud userprops wgrffmtfilter xe xmlattrname xmlattrvalue xmlnstbl".split()
)
# Code pages by what font tables call character sets.
CHARSETS: Final = {
    0: 1252, 77: 10_000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}  # fmt: skip


@lru_cache(maxsize=256)
def codec(page: int) -> str | None:
    """Return the name of a code page's codec; None if Python has none."""
    if page in {0, 1252, 65_000}:
        return "cp1252"
    name = {65_001: "utf-8", 10_000: "mac_roman", 936: "gb18030", 1361: "johab"}.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
