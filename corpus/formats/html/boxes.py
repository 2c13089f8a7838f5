"""What stands around an article's text on its page: boxes by their names, and lines by their words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats import bylines, lines
from corpus.text import dates

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_LONGEST_FURNITURE: Final = 220
_LARGEST_BOX: Final = 1_200
_LONGEST_NAMES: Final = 500
_JUNK: Final = re.compile(
    r"(?:^|[\s_-])(?:related|relacionad\w*|recommend\w*|recirc\w*|newsletter\w*|subscri\w*|signup|sign-up|"
    r"share\w*|sharing|social\w*|"
    r"comment\w*|disqus|promo\w*|advert\w*|ads?|adslot|sponsor\w*|outbrain|taboola|teasers?|breadcrumb\w*|byline\w*|"
    r"author(?:s|box|-box|-bio|-info|-card)?|bio|caption\w*|credits?|copyright|tags|taglist|keywords?|"
    r"topics?|footer|footnote\w*|"
    r"sidebar|widget\w*|menu|navigation|nav|pagination|pager|cookie\w*|consent\w*|modal|popup|pop-up|"
    r"overlay|paywall\w*|"
    r"regwall|toolbar|toolbox|tools|trending|popular|most-?read|most-?viewed|latest|more-?(?:news|stories|"
    r"from|on|articles)|"
    r"readmore|read-more|also-?read|read-?also|see-?also|lire-aussi|infobox|factbox|gallery|slideshow|"
    r"carousel|slider|"
    r"video\w*|player|audio|podcast|poll|quiz|survey|login|register|visually-hidden|sr-only|screen-reader-text|"
    r"print-only|noprint|skip-link|banner|billboard|dateline|timestamp|publish(?:ed)?-date|meta|metadata|embed|"
    r"live-?ticker|ticker|weather|correction-form|feedback|disclaimer|app-?promo|whatsapp|telegram|facebook|twitter|"
    r"story-?cards?|card-list|article-?list|news-?list|link-?list|links|linkbox|further-reading|donat\w*|"
    r"support-us|piano\w*|"
    r"offer|abo|abobox|anzeige|werbung|kommentare?|mehr-zum-thema|leestmeer|publicidad|publicite|pub)"
    r"(?=$|[\s_-])",
    re.IGNORECASE,
)
# What a single paragraph may be called that is no text; `paywall` and `teaser` are.
_ASIDE: Final = re.compile(
    r"(?:^|[\s_-])(?:\w*captions?|credits?|copyright|bylines?|authors?|dateline|timestamp|date|meta|"
    r"related|read-?more|"
    r"newsletter|twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|\w*pull-?quote|advert\w*|ad|tags|promo\w*|share\w*|disclaimer|hidden|sr-only|visually-hidden)(?=$|[\s_-])",
    re.IGNORECASE,
)
# Names that say article win over such as `article-with-sidebar`.
_KEEP: Final = re.compile(
    r"(?:^|[\s_-])(?:article-?(?:body|content|text|main|wrapper|container|page)|story-?(?:body|content|text)|"
    r"post-?(?:body|content|text)|entry-?(?:body|content|text)|content-?(?:body|main|text)?|main|body|text|richtext|"
    r"paragraph|prose|article|story|wysiwyg)(?=$|[\s_-])",
    re.IGNORECASE,
)
# What pages say to their readers in the middle of a text, as it begins.
_INVITATION: Final = re.compile(
    r"^\W*(?:sign up|subscribe|follow (?:us|\w+ on)|click here|tap here|download (?:the|our)|join (?:us|"
    r"our|the conversation)|"
    r"already a (?:subscriber|member)|log ?in|advertisement|article continues|story continues|read more|"
    r"listen (?:here|to this)|"
    r"watch(?: more| now)?:|get the latest|by signing up|by submitting|this article (?:was|is) (?:originally|first)|"
    r"most read|want more|do you have a story|got a story|have a story|contact the author|email (?:us|"
    r"the)|support our|"
    r"newsletter|jetzt (?:abonnieren|anmelden|kostenlos)|mit meiner anmeldung|melden sie sich|"
    r"hier (?:anmelden|abonnieren)|"
    r"anzeige|werbung|auch interessant|lesen sie|mehr (?:zum thema|dazu|themen)|"
    r"empfohlener (?:redaktioneller|externer) inhalt|"
    r"abonnez-vous|inscrivez-vous|publicité|lire (?:aussi|plus)|s'abonner|newsletter|réagir|"
    r"suscríbete|suscríbase|regístrate|publicidad|síguenos|lee también|iscriviti|abbonati|pubblicità|leggi anche|"
    r"assine|inscreva-se|publicidade|leia (?:também|mais)|siga o|lees ook|schrijf je in|abonneer|"
    r"подпи(?:шитесь|сывайтесь)|читайте (?:также|ещё)|реклама|zapisz się|reklama|przeczytaj|odebírejte|"
    r"この記事は(?:会員|有料)|有料(?:会員|記事)|会員登録|続きを読む|関連記事|登録すると)",
    re.IGNORECASE,
)


def is_named_so(node: LexborNode) -> bool:
    """Whether an element is named, or marked, as what is no text of the article."""
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
    if node.tag == "aside" or attributes.get("role") in {"navigation", "complementary", "banner", "dialog"}:
        return True
    if node.tag == "figure":
        return node.css_first("blockquote") is None
    if "display:none" in (attributes.get("style") or "").replace(" ", ""):
        # Paragraphs behind a wall are hidden one by one; boxes are hidden whole.
        return node.tag != "p"
    if node.tag in {"p", "li", "blockquote"}:
        return len(names) > 1 and _ASIDE.search(names) is not None
    return len(names) > 1 and _JUNK.search(names) is not None and _KEEP.search(names) is None


def sign_ups(root: LexborNode) -> set[int]:
    """The boxes around forms that ask for an address: all they say is said to subscribers."""
    found = set()
    for field_ in root.css('input[type="email"], input[name="email"]')[:20]:
        at = field_.parent
        box = None
        while at is not None and at.tag not in {"body", "html", "main", "article"}:
            if len(at.text(deep=True) or "") > _LARGEST_BOX:
                break
            box = at
            at = at.parent
        if box is not None:
            found.add(box.mem_id)
    return found


def is_furniture(text: str) -> bool:
    """Whether a short block is a byline, a date, a credit, a related link or an invitation, not text."""
    if len(text) > _LONGEST_FURNITURE:
        return False
    if _INVITATION.search(text):
        return True
    if len(text) > lines.LONGEST_CREDIT:
        return False
    if lines.related(text) is not None or bylines.read_line(text) is not None or lines.credit(text) is not None:
        return True
    label = lines.dated(text)
    return dates.parse(label.rest if label else text) is not None
