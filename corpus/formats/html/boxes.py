"""Recognises what surrounds an article's text on its page: boxes by their names, and lines by their words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from corpus.formats import bylines, lines
from corpus.formats.html import labels
from corpus.formats.html.blocks import PROSE
from corpus.formats.html.boxnames import FROM, TO, mean_aside, mean_no_text, mean_others
from corpus.formats.html.candidates import is_line_of_dates
from corpus.formats.html.prepare import POST, TABLE
from corpus.text import dates

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corpus.formats.html.outline import Outline

_LONGEST_FURNITURE: Final = 220
_LARGEST_BOX: Final = 1_200
_LONGEST_NAMES: Final = 500
_MARK: Final = "data-newscorpus-box"
_OF_OTHERS: Final = "others"
_INSETS: Final = f"[{POST}], [{TABLE}]"
_ROLES: Final = frozenset({"navigation", "complementary", "banner", "dialog"})
_LONGEST_CAPTION: Final = 300
_MOST_PICTURES: Final = 200
_FRAMES: Final = frozenset({"div", "figure", "picture", "a", "span", "amp-img"})
_LEAD: Final = re.compile(
    FROM
    + r"(?:lead|lede|intro\w*|teaser|standfirst|abstract|summary|excerpt|vorspann|anreisser|deck|dek|chapeau|chapo|"
    r"sub-?title|sub-?head(?:line)?|entradilla|sommario|occhiello)" + TO,
    re.IGNORECASE,
)
# What boxes around tables are called by the programs that make them, or by the kind of table.
_MAKING: Final = re.compile(
    r"\b(?:embed|polls?|survey|quiz|info-?box|fact-?box|tools?|player|slider|carousel|overlay|credits?)(?=$|[\s_-])",
    re.IGNORECASE,
)
_MOST_LEVELS: Final = 30
_AROUND_INSET: Final = 1.3
# What pages say to their readers in the middle of a text, as it begins.
_INVITATION: Final = re.compile(
    r"^\W*(?:sign up|subscribe|follow (?:us|\w+ on)|click here|tap here|download (?:the|our)|join (?:us|our|"
    r"the conversation)|already a (?:subscriber|member)|log ?in|article continues|story continues|read more|"
    r"listen (?:here|to this)|watch(?: more| now)?:|get the latest|by signing up|by submitting|"
    r"this article (?:was|is) (?:originally|first)|most read|want more|do you have a story|got a story|"
    r"have a story|contact the author|email (?:us|the)|support our|get in touch with (?:us|our)|"
    r"for more (?:stories|news) |for the latest (?:\w+ ){0,4}(?:news|stories|updates)|"
    r"with (?:files|reporting) from |(?:additional )?reporting by |"
    r"jetzt (?:abonnieren|anmelden|kostenlos)|mit meiner anmeldung|melden sie sich|hier (?:anmelden|abonnieren)|"
    r"auch interessant|lesen sie|mehr (?:zum thema|dazu|themen)|dieses thema im programm|"
    r"dieser artikel (?:ist|erschien|wurde) (?:zuerst|ursprünglich)|ihre meinung ist uns wichtig|"
    r"abonnez-vous|inscrivez-vous|lire (?:aussi|plus)|s'abonner|réagir|il vous reste \d|la suite est réservée|"
    r"suscríbete|suscríbase|regístrate|síguenos|lee también|iscriviti|abbonati|leggi anche|"
    r"assine|inscreva-se|leia (?:também|mais)|siga o|lees ook|schrijf je in|abonneer|"
    r"подпи(?:шитесь|сывайтесь)|читайте (?:также|ещё)|zapisz się|przeczytaj|odebírejte|"
    r"この記事は(?:会員|有料)|有料(?:会員|記事)|会員登録|続きを読む|関連記事|登録すると)|"
    # Words that may begin a sentence of the text as well: labels only alone, or before a colon.
    r"^\W*(?:advertisement|anzeige|werbung|newsletter|publicité|publicidad|pubblicità|publicidade|реклама|reklama)"
    r"\s*(?:[:：|]|\W*$)",
    re.IGNORECASE,
)
_CONTRIBUTED: Final = re.compile(
    r"\bcontributed (?:reporting|to this (?:report|story|article))\b.{0,40}$", re.IGNORECASE
)
# What is shown in the place of something from another site, at any length.
_NOTICE: Final = re.compile(
    r"^\W*(?:empfohlener (?:redaktioneller|externer) inhalt|an dieser stelle (?:finden|befindet|steht)|"
    r"ich bin damit einverstanden|this content is (?:hosted|provided) by|to (?:view|display) this content|"
    r"we need your consent|pour afficher ce contenu|diese (?:zusammenfassung|audioversion) wurde)",
    re.IGNORECASE,
)
_LONGEST_NOTICE: Final = 500
_ARTICLE: Final = re.compile(
    r"^(?:an? |ein |un |une |uma |een )?(?:article|artikel|text|artículo|articolo|artigo)\s+", re.IGNORECASE
)


def is_box(node: LexborNode, tag: str, *, may_have_inset: bool) -> bool:
    """Return whether an element is marked or named as something else than the text of the article.

    Args:
        node: the element.
        tag: its name.
        may_have_inset: whether the tree has embedded posts or tables that were written anew.
    """
    attributes = node.attributes
    return _MARK in attributes or (
        _is_named_so(node, tag, attributes) and not (may_have_inset and _is_around_inset(node, attributes))
    )


def _is_around_inset(node: LexborNode, attributes: dict[str, str | None]) -> bool:
    """Return whether an element has an embedded post or a table and hardly anything else, and its maker's name."""
    inset = node if POST in attributes else node.css_first(_INSETS)
    if inset is None or (TABLE in inset.attributes and not is_named_by_making(node)):
        return False
    return len(node.text(deep=True) or "") <= len(inset.text(deep=True) or "") * _AROUND_INSET + PROSE


def _is_named_so(node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
    if tag == "aside" or attributes.get("role") in _ROLES:
        return True
    if tag == "figure":
        return node.css_first(f"blockquote, [{TABLE}]") is None
    if "hidden" in attributes or "display:none" in (attributes.get("style") or "").replace(" ", ""):
        # Paragraphs behind a wall are hidden one by one; boxes are hidden with all they contain.
        return tag != "p"
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
    if tag in {"p", "li", "blockquote"}:
        return len(names) > 1 and mean_aside(names)
    return len(names) > 1 and mean_no_text(names)


def is_named_by_making(node: LexborNode) -> bool:
    """Return whether only the maker or the kind of a table in an element suggests that it is not text."""
    attributes = node.attributes
    if node.tag == "aside" or "role" in attributes or "hidden" in attributes or "style" in attributes:
        return False
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
    return not mean_no_text(_MAKING.sub("", names))


def is_lead(node: LexborNode) -> bool:
    """Return whether a paragraph, or an element that has only it, is named as a standfirst of this article."""
    for at in (node, node.parent):
        if at is not None and _LEAD.search(
            f"{at.attributes.get('class') or ''} {at.attributes.get('id') or ''}"[:_LONGEST_NAMES]
        ):
            return not is_among_others(node)
    return False


def is_among_others(node: LexborNode, known: dict[int, bool] | None = None) -> bool:
    """Return whether an element is inside one that is named as part of other articles.

    Args:
        node: the element.
        known: earlier results for elements of the same tree, by their places in memory; the new results are added.
    """
    known = {} if known is None else known
    passed: list[int] = []
    found = False
    at: LexborNode | None = node
    for _ in range(_MOST_LEVELS):
        if at is None or at.tag in {"body", "html", "-undef"}:
            break
        place = at.mem_id
        if place in known:
            found = known[place]
            break
        passed.append(place)
        if is_of_others(at):
            # What has the headline in it is only laid out with the others'.
            found = at.css_first("h1") is None
            break
        at = at.parent
    known.update(dict.fromkeys(passed, found))
    return found


def mark(outline: Outline) -> None:
    """Mark the boxes that are recognised by their content, before this content is removed from the tree.

    The mark is an attribute, because a place in memory may be that of another element once the tree has changed.
    """
    _mark_sign_ups(outline)
    _mark_pictures(outline)
    for box in labels.boxes_of_others(outline):
        box.attrs[_MARK] = _OF_OTHERS


def is_of_others(node: LexborNode) -> bool:
    """Return whether an element is marked or named as a place for other articles or readers' comments."""
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
    return attributes.get(_MARK) == _OF_OTHERS or (len(names) > 1 and mean_others(names))


def _mark_sign_ups(outline: Outline) -> None:
    """Mark the boxes around forms that ask for an address: their text is for subscribers."""
    asked = [one for one in outline.all("input") if _asks_for_address(one.attributes)]
    for field_ in asked[:20]:
        at = field_.parent
        box = None
        while at is not None and at.tag not in {"body", "html", "main", "article"}:
            if len(at.text(deep=True) or "") > _LARGEST_BOX:
                break
            box = at
            at = at.parent
        if box is not None:
            box.attrs[_MARK] = ""


def _asks_for_address(attributes: dict[str, str | None]) -> bool:
    return (attributes.get("type") or "").lower() == "email" or attributes.get("name") == "email"


def _mark_pictures(outline: Outline) -> None:
    """The boxes around pictures, with the little text in them: captions, credits, teasers with a picture."""
    found: set[int] = set()
    large: set[int] = set()
    for picture in outline.found["img"][:_MOST_PICTURES]:
        at = picture.parent
        box = None
        while at is not None and at.tag in _FRAMES and at.mem_id not in large:
            if at.mem_id in found:
                break
            text = at.text(deep=True, strip=True)
            if len(text) > _LONGEST_CAPTION or (text and at.css_first("h1, h2, p + p") is not None):
                large.add(at.mem_id)
                break
            box = at
            at = at.parent
        if box is not None:
            found.add(box.mem_id)
            box.attrs[_MARK] = ""


def invites(text: str) -> bool:
    """Return whether a page addresses its reader in a text, about the page itself."""
    if _INVITATION.match(text) is not None:
        return True
    return "contributed" in text.lower() and _CONTRIBUTED.search(text) is not None


@lru_cache(maxsize=1_024)
def is_furniture(text: str) -> bool:
    """Return whether a short block is a byline, a date, a credit, a related link or an invitation, not text."""
    if len(text) <= _LONGEST_NOTICE and _NOTICE.match(text):
        return True
    if len(text) > _LONGEST_FURNITURE:
        return False
    if invites(text):
        return True
    if len(text) > lines.LONGEST_CREDIT:
        return False
    if lines.related(text) is not None or bylines.read_line(text) is not None or lines.credit(text) is not None:
        return True
    named, comma, rest = text.rpartition(",")
    if comma and any(map(str.isdigit, rest)) and bylines.read_line(_ARTICLE.sub("", named.strip())) is not None:
        # `By Jane Doe, published on 3 May 2024`.
        return True
    label = lines.dated(text)
    return dates.parse(label.rest if label else text) is not None or is_line_of_dates(text)
