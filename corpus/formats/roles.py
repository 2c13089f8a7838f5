"""Recognise roles of people in bylines, before or after a name, in many languages."""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = r"(?=[^\W\d_a-z]\S*\s+[^\Wa-z])"
_OF_EDITORS: Final = (
    r"senior|deputy|chief|managing|associate|assistant|staff|foreign|political|business|economics|science|health|education|"
    r"environment|technology|sports?|culture|news|diplomatic|defen[cs]e|legal|local|special|guest|and|investigative|national|"
    r"contributing|freelance|executive|vice|content|marketing|general|regional|digital|creative|communications|sales|product|research"
)
_EDITORS: Final = (
    r"reporter|correspondent|columnist|writer|critic|producer|journalist|contributor|analyst|blogger|photographer|photojournalist|"
    r"president|director|chairman|chairwoman|manager|owner|researcher|economist|professor(?:\s+of\s+\w+)?"
)
_OFFICERS: Final = r"C[EFTOMIPR]O|CISO|[SE]?VP"
# Before a name of two words or more, without anything between.
_BEFORE: Final = re.compile(
    r"(?i:(?:unser(?:em|er|e)?\s+)?(?:[\w.&/-]{0,40}-)?(?:chef)?(?:redakteur|korrespondent|reporter|volontär|journalist)(?:in|en)?|ressortleiter(?:in)?|autorin)"
    r"\s*:?\s+(?=[A-ZÄÖÜ]\S*\s+[^\Wa-z])"
    r"|(?i:(?:(?:специальный|собственный|военный|наш|спец|специальна|власний)\s*)?"
    r"(?:корреспондент|обозреватель|журналист|редактор|кореспондент|оглядач|репортёр|репортер)(?:ка)?)\s+(?:«[^»]{1,40}»\s+)?(?=[А-ЯЁІЇЄ])"
    r"|(?i:redactora?|periodista|corresponsal|journaliste|correspondante?|giornalista|jornalista|repórter|reporter[oa]|"
    r"enviad[oa] especial|envoyée? spéciale?|inviat[oa]|corrispondente|correspondente|rédact(?:eur|rice)(?: en chef)?|"
    rf"verslag(?:gever|geefster)|redacteur|dziennikar(?:z|ka)|redaktor(?:ka)?|korespondent(?:ka)?|zpravodaj|muhabiri?|wartawan|toimittaja|újságíró)\s*:?\s+{_NAME}"
    rf"|(?i:(?:(?:{_OF_EDITORS})\s+){{0,3}}(?:editor|{_EDITORS}))\s*:?\s+{_NAME}"
)
_BEFORE_HAN: Final = re.compile(
    r"(?:本[报報]|新华社|新華社|见习|特约|首席|实习|南都)?(?:记者|記者|作者|撰文|撰稿|撰写|采写|採寫|采访|採訪|编译|編譯|通讯员|特派员|特派員|"
    r"责任编辑|责编|编辑|編輯|編集|文字|聞き手|執筆|文責|筆者|著者|取材(?:・文)?|構成(?:・文)?|文)"
    r"(?:\s*[:：/／|=＝・]\s*|\s+)(?=\S)|(?:기자|글|취재|정리)\s*(?:[:：=]\s*|\s+)(?=\S)"
    # Names of two to four characters follow without a blank.
    r"|(?:本[报報]|新华社|新華社|见习|特约|首席|实习)?(?:记者|記者|通讯员|特派员|特派員)(?=[\u3400-\u9fff]{2,4}(?:$|[/／、，]))"
    r"|[\uac00-\ud7af]{2,6}=(?=[\uac00-\ud7af]{2,4}(?:\s|$))"
)
# Where a report is from, and who else had a part in it, behind its author.
_FROM_HAN: Final = re.compile(
    r"\s*[/／]\s*(?:[\u3400-\u9fff]{0,6}(?:報導|报道|報道|電|电)|文|图|圖|摄|攝)$"
    r"|\s+(?:责任编辑|责编|编辑|編輯|摄影|攝影|图片|图|圖|写真|撮影|사진|영상)(?:\s*[:：/／=＝・]\s*|\s).*$"
)
# Names behind a role that blanks alone part.
_NAMES_HAN: Final = re.compile(r"[\u3400-\u9fff]{2,4}(?:\s+[\u3400-\u9fff]{2,4}){1,5}")
_JAPANESE: Final = re.compile(r"聞き手|執筆|文責|筆者|著者|取材|構成|・")
_BEHIND: Final = re.compile(
    r"\s*(?:선임기자|인턴기자|객원기자|기자|특파원|논설위원|記者|记者|特派員|編集委員|編集長|论说委员|編輯|编辑)$"
    rf"|,?\s+(?i:(?:(?:{_OF_EDITORS})\s+){{0,3}}"
    rf"(?:(?:co-)?founder(?:\s+(?:and|&)\s+CEO)?|{_OFFICERS}|editor-in-chief|editor|author|{_EDITORS}))$"
)
_ROLE: Final = re.compile(
    r"\b(?:correspondent|editor|reporter|writer|journalist|columnist|bureau|desk|korrespondent(?:in)?|redakteur(?:in|e)?|ressortleit\w*|"
    r"journaliste|correspondante?|periodista|corresponsal|корреспондент|обозреватель|журналист|envoyée?s? spéciale?s?|"
    r"enviad[oa]s? especia(?:l|is|les)|inviat[oaie]|corrispondente|correspondente|giornalista|jornalista|"
    r"verslaggever|dziennikarz|muhabiri?|rédact(?:eur|rice)|redactora?|redaktor(?:ka)?)\b|^(?:CEO|CTO|CFO|COO|(?:co-)?founder)$",
    re.IGNORECASE,
)


def is_role(name: str) -> bool:
    """Return whether a text names a role, and not a person."""
    return _ROLE.search(name) is not None


def without_role_before(name: str) -> str:
    """Return a name without the role that is written before it."""
    return without_han_role(_without_begin(_BEFORE, name))


def without_han_role(text: str) -> str:
    """Return a text without the role before it and the place after it in Chinese, Japanese or Korean."""
    if text.isascii():
        return text
    named = _without_begin(_BEFORE_HAN, _without_begin(_BEFORE_HAN, _FROM_HAN.sub("", text)))
    label = text.removesuffix(named)
    # In Japanese a blank parts family and given name.
    is_list = label and not _JAPANESE.search(label) and _NAMES_HAN.fullmatch(named)
    return "、".join(named.split()) if is_list else named


def role_behind(name: str) -> re.Match[str] | None:
    """Find the role after a name."""
    return _BEHIND.search(name)


def _without_begin(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return text[found.end() :] if found else text
