"""Recognises embedded posts of social networks among quotes, and reads their text and author."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_NAMED: Final = re.compile(
    r"(?:^|[\s_-])(?:twitter|tweet|instagram|tiktok|bluesky|text-post|threads|fb|facebook|mastodon|reddit|imgur|telegram|vk|linkedin|"
    r"truth-?social|weibo|x-post)(?=$|[\s_-])",
    re.IGNORECASE,
)
# Where single posts are, by their addresses.
_ADDRESS: Final = re.compile(
    r"^(?:https?:)?//(?:www\.|mobile\.|m\.)?(?:(?:twitter|x)\.com/\w{1,30}/status/\d|instagram\.com/(?:p|reel)/|tiktok\.com/@[\w.]{1,40}/video/|"
    r"bsky\.app/profile/[^/]{1,100}/post/|threads\.(?:net|com)/@?[\w.]{1,40}/post/|facebook\.com/[^?#]{1,100}/posts/|t\.me/\w{1,40}/\d|"
    r"vk\.com/wall|truthsocial\.com/@|linkedin\.com/(?:posts|feed/update)/)",
    re.IGNORECASE,
)
# What an embedded post says of itself where its pictures would be.
_INVITES: Final = re.compile(
    r"^(?:view (?:this|more|post|on)|sieh dir|dieser beitrag|ver esta publicación|voir cette publication|"
    r"(?:pic\.twitter\.com|https?://)\S+$)",
    re.IGNORECASE,
)
_AUTHOR: Final = re.compile(
    r"^(?:a post shared by|(?:ein beitrag )?geteilt von|une publication partagée par|post by)\b", re.IGNORECASE
)
_IN_BRACKETS: Final = re.compile(r"(?<=\()\s+|\s+(?=[),.])")
_LONGEST: Final = 4_000
_LONGEST_NAMES: Final = 500


def is_post(quote: LexborNode) -> bool:
    """Return whether a quote is an embedded post: by its name, or because its last link leads to one."""
    attributes = quote.attributes
    if _NAMED.search((attributes.get("class") or "")[:_LONGEST_NAMES]):
        return True
    if _ADDRESS.match(attributes.get("cite") or ""):
        return True
    links = quote.css("a[href]")
    return bool(links) and _ADDRESS.match(links[-1].attributes.get("href") or "") is not None


def lines_of(post: LexborNode) -> list[str]:
    """Return the text of a post, with its author in a separate line; nothing for a post that has only a picture."""
    paragraphs = [one_line((one.text(deep=True) or "")[:_LONGEST]) for one in post.css("p")]
    words = " ".join(one for one in paragraphs if one and not _INVITES.match(one) and not _AUTHOR.match(one))
    rest = one_line((post.text(deep=True) or "")[: 2 * _LONGEST])
    if "reddit" in (post.attributes.get("class") or ""):
        rest = _IN_BRACKETS.sub("", one_line((post.text(deep=True, separator=" ") or "")[: 2 * _LONGEST]))
    for one in paragraphs:
        # Those of the author stay.
        if one and not _AUTHOR.match(one):
            rest = rest.replace(one, " ", 1)
    authors = [one for one in paragraphs if _AUTHOR.match(one)]
    lines = [words, *authors] if authors else [words, one_line(rest)]
    lines = [one for one in lines if one and not _INVITES.match(one)]
    return [] if not words and authors else lines
