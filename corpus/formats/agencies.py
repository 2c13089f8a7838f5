"""Recognise news agencies by any of their names, and in the dateline of a text."""

from __future__ import annotations

import re
from typing import Final

# As they are written, folded -> as they are called here.
AGENCIES: Final = {
    name.casefold(): name
    for name in (
        "AFP", "Reuters", "AP", "dpa", "TASS", "ТАСС", "Interfax", "Интерфакс", "RIA Novosti", "РИА Новости", "ANSA",
        "EFE", "PAP", "ČTK", "CTK", "APA", "Xinhua", "新华社", "新華社", "共同社", "Kyodo", "共同", "Yonhap", "PTI", "ANI", "IANS", "Bloomberg",
        "UPI", "Belga", "ANP", "NTB", "TT", "Ritzau", "STT", "SDA", "Keystone-SDA", "AAP", "PA Media", "Ukrinform",
        "Укрінформ", "BelTA", "БелТА", "Anadolu", "Anadolu Agency", "IRNA", "KNA", "epd", "SID", "Lusa", "Europa Press",
        "MTI", "Tanjug", "HINA", "Agerpres", "TASR", "BTA", "AGI", "Adnkronos", "ATS", "BNS", "LETA", "UNIAN", "УНИАН",
        "Sputnik", "Press Association", "Canadian Press", "Jiji Press", "AKI", "EBU", "ANTARA", "NAN", "awp", "Bernama", "VNA",
        "WAM", "KUNA", "MENA", "Petra", "Mehr", "Tasnim", "ISNA", "Fars", "연합뉴스", "뉴시스", "뉴스1", "共同通信", "共同通信社", "時事通信",
        "時事", "中央社", "中新社", "中国新闻社", "PR Newswire", "Business Wire", "GlobeNewswire", "Australian Associated Press",
    )
} | {
    "agence france-presse": "AFP", "associated press": "AP", "the associated press": "AP", "thomson reuters": "Reuters",
    "deutsche presse-agentur": "dpa", "the canadian press": "Canadian Press", "bloomberg news": "Bloomberg",
    "xinhua news agency": "Xinhua", "kyodo news": "Kyodo", "yonhap news agency": "Yonhap", "press trust of india": "PTI",
    "tass news agency": "TASS", "ap news": "AP", "afp news": "AFP", "reuters news": "Reuters", "prnewswire": "PR Newswire",
    "ロイター": "Reuters", "アンタラ": "ANTARA", "로이터": "Reuters", "риа": "РИА Новости", "тасс": "ТАСС", "reuters staff": "Reuters", "efe news": "EFE", "интерфакс-украина": "Интерфакс",
}  # fmt: skip
# HULL, Sept 14 (Reuters) -
_DATELINE: Final = re.compile(
    # (서울=연합뉴스)
    r"[(（\[][^()（）\[\]=]{1,12}=\s*([^()（）\[\]=]{2,8})[)）\]]"
    r"|\s*(?:[^\W\d_][\w .,'’/-]{1,60}?)?(?:,?\s*[^\W\d_]{3,9}\.?\s*\d{1,2}\.?|,?\s*\d{1,2}\.?\s*[^\W\d_]{3,9}\.?)?"
    r"[\s.:–—-]*[(/（]\s*([^()/（）]{2,40})(?:/[^()/]{1,20})?\s*(?:[)/]\s*(?:[-–—―:.]|--)|）)"
    # STOCKHOLM (TT) The town
    r"|\s*(?:(?:[^\W\d_a-z][\w'’.-]*[ ,:]+){0,3}(?:\d{1,2}\.?\s*[^\W\d_]{3,9}\.?|[^\W\d_]{3,9}\.?\s*\d{1,2}\.?)?[\s:–—-]*)"
    r"\(([^()]{2,20})\)\s+(?=[^\Wa-z])"
    # МОСКВА, 5 июн - РИА Новости.
    r"|[^\W\d_a-z][\w ,.]{2,40}\s[-–—]\s([^\W\d_][^.–—]{2,20})\.\s"
    # 新华社北京5月3日电
    r"|(新华社|新華社|共同社|中新社|中央社)[^\d\s]{0,12}\d{1,2}月\d{1,2}日[电電]"
    # 【ロンドン共同】
    r"|[【［\[][^】］\]]{0,10}?(共同|時事|ロイター)[】］\]]"
)
# What follows an agency's name in the name of one of its services.
_ASIDE: Final = re.compile(r"\s+[-–—]+\s+|\s*[(\[,:/]")
_OF_FEEDS: Final = frozenset(
    {
        "news", "newswire", "newswires", "wire", "service", "services", "online", "international", "worldstream", "financial",
        "general", "english", "german", "french", "spanish", "deutsch", "français", "español", "world", "national", "state",
        "local", "agency", "digital", "basisdienst", "economic",
    }
)  # fmt: skip
# Short names are words or papers too.
_FEEDS: Final = {
    name: called for name, called in AGENCIES.items() if len(name) > 4 or called in {"AFP", "dpa", "EFE", "PTI", "UPI"}
} | {
    "agence france presse": "AFP", "deutsche presse agentur": "dpa", "dpa-afx": "dpa", "itar-tass": "TASS", "tass": "TASS",
    "xinhua general": "Xinhua", "united press": "UPI", "agencia efe": "EFE", "australian associated press": "AAP",
}  # fmt: skip
_LONGEST_DATELINE: Final = 120
_MARKS: Final = frozenset("(/（社【［[-–—")


def dateline_agency(text: str) -> str | None:
    """Return the agency that the dateline before a text's first sentence names; None without one."""
    begin = text[:_LONGEST_DATELINE]
    if not _MARKS.intersection(begin):
        return None
    found = _DATELINE.match(begin)
    if found is None:
        return None
    named = next(group for group in found.groups() if group)
    # The name of a service may follow its name.
    return agency(named) or agency(named.partition(" ")[0])


def of_publication(name: str) -> str | None:
    """Return the agency that a publication of a press database is; None if it is a paper.

    Args:
        name: the name as it is printed, such as `Agence France Presse -- English` or `Xinhua General News Service`.
    """
    first = _ASIDE.split(name.strip(), maxsplit=1)[0].casefold().removeprefix("the ").strip(" .")
    if found := _FEEDS.get(first):
        return found
    words = first.split()
    while len(words) > 1 and words[-1] in _OF_FEEDS:
        words.pop()
        if found := _FEEDS.get(" ".join(words)):
            return found
    return None


def agency(name: str) -> str | None:
    """Return the agency that has a name; None if the name is not that of an agency."""
    return AGENCIES.get(name.strip().strip("().").casefold())
