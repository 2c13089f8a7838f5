"""What is done to a page's tree before its blocks are read.

What is never text goes. What is text in another form is written as blocks: tables as lines of cells, embedded posts as
quotes, preformatted text as paragraphs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

BREAK: Final = "\u2028"
# Attributes by which what was written anew is known, until its page is read.
TABLE: Final = "data-newscorpus-table"
POST: Final = "data-newscorpus-post"
# Never text: markup, widgets, navigation, what was taken back, readings of characters.
_STRIPPED: Final = (
    "script", "style", "noscript", "template", "svg", "iframe", "nav", "select", "option", "textarea",
    "video", "audio", "picture", "object", "embed", "canvas", "dialog", "figcaption", "footer",
    "amp-ad", "amp-iframe", "img", "input", "map", "meta", "link", "del", "s", "strike", "rt", "rp",
)  # fmt: skip
_ADVERTISED: Final = (
    'ins[class*="ad" i], ins[id*="ad" i], ins[data-ad-client], ins[data-ad-slot], ins[data-revive-zoneid]'
)
# A form around so much is the page's, as some servers write it.
_LARGEST_FORM: Final = 1_000
# A control amid so much text of its paragraph is a word of a sentence.
_LEAST_AROUND: Final = 25
_SENTENCES: Final = frozenset({"p", "li", "td", "dd", "blockquote", "span", "em", "strong", "b", "i"})
_MOST: Final = 400
_MOST_ROWS: Final = 2_000
_MOST_CELLS: Final = 60
_LONGEST_CELL: Final = 240
_LONGEST_MEAN: Final = 80
_MOST_LINKED: Final = 0.7
_PRESENTATION: Final = frozenset({"presentation", "none"})
_LAYOUT: Final = "table table, h1, form, iframe, p + p"
_POSTS: Final = (
    "blockquote.twitter-tweet, blockquote.twitter-video, blockquote.instagram-media, blockquote.tiktok-embed, "
    "blockquote.bluesky-embed, blockquote.text-post-media, blockquote.fb-xfbml-parse-ignore, "
    "blockquote.mastodon-embed, blockquote.reddit-embed-bq, blockquote.reddit-card, blockquote.imgur-embed-pub"
)
# What an embedded post says of itself where its pictures would be.
_INVITES: Final = re.compile(
    r"^(?:view (?:this|more|post|on)|a post shared by|sieh dir|dieser beitrag|ver esta publicación|"
    r"voir cette publication|post by|(?:pic\.twitter\.com|https?://)\S+$)",
    re.IGNORECASE,
)
_LONGEST_POST: Final = 4_000
_WRAPPED: Final = 45
_SPACES: Final = re.compile(r"[ \t]+")


def prepare(root: LexborNode) -> None:
    """Change a tree so that its blocks can be read. Call it once, after boxes were marked."""
    for one in root.css("form")[:_MOST]:
        if len(one.text(deep=True) or "") > _LARGEST_FORM:
            one.unwrap()
        else:
            one.decompose()
    for one in root.css(_ADVERTISED)[:_MOST]:
        one.decompose()
    for one in root.css("button, label")[:_MOST]:
        _keep_words(one)
    _write_posts(root)
    root.strip_tags(list(_STRIPPED))
    for one in root.css("table")[:_MOST]:
        if (lines := _rows(one)) is not None:
            _replace(one, TABLE, lines)
    for one in root.css("pre")[:_MOST]:
        _write_preformatted(one)


def _keep_words(control: LexborNode) -> None:
    parent = control.parent
    if parent is not None and parent.tag in _SENTENCES:
        around = (parent.text(deep=False) or "").strip()
        if len(around) >= _LEAST_AROUND and len(control.text(deep=True) or "") <= len(around):
            control.unwrap()
            return
    control.decompose()


def _rows(table: LexborNode) -> list[str] | None:
    """The rows of a table of data, each as its cells apart by bars; None if it only lays out the page."""
    if table.attributes.get("role") in _PRESENTATION or table.css_first(_LAYOUT) is not None:
        return None
    text = one_line(table.text(deep=True, separator=" ") or "")
    linked = sum(len(one_line(link.text(deep=True))) for link in table.css("a[href]"))
    if not text or linked > len(text) * _MOST_LINKED:
        return None
    lines: list[str] = []
    cells = longest = columns = 0
    for row in table.css("tr")[:_MOST_ROWS]:
        said = [
            one_line(cell.text(deep=True, separator=" ") or "") for cell in row.iter() if cell.tag in {"td", "th"}
        ][:_MOST_CELLS]  # fmt: skip
        if not any(said):
            continue
        cells += len(said)
        columns = max(columns, sum(map(bool, said)))
        longest = max(longest, *map(len, said))
        while said and not said[-1]:
            said.pop()
        lines.append(" | ".join(said))
    if len(lines) < 2 or columns < 2 or longest > _LONGEST_CELL or len(text) > cells * _LONGEST_MEAN:
        return None
    caption = table.css_first("caption")
    title = one_line(caption.text(deep=True, separator=" ") or "") if caption is not None else ""
    return [title, *lines] if title else lines


def _write_posts(root: LexborNode) -> None:
    """Write embedded posts as quotes of lines: what they say, and who says it."""
    for post in root.css(_POSTS)[:_MOST]:
        raw = (post.text(deep=True, separator=BREAK) or "")[: 2 * _LONGEST_POST]
        paragraphs = [one_line((one.text(deep=True) or "")[:_LONGEST_POST]) for one in post.css("p")]
        said = " ".join(one for one in paragraphs if one)
        rest = one_line((post.text(deep=True) or "")[: 2 * _LONGEST_POST])
        if said and rest.startswith(said):
            rest = rest[len(said) :].strip()
        elif said:
            rest = ""
        lines = [one for one in (said, rest) if one and not _INVITES.match(one)]
        if raw.strip() and lines:
            _replace(post, POST, lines)


def _write_preformatted(node: LexborNode) -> None:
    """Write preformatted text so that its blank lines part paragraphs, and its short lines stay lines."""
    raw = (node.text(deep=True) or "").replace("\r\n", "\n").strip("\n")
    if "\n" not in raw:
        return
    paragraphs = []
    for part in re.split(r"\n[ \t]*\n", raw):
        lines = [_SPACES.sub(" ", line).strip() for line in part.split("\n")]
        is_wrapped = max(map(len, lines)) >= _WRAPPED
        paragraphs.append((" " if is_wrapped else BREAK).join(line for line in lines if line))
    for number, text in enumerate(one for one in paragraphs if one):
        paragraph = node.parser.create_node("p")
        node.insert_before(paragraph)
        written = node.prev
        if written is not None:
            written.insert_child(text)
        if number > _MOST_ROWS:
            break
    node.decompose()


def _replace(node: LexborNode, mark: str, lines: list[str]) -> None:
    node.insert_before(node.parser.create_node("blockquote" if mark == POST else "pre"))
    written = node.prev
    if written is None:
        return
    written.insert_child(BREAK.join(lines))
    written.attrs[mark] = ""
    node.decompose()
