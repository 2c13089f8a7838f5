"""News agencies: by any of their names, and in the dateline of a text."""

from __future__ import annotations

import re
from typing import Final

# As they are written, folded -> as they are called here.
AGENCIES: Final = {
    name.casefold(): name
    for name in (
        "AFP", "Reuters", "AP", "dpa", "TASS", "ТАСС", "Interfax", "Интерфакс", "RIA Novosti", "РИА Новости", "ANSA",
        "EFE", "PAP", "ČTK", "CTK", "APA", "Xinhua", "新华社", "Kyodo", "共同", "Yonhap", "PTI", "ANI", "IANS", "Bloomberg",
        "UPI", "Belga", "ANP", "NTB", "TT", "Ritzau", "STT", "SDA", "Keystone-SDA", "AAP", "PA Media", "Ukrinform",
        "Укрінформ", "BelTA", "БелТА", "Anadolu", "Anadolu Agency", "IRNA", "KNA", "epd", "SID", "Lusa", "Europa Press",
        "MTI", "Tanjug", "HINA", "Agerpres", "TASR", "BTA", "AGI", "Adnkronos", "ATS", "BNS", "LETA", "UNIAN", "УНИАН",
        "Sputnik", "Press Association", "Canadian Press", "Jiji Press", "AKI", "EBU",
    )
} | {
    "agence france-presse": "AFP", "associated press": "AP", "the associated press": "AP", "thomson reuters": "Reuters",
    "deutsche presse-agentur": "dpa", "the canadian press": "Canadian Press", "bloomberg news": "Bloomberg",
    "xinhua news agency": "Xinhua", "kyodo news": "Kyodo", "yonhap news agency": "Yonhap", "press trust of india": "PTI",
    "tass news agency": "TASS", "reuters staff": "Reuters", "efe news": "EFE", "интерфакс-украина": "Интерфакс",
}  # fmt: skip
# HULL, Sept 14 (Reuters) -
_DATELINE: Final = re.compile(
    r"\s*(?:[^\W\d_][\w .,'’/-]{1,60}?)?(?:,?\s*[^\W\d_]{3,9}\.?\s*\d{1,2}\.?|,?\s*\d{1,2}\.?\s*[^\W\d_]{3,9}\.?)?"
    r"\s*\.?\s*[(/]\s*([^()/]{2,40})(?:/[^()/]{1,20})?\s*[)/]\s*(?:[-–—―:.]|--)"
)
_LONGEST_DATELINE: Final = 120


def dateline_agency(text: str) -> str | None:
    """Return the agency that the dateline before a text's first sentence names; None if there is none."""
    begin = text[:_LONGEST_DATELINE]
    if "(" not in begin and "/" not in begin:
        return None
    found = _DATELINE.match(begin)
    return agency(found[1]) if found else None


def agency(name: str) -> str | None:
    """An agency by any of its names; None if it is none."""
    return AGENCIES.get(name.strip().strip("().").casefold())
