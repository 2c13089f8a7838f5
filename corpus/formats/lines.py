"""Recognise lines of an exported article that are not text: a date, a credit, a related article, the source, markup."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpus.formats.article import Link
from corpus.formats.bylines import agency
from corpus.text import urls
from corpus.text.entities import unescape

# Longer lines are paragraphs, and are looked at no further.
LONGEST: Final = 400
LONGEST_CREDIT: Final = 160
_LONGEST_LABEL: Final = 40

_LINK: Final = re.compile(
    r"(?<!!)\[([^\[\]]{1,500})\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)?)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
)
_IMAGE: Final = re.compile(r"!\[([^\[\]]{0,500})\]\(\s*<?([^()\s<>]*)>?(?:\s+[\"']([^\"']*)[\"'])?\s*\)")
_AUTOLINK: Final = re.compile(r"<(https?://[^<>\s]+)>")
_STRONG: Final = re.compile(r"(\*\*\*|\*\*|___|__)(?=\S)(.{1,2000}?\S|\S)\1")
_EMPHASIS: Final = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]{0,2000}[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]{0,2000}[^\s_])_(?![\w_])"
)
_CODE: Final = re.compile(r"(`{1,3})([^`\n]+)\1")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_PRIVATE: Final = 0xE000
_HIDDEN: Final = re.compile(f"[{chr(_PRIVATE + 0x21)}-{chr(_PRIVATE + 0x7E)}]")
_TAG: Final = re.compile(
    r"</?(?:p|br|div|span|em|strong|b|i|u|sup|sub|small|center|font|figure|figcaption)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)

_RELATED: Final = re.compile(
    r"^(?:related(?: (?:article|articles|story|stories|news|content|reading|coverage|links?))?|read (?:more|also|next|the full story)|"
    r"see also|also read|more on this(?: story)?|more(?: from us)?|recommended|don't miss|lesen sie auch|lesen sie mehr|mehr zum thema|"
    r"siehe auch|auch interessant|lire aussi|à lire(?: aussi)?|voir aussi|sur le même sujet|lea también|lea además|te puede interesar|"
    r"le puede interesar|ver también|leia também|leia mais|veja também|leggi anche|lees ook|läs också|läs mer|les også|læs også|"
    r"czytaj (?:także|też|również|więcej)|zobacz (?:też|także)|čtěte také|přečtěte si|čítajte aj|читайте также|читайте ещё|смотрите также|"
    r"по теме|материалы по теме|читайте також|дивіться також|ilgili haber|lue myös|citește și|olvassa el|διαβάστε επίσης)"
    r"(?!\w)\s*(?P<mark>[:：|–—-])?\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_SOURCE: Final = re.compile(
    r"^(?:original(?: url| link| article| source)?|source(?: url| link)?|article url|page url|url|link|permalink|canonical(?: url)?|web|"
    r"quelle|originalartikel|lien|source originale|fuente|enlace|fonte|bron|källa|kilde|źródło|zdroj|источник|ссылка|оригинал|джерело|"
    r"посилання|kaynak|lähde|sursa|forrás|πηγή|from|via|retrieved from|available at)\s*[:：]\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_BARE_URL: Final = re.compile(r"^<?(https?://[^\s<>]+)>?[.]?$")
_CREDIT: Final = re.compile(
    r"^\(?(?:(?:photo|photos|photograph|photography|image|images|picture|pictures|illustration|foto|fotos|bild|bilder|foto(?:grafie)?|"
    r"crédit(?:s)?(?: photo)?|photo credit|image credit|picture credit|credit|credits|fotografía|crédito|imagem|immagine|beeld|zdjęcie|fot\.|"
    r"фото|иллюстрация|світлина|снимка|fotoğraf|kuva|kép)\s*(?:\((?:s|n)\))?\s*(?:by|von|par|de|:|：|©|/)\s*)(?P<rest>[^:]{2,150}?)\)?$",
    re.IGNORECASE,
)
_COPYRIGHT: Final = re.compile(r"^\(?(?:©|\(c\)|copyright)\s*(?P<rest>[^:]{2,120}?)\)?$", re.IGNORECASE)
# What those two begin with; most lines do not.
_CREDIT_STARTS: Final = frozenset("(©pifbczkфис")
_BANKS: Final = frozenset(
    [
        "getty images",
        "getty",
        "afp",
        "ap",
        "ap photo",
        "reuters",
        "tass",
        "epa",
        "epa-efe",
        "efe",
        "dpa",
        "pool",
        "shutterstock",
        "imago",
        "imago images",
        "picture alliance",
        "unsplash",
        "pixabay",
        "pexels",
        "istock",
        "alamy",
        "ria novosti",
        "sputnik",
        "zuma",
        "zuma press",
        "nurphoto",
        "sipa",
        "xinhua",
        "ansa",
        "apa",
        "keystone",
        "afp photo",
        "wikimedia commons",
        "wikimedia",
        "flickr",
        "handout",
        "social media",
        "file photo",
        "archive",
        "press association",
        "pa",
        "pa media",
        "pa wire",
        "bloomberg",
        "anadolu",
        "anadolu agency",
        "moskva news agency",
        "moscow news agency",
        "kremlin.ru",
        "interfax",
        "unian",
        "scanpix",
        "ntb",
        "tt",
        "ritzau",
        "ritzau scanpix",
        "belga",
        "anp",
        "lehtikuva",
        "ctk",
        "čtk",
        "pap",
        "mti",
        "тасс",
        "риа новости",
        "агн «москва»",
        "агентство «москва»",
        "cc by",
        "cc by-sa",
        "via reuters",
        "via ap",
        "via afp",
    ]
)
_SLASHES: Final = re.compile(r"\s*/\s*|\s*\|\s*")

_DATE_LABEL: Final = re.compile(
    r"^(?:(?P<modified>(?:last )?(?:updated|modified|revised)(?: at| on)?|update|aktualisiert(?: am)?|zuletzt aktualisiert(?: am)?|stand|"
    r"mis à jour(?: le)?|modifié(?: le)?|actualizado(?: el)?|última actualización|atualizado(?: em)?|aggiornato(?: il)?|bijgewerkt(?: op)?|"
    r"uppdaterad|oppdatert|opdateret|zaktualizowano|aktualizacja|aktualizováno|обновлено|изменено|оновлено|güncelleme|güncellendi|päivitetty|"
    r"actualizat|frissítve)|(?:first )?(?:published|posted|issued|released)(?: at| on)?|publication date|publish date|date(?: published)?|"
    r"veröffentlicht(?: am)?|erschienen(?: am)?|datum|vom|publié(?: le)?|le|publicado(?: el| em)?|fecha|data|pubblicato(?: il)?|"
    r"gepubliceerd(?: op)?|publicerad|publisert|udgivet|opublikowano|publikováno|vydáno|опубликовано|дата(?: публикации)?|опубліковано|"
    r"yayınlanma(?: tarihi)?|tarih|julkaistu|publicat|megjelent)\s*[:：]?\s+(?P<rest>\S.*)$",
    re.IGNORECASE,
)


class Label(NamedTuple):
    """A line with a label: its value, and whether it is about a later change."""

    rest: str
    is_modified: bool = False


def plain(line: str, *, markdown: bool) -> str:
    """Return a line without inline markup: links and images as words; in Markdown also emphasis, code and escapes."""
    if "](" in line:
        line = _LINK.sub(r"\1", _IMAGE.sub("", line))
    if "<http" in line:
        line = _AUTOLINK.sub(r"\1", line)
    if not markdown:
        return line
    escapes = "\\" in line
    if escapes:
        # Out of the way of what they escape, in the private-use area.
        line = _ESCAPED.sub(lambda found: chr(_PRIVATE + ord(found[1])), line)
    if "`" in line:
        line = _CODE.sub(r"\2", line)
    if "*" in line or "_" in line:
        line = _EMPHASIS.sub(lambda found: found[1] or found[2], _STRONG.sub(r"\2", line))
    if "<" in line:
        line = _TAG.sub(" " if "<br" in line else "", line)
    line = unescape(line) if "&" in line else line
    return _HIDDEN.sub(lambda found: chr(ord(found[0]) - _PRIVATE), line) if escapes else line


def is_prose(line: str) -> bool:
    """Return whether a line is too long, and its beginning too plain, to be anything but text. This test is cheap."""
    return (
        len(line) > LONGEST_CREDIT
        and line[0] not in "!>"
        and ":" not in line[:_LONGEST_LABEL]
        and "：" not in line[:_LONGEST_LABEL]
        and "](" not in line
    )


def related(line: str) -> list[Link] | None:
    """Return the related articles in a line; empty for a heading over a list of them; None for another line."""
    # Prose of some length without a link or a colon near its start is recognised without a pattern.
    if len(line) > _LONGEST_LABEL and "](" not in line and ":" not in line[:_LONGEST_LABEL]:
        return None
    found = _RELATED.match(line.strip("*_ "))
    if found is None:
        return None
    rest = found["rest"].strip()
    named = links(rest)
    if named and (found["mark"] or not plain(_LINK.sub("", rest), markdown=True).strip(" .,;|»>→")):
        return named
    if found["mark"] == ":" or found["mark"] == "：":
        words = plain(rest, markdown=True).strip()
        return [Link(words)] if words else []
    return [] if not rest and len(line) > 4 and " " in line.strip() else None


def links(text: str) -> list[Link]:
    """Return the links in a text, as title and canonical URL. `#` and relative addresses are not URLs."""
    return [
        Link(title, urls.canonical(target))
        for words, target in _LINK.findall(text)
        if (title := plain(words, markdown=True).strip())
    ]


def image_credits(line: str) -> list[str] | None:
    """Return the credits in a line that has only pictures; None if it has no picture or other text."""
    if not line.startswith("!") or _IMAGE.sub("", line).strip():
        return None
    found = []
    for alt, _, title in _IMAGE.findall(line):
        for words in (title, alt):
            named = credit(words.rpartition(". ")[2]) or credit(words)
            if named:
                found.append(named)
                break
    return found


def credit(line: str) -> str | None:
    """Return the credit in a line that is only a credit of a picture; None if it may be something else."""
    line = line.strip().strip("*_").strip()
    if not 2 <= len(line) <= LONGEST_CREDIT or line.endswith(("!", "?")):
        return None
    folded = line.casefold()
    if folded[0] in _CREDIT_STARTS and (found := _CREDIT.match(line) or _COPYRIGHT.match(line)):
        return found["rest"].strip()
    if folded in _BANKS and agency(line) is None:
        return line
    parts = _SLASHES.split(folded) if "/" in folded or "|" in folded else []
    if len(parts) > 1 and len(line.split()) <= 16 and any(_is_bank(part) for part in parts):
        return line
    return None


def _is_bank(part: str) -> bool:
    return part.strip(" .()") in _BANKS or agency(part) is not None


def source(line: str) -> str | None:
    """Return the address that a source line names, or "" if it is on the next line; None if it is no source line."""
    if ":" not in line[:_LONGEST_LABEL] and "：" not in line[:_LONGEST_LABEL]:
        return None
    found = _SOURCE.match(line)
    if found is None:
        return None
    rest = found["rest"].strip()
    return address(rest) if rest else ""


def address(line: str) -> str | None:
    """Return the address that is all of a line: bare, in `<>`, or a Markdown link; None if the line has more."""
    bare = _BARE_URL.match(line)
    if bare:
        return bare[1]
    found = _LINK.fullmatch(line)
    return found[2] if found and found[2].startswith(("http://", "https://")) else None


def dated(line: str) -> Label | None:
    """Return what follows the label of a date; None without a label."""
    found = _DATE_LABEL.match(line)
    return Label(found["rest"], found["modified"] is not None) if found else None
