"""Interprets the names of an element in its class and id: not text, part of the article, or part of others."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# Names are apart by spaces and hyphens, or by capitals as in `relatedContent`.
FROM: Final = r"(?:^|[\s_-]|(?-i:(?<=[a-z\d])(?=[A-Z])))"
TO: Final = r"(?=$|[\s_-]|(?-i:(?<=[a-z\d])[A-Z]))"
_JUNK: Final = re.compile(
    FROM + r"(?:related\w*|relacionad\w*|recommend\w*|recirc\w*|newsletter\w*|subscri\w*|sign-?(?:up|in)|log-?in|"
    r"share\w*|sharing|social\w*|"
    r"comment(?!ary|aries)\w*|disqus|promo\w*|advert\w*|ads?|adslot|sponsor\w*|outbrain|taboola|teasers?|breadcrumb\w*|byline\w*|"
    r"author(?:s|-?box|-?bio\w*|-?info|-?card|-?profile)?|bio|caption\w*|credits?|copyright|tags|taglist|keywords?|"
    r"topics?|footer|footnote\w*|"
    r"sidebar|widget\w*|menu|navigation|nav|pagination|pager|cookie\w*|consent\w*|modal|popup|pop-up|"
    r"overlay|paywall\w*|"
    r"regwall|toolbar|toolbox|tools|trending|popular|most-?read|most-?viewed|latest|more-?(?:news|stories|"
    r"from|on|articles)|"
    r"readmore|read-more|also-?read|read-?also|see-?also|lire-aussi|infobox|factbox|gallery|slideshow|"
    r"carousel|slider|"
    r"video\w*|player|audio\w*|podcast|poll|quiz|survey|register|visually-hidden|sr-only|screen-reader-text|"
    r"print-only|noprint|skip-link|banner|billboard|dateline|timestamp|publish(?:ed)?-date|meta|metadata|embed|"
    r"live-?ticker|ticker|weather|correction-form|feedback|disclaimer|app-?promo|whatsapp|telegram|facebook|twitter|"
    r"(?:story|news|article|teaser)-?cards?|card-list|article-?list|news-?list|link-?list|links|linkbox|further-reading|donat\w*|"
    r"support-us|piano\w*|"
    r"offer|abo|abobox|anzeige|werbung|kommentare?|mehr-zum-thema|leestmeer|publicidad|publicite|pub)" + TO,
    re.IGNORECASE,
)
# What a single paragraph may be called that is no text; `paywall` and `teaser` are.
_ASIDE: Final = re.compile(
    r"(?:^|[\s_-])(?:\w*captions?|credits?|copyright|bylines?|authors?|dateline|timestamp|date|meta|"
    r"related|read-?more|"
    r"newsletter|\w*pull-?quote|advert\w*|ad|tags|promo\w*|share\w*|disclaimer|hidden|sr-only|visually-hidden)(?=$|[\s_-])",
    re.IGNORECASE,
)
# What a single name says: bits, so that those of an element's names are added up quickly.
_JUNK_BIT, _KEEP_BIT, _OTHERS_BIT, _BEGINS_BIT, _PART_BIT, _ASIDE_BIT = 1, 2, 4, 8, 16, 32
# What is of other articles, or of readers, however much of it there is.
_OTHERS: Final = re.compile(
    FROM + r"(?:related\w*|relacionad\w*|recommend\w*|recirc\w*|outbrain|taboola|sidebar|"
    r"comment(?!ary|aries)\w*|disqus|kommentare?|trending|popular|most-?read|most-?viewed|latest|more-?(?:news|stories|from|on|articles)|"
    r"(?:article|news|link)-?list)" + TO,
    re.IGNORECASE,
)
# Names that say article win over such as `article-with-sidebar`.
_KEEP: Final = re.compile(
    r"(?:^|[\s_-])(?:article-?(?:body|content|text|main|wrapper|container|page)|story-?(?:body|content|text)|"
    r"post-?(?:body|content|text)|entry-?(?:body|content|text)|content-?(?:body|main|text)?|main|body|text|richtext|"
    r"paragraph|prose|article|story|wysiwyg)(?=$|[\s_-])",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)
def _bits_of(name: str) -> int:
    """Return what a name means. A page has few names and repeats them in many combinations."""
    bits = 0
    if _JUNK.search(name) is not None:
        bits |= _JUNK_BIT
        # In `card__body` and `article__related` either part says what the box is.
        if "__" in name and any(_JUNK.search(part) and not _KEEP.search(part) for part in name.split("__")):
            bits |= _PART_BIT
    if _KEEP.search(name) is not None:
        bits |= _KEEP_BIT
    if _OTHERS.search(name) is not None:
        bits |= _OTHERS_BIT
        if _OTHERS.match(name) is not None:
            bits |= _BEGINS_BIT
    if _ASIDE.search(name) is not None:
        bits |= _ASIDE_BIT
    return bits


def _all_bits(names: str) -> int:
    bits = 0
    for name in names.split():
        bits |= _bits_of(name)
    return bits


def mean_no_text(names: str) -> bool:
    """Return whether the names of an element mean that it is not text of the article."""
    bits = _all_bits(names)
    if not bits & _JUNK_BIT:
        return False
    return not bits & _KEEP_BIT or _are_of_others(bits) or bool(bits & _PART_BIT)


def mean_aside(names: str) -> bool:
    """Return whether the names of a single paragraph mean that it is not text of the article."""
    return bool(_all_bits(names) & _ASIDE_BIT)


def mean_others(names: str) -> bool:
    """Return whether the names of an element mean that it holds other articles or readers' comments."""
    return _are_of_others(_all_bits(names))


def _are_of_others(bits: int) -> bool:
    # `related-content` is of others, `content-with-related` is the article.
    return bool(bits & _OTHERS_BIT) and (not bits & _KEEP_BIT or bool(bits & _BEGINS_BIT))
