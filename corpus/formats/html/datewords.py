"""Finds from words and names around a date whether it dates the publication, a change, or something else."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from corpus.text.months import MONTHS

_LONGEST_LABEL: Final = 48
_LONGEST_BEHIND: Final = 60
_LONGEST_CHANGE: Final = 24
_WORDS_ALONE: Final = re.compile(r"[^\W\d]*(?: [^\W\d]+)? ?")

_PUBLISHED: Final = re.compile(
    r"publi(?:sh|é|e\b|ca|ka|kov|sert|cer)|pubblicat|gepubliceerd|gepost|geplaatst|posted|released?\b|issued|written\b|"
    r"first (?:aired|seen)|created|added\b|uploaded|filed\b|online since|on air|\bdated?\b|reviewed\b|"
    r"veröffentlich|publiziert|erschien|erstellt|geschrieben|eingestellt|online seit|verfasst|datum\b|"
    r"paru\b|mise? en ligne|posté|créé|rédigé|fecha\b|creado|data\b|postado|inserito|scritto|"
    r"publicerad|publisert|udgivet|lagt ut|skrevet|skapad|oprettet|lagt til|"
    r"opublikowan|dodano|dodane|data publikacji|utworzon|zveřejn|vydán|vloženo|publikov|objavljen|objavi|datum objave|"
    r"опублик|дата|размещен|добавлен|опублік|додано|публик|обявен|"
    r"yayın|yayım|giriş|eklen|tarih|julkaistu|publicat|megjelen|közzét|létrehoz|δημοσι|ημερομηνία|"
    r"発売|公開|投稿|掲載|配信|作成|登録日|発表|日付|发布|發布|发表|發表|刊登|时间|時間|日期|发稿|"
    r"입력|등록|게시|작성|기사입력|승인|نشر|تاريخ|פורסם|תאריך|đăng|ngày|tanggal|diterbitkan|dipublikasikan|เผยแพร่|วันที่|प्रकाशित",
    re.IGNORECASE,
)
_MODIFIED: Final = re.compile(
    r"updat|modif|\b(?:last|latest) (?:chang|edit|revis|review)|\bedited\b|revised|changed\b|amended|corrected|"
    r"aktualis|geändert|änderung|\bstand\b|überarbeitet|bearbeitet|"
    r"mis à jour|mise à jour|\bmàj\b|\bmaj\b|actualiz|atualiz|aggiornat|bijgewerkt|gewijzigd|laatst|"
    r"uppdater|ändrad|oppdater|"
    r"endret|opdater|ændret|zaktualiz|zmienion|obnov|upraven|ažurir|izmenjen|обновл|измен|редакт|оновл|змін|актуализ|промен|"
    r"güncelle|son değişik|päivitet|muokattu|frissít|módosít|ενημέρωσ|τροποποί|"
    r"更新|修正|改訂|最終|수정|최종|تحديث|عودכן|עדכון|cập nhật|diperbarui|अपडेट|อัปเดต",
    re.IGNORECASE,
)
_NOT_OURS: Final = re.compile(
    r"(?:©|\(c\)|copyright|all rights)[^.]{0,20}$|\bborn\b|geboren|né(?:e)? le|nacid|\bdied\b|gestorben|"
    r"\b(?:until|till|bis|expires?|deadline|ends|gültig|valid|since|seit|joined|registriert|member|mitglied|beigetreten|"
    r"termin|beginn|start(?:s|et)?|accessed|retrieved|abgerufen|consulté|zugriff|today|heute|aujourd.hui|hoy|oggi|"
    r"next|previous|foto|photo|bild|quelle|archiv\w*|version|release)\b\s*\W*$",
    re.IGNORECASE,
)
# Behind a date, in a sentence: `wurde am 3.5.2013 veröffentlicht`.
# Names of a date that say nothing of what it is of: `更新时间` is the time of a change.
_GENERIC: Final = re.compile(
    r"时间|時間|日期|日付|дата|date\b|datum\b|fecha|data\b|tarihi?\b|ngày|تاريخ|תאריך|tanggal|วันที่|ημερομηνία",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"^[\s\d:.,uUhr]{0,16}(?:\w+\s){0,2}(?:veröffentlicht|publiziert|geschrieben|erstellt|posted|published|publiziert|"
    r"gepostet|eingestellt|opublikowano|に?(?:公開|投稿|掲載))",
    re.IGNORECASE,
)
_PERIOD: Final = re.compile(
    r"^\s*(?:bis|until|till|to|–|-|—|〜|~)\s*(?:\w+\s){0,2}\d{1,2}(?:[./-]\d|\.? (?P<month>[^\W\d_]{3,}))",
    re.IGNORECASE,
)

# Names of classes and ids, of the element itself and of the elements around it.
_PUBLISHING: Final = re.compile(
    r"publi(?:sh|c|e|k)|(?<![a-z])(?:pub|post(?:ed)?|create[d]?|creation|issue[d]?|entry|article|story|news|artikel|"
    r"beitrag|blog)[-_]?_?(?:date|time|datum|day|info|meta)|date[-_]?(?:publi|post|creat|entry|article)|displaydate|"
    r"veroeffentlich|dt-published|article[-_]{1,2}(?:date|time|info|meta)|datepubl",
    re.IGNORECASE,
)
_DATING: Final = re.compile(
    r"date|datum|(?<![a-z])(?:time|stamp|fecha|data|dato|datetime|timestamp|tarih|zeit|day|when|posted|pub)(?![a-z])|"
    r"timestamp|byline|meta(?![a-z]{3})|metainfo|postmeta|(?<![a-z])(?:info|infos|author|autor|details?|kicker|dachzeile|credits?|headline|subtitle|"
    r"under-?title|byl)(?![a-z])",
    re.IGNORECASE,
)
_CHANGING: Final = re.compile(r"updat|modif|(?<![a-z])mod(?![a-z])|lastmod|last-?edit|changed|aktualis", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    r"related|relacion|recommend|recirc|comment|kommentar|disqus|reply|replies|popular|most-?(?:read|view)|latest|recent|"
    r"trending|sidebar|side-?bar|widget|footer|footnote|copyright|teaser|archive|calendar|kalender|event|veranstalt|ticker|weather|"
    r"wetter|carousel|slider|swiper|navi|(?<![a-z])(?:nav|menu|ad|ads|banner|promo|card|cards|more|next|prev|previous|"
    r"also|list|liste|outbrain|taboola|tweet|forecast|schedule|termine?|login|cookie|popup|modal|share)(?![a-z])|"
    r"current-?date|todays?-?date|header-?date|date-?today|clock|fixture|match-?day|infobox|profile|signature|membersince|join|regist|user-?info",
    re.IGNORECASE,
)
_READERS: Final = re.compile(r"comment(?!ar)|kommentar|disqus|repl(?:y|ies)(?![a-z])|(?<![a-z])member", re.IGNORECASE)
_POSTED: Final = re.compile(
    r"twitter-tweet|instagram-media|(?:tiktok|bluesky|mastodon|reddit)-embed|text-post-media", re.IGNORECASE
)
_TODAY: Final = re.compile(
    r"current|today|now(?![a-z])|clock|header-?date|heute|top-?(?:bar|date)|weather", re.IGNORECASE
)


_SEPARATORS: Final = " ,;:|/()[]·•–—-"
_SHORTEST_LABEL: Final = 3
# `5 May 2023 (updated)`, `5 May 2023 - updated`
_IN_BRACKETS: Final = re.compile(r"\s*[(\[]\s*([^()\[\]\d]{3,40})[)\]]")
_ALL_BEHIND: Final = re.compile(r"\s*[,;:|/·•–—-]?\s*([^()\[\]\d.!?]{3,24})\s*")


class Sense(Enum):
    """The meaning of a date by its label or name."""

    PUBLISHED = "published"
    MODIFIED = "modified"
    OTHER = "other"
    NOTHING = "nothing"


def sense_of_label(before: str, after: str = "") -> Sense:
    """Return the meaning of a date by the words right before it and right behind it.

    Args:
        before: the text before it on its line, or the line before; only its end counts.
        after: the text behind it.
    """
    label = before[-_LONGEST_LABEL:]
    # The nearest word decides.
    nearest: tuple[int, Sense] = (-1, Sense.NOTHING)
    for pattern, sense in ((_NOT_OURS, Sense.OTHER), (_PUBLISHED, Sense.PUBLISHED), (_MODIFIED, Sense.MODIFIED)):
        for found in pattern.finditer(label):
            if sense is Sense.PUBLISHED and _names_a_change(label, found):
                continue
            if found.start() >= nearest[0]:
                nearest = found.start(), sense
    if nearest[1] is not Sense.NOTHING:
        return nearest[1]
    behind = after[:_LONGEST_BEHIND]
    period = _PERIOD.match(behind)
    if period is not None and (period["month"] is None or period["month"].casefold() in MONTHS):
        return Sense.OTHER
    return Sense.PUBLISHED if _BEHIND.match(behind) else Sense.NOTHING


def is_label(text: str) -> bool:
    """Return whether a text beside a date has words, and not only marks."""
    return len(text.strip(_SEPARATORS)) >= _SHORTEST_LABEL


def label_behind(after: str) -> Sense | None:
    """Return the meaning of a label right behind a date, in brackets or as the rest of its line, or None."""
    found = _IN_BRACKETS.match(after) or _ALL_BEHIND.fullmatch(after)
    sense = sense_of_label(found[1].strip(_SEPARATORS)) if found else Sense.NOTHING
    return sense if sense in {Sense.PUBLISHED, Sense.MODIFIED} else None


def senses_of_line(between: list[str]) -> tuple[bool, list[Sense]]:
    """Return whether the labels of a line with several dates are behind them, and the meaning of each date.

    Args:
        between: the text before each date, and that behind the last.
    """
    behind = not is_label(between[0]) and is_label(between[-1])
    labels = between[1:] if behind else between[:-1]
    return behind, [sense_of_label(label.rstrip(_SEPARATORS) if behind else label) for label in labels]


def _names_a_change(label: str, found: re.Match[str]) -> bool:
    """Return whether a word for a date in general belongs to a word for a change right before it."""
    if not _GENERIC.fullmatch(found[0]):
        return False
    before = label[max(0, found.start() - _LONGEST_CHANGE) : found.start()]
    return any(_WORDS_ALONE.fullmatch(before[change.end() :]) for change in _MODIFIED.finditer(before))


def sense_of_names(names: str) -> tuple[bool, bool, bool, bool, bool, bool, bool]:
    """Return the meaning of class and id of an element: publication, date, change, others, readers, posts, today."""
    # A page repeats its names in ever new combinations.
    publishing, dating, changing, elsewhere, readers, posted, today = zip(
        *map(_sense_of_name, names.split()), strict=True
    )
    return any(publishing), any(dating), any(changing), any(elsewhere), any(readers), any(posted), any(today)


@lru_cache(maxsize=16_384)
def _sense_of_name(names: str) -> tuple[bool, bool, bool, bool, bool, bool, bool]:
    return (
        _PUBLISHING.search(names) is not None,
        _DATING.search(names) is not None,
        _CHANGING.search(names) is not None,
        _ELSEWHERE.search(names) is not None,
        _READERS.search(names) is not None,
        _POSTED.search(names) is not None,
        _TODAY.search(names) is not None,
    )
