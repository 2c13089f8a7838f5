"""The text of an article, found by its paragraphs: where most of the prose stands, what around it is none.

Parents are scored by the prose of their paragraphs; the best one is the article's container. What class and id names
call related, newsletter, comment and the like is no prose, nor are paragraphs that are mostly links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from corpus.formats.html import boxes
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# Never text: markup, widgets, navigation.
_STRIPPED: Final = (
    "script", "style", "noscript", "template", "svg", "iframe", "nav", "button", "select", "option", "textarea",
    "video", "audio", "picture", "object", "embed", "canvas", "dialog", "figcaption", "footer", "form",
    "amp-ad", "amp-iframe", "ins", "img", "input", "label", "map", "meta", "link",
)  # fmt: skip
_BLOCKS: Final = "h1,p,h2,h3,h4,h5,h6,li,blockquote,pre,dd,dt,div,section,article,td,center"
_LOOSE: Final = frozenset({"div", "section", "article", "td", "center"})
_CONTAINERS: Final = frozenset({"li", "blockquote", "dd", "dt", *_LOOSE})
_HEADINGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})
_INNER: Final = frozenset(
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "blockquote", "div", "section", "article",
        "table", "tbody", "tr", "td", "main", "header", "aside", "center",
    }
)  # fmt: skip
_BREAK: Final = "\u2028"
_BLANK_LINES: Final = re.compile(r"\n{3,}")
# Below this a line is a label rather than prose.
_PROSE: Final = 40
_LOOSE_PROSE: Final = 60
# A part of the page with so much of its prose is no box beside it, whatever it is called.
_TOO_MUCH: Final = 0.35
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_LINKED: Final = 0.5
_MOST: Final = 0.85
_LEAST_LEAD: Final = 50
_MOST_BLOCKS: Final = 20_000
_LONGEST_LEAD: Final = 900
_LINKED_LEAD: Final = 0.3
_SENTENCE_END: Final = (".", "!", "?", "…", "。", "！", "？", '"', "”", "“", "»", "’", "'", ")", "」", "।")
_DECAY: Final = (1.0, 0.6, 0.35, 0.2)


@dataclass(slots=True)
class Piece:
    """A block of a page: its text as one or more lines, and where it stands."""

    node: LexborNode
    tag: str
    text: str
    linked: float
    loose: bool
    junk: bool
    order: int

    @property
    def is_sentence(self) -> bool:
        """Whether it reads like one, as headlines of other articles do not."""
        return self.tag == "p" and len(self.text) >= 2 * _PROSE and self.text.endswith((".", ".”", '."', "。"))

    @property
    def weight(self) -> float:
        """How much prose it is, in characters; a character of Chinese or Japanese says as much as three others."""
        size = len(self.text)
        if self.junk or self.tag in _HEADINGS or self.tag == "h1" or self.linked > _MOST_LINKED:
            return 0.0
        if _CJK.search(self.text):
            size *= 3
        return float(size) if size >= _PROSE else size * 0.2


@dataclass(slots=True)
class Body:
    """The text of an article in blocks; `headings` are the positions of those that are subheadings."""

    blocks: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The blocks, apart by one blank line."""
        return "\n\n".join(self.blocks)


class Finder:
    """Finds the text in one page. Changes the tree: what is never text is taken out."""

    def __init__(self, root: LexborNode, title: str | None, description: str | None) -> None:
        self._root = root
        self._title = _folded(title or "")
        self._description = _folded(description or "")
        self._junk: dict[int, bool] = dict.fromkeys(boxes.sign_ups(root), True)
        root.strip_tags(list(_STRIPPED))
        for node in root.css("br,hr"):
            node.replace_with(_BREAK)
        self._pieces = self._read()
        self._masses, _, _ = self._weighed()
        whole = max(self._masses.values(), default=0.0)
        self._heavy = {mem_id for mem_id, mass in self._masses.items() if mass > whole * _TOO_MUCH}
        for piece in self._pieces:
            piece.junk = self._is_junk(piece.node)

    def find(self) -> Body:
        """The article's text; empty where there is none."""
        container = self._container()
        if container is None:
            return Body()
        inside = [piece for piece in self._pieces if self._stands_in(piece.node, container)]
        chosen = [piece for piece in inside if not piece.junk and (piece.linked <= _MOST_LINKED or piece.is_sentence)]
        loose = sum(piece.weight for piece in chosen if piece.loose)
        if loose and loose * 2 < sum(piece.weight for piece in chosen if not piece.loose):
            # Where paragraphs are marked as such, other elements hold captions and boxes.
            chosen = [piece for piece in chosen if not piece.loose]
        return self._assemble([*self._leads(chosen), *_without_tail(chosen)])

    def _read(self) -> list[Piece]:
        pieces: list[Piece] = []
        for node in self._root.css(_BLOCKS)[:_MOST_BLOCKS]:
            tag = node.tag or ""
            if tag in _CONTAINERS and any(child.tag in _INNER for child in node.iter()):
                continue
            # Pages that keep their text in other elements, apart by line breaks or one each.
            self._add(pieces, node, "p" if tag in _LOOSE else tag, least=_LOOSE_PROSE if tag in _LOOSE else 1)
        return pieces

    @staticmethod
    def _add(pieces: list[Piece], node: LexborNode, tag: str, *, least: int) -> None:
        text = _lines(node.text(deep=True))
        if len(text) < least:
            return
        linked = sum(len(one_line(link.text(deep=True))) for link in node.css("a")) / len(text)
        pieces.append(Piece(node, tag, text, linked, least > 1, False, len(pieces)))

    def _is_junk(self, node: LexborNode) -> bool:
        """Whether the node, or anything it stands in, is named as what is no text of the article."""
        trail: list[int] = []
        junk = False
        at: LexborNode | None = node
        while at is not None and at.tag not in {"body", "html", "-undef"}:
            known = self._junk.get(at.mem_id)
            if known is not None:
                junk = known
                break
            trail.append(at.mem_id)
            if at.mem_id not in self._heavy and boxes.is_named_so(at):
                junk = True
                break
            at = at.parent
        for mem_id in trail:
            self._junk[mem_id] = junk
        return junk

    def _weighed(self) -> tuple[dict[int, float], dict[int, float], dict[int, LexborNode]]:
        """How much prose stands in each element, how much near it, and the elements."""
        masses: dict[int, float] = {}
        scores: dict[int, float] = {}
        found: dict[int, LexborNode] = {}
        for piece in self._pieces:
            weight = piece.weight
            if not weight:
                continue
            at = piece.node.parent
            level = 0
            while at is not None and at.tag not in {"html", "-undef"}:
                mem_id = at.mem_id
                found[mem_id] = at
                masses[mem_id] = masses.get(mem_id, 0.0) + weight
                if level < len(_DECAY):
                    scores[mem_id] = scores.get(mem_id, 0.0) + weight * _DECAY[level]
                level += 1
                at = at.parent
        return masses, scores, found

    def _container(self) -> LexborNode | None:
        masses, scores, found = self._weighed()
        if not scores:
            return None
        best = found[max(scores, key=lambda mem_id: (scores[mem_id], -masses[mem_id]))]
        scope = self._scope(best)
        # The text may go on beside: in a second column, after an inserted box, in one wrapper for each paragraph.
        while (above := best.parent) is not None and above.mem_id in masses and above.tag not in {"body", "html"}:
            inside = scope is not None and masses[best.mem_id] < masses[scope.mem_id] * _MOST
            gain = masses[above.mem_id] / masses[best.mem_id]
            if not inside and gain != 1.0 and not 1.05 <= gain <= 2.2:
                break
            if scope is not None and best.mem_id == scope.mem_id:
                break
            best = above
        return best

    @staticmethod
    def _scope(node: LexborNode) -> LexborNode | None:
        """The element around it that the page calls the article, or its main part."""
        at: LexborNode | None = node
        while at is not None and at.tag not in {"body", "html", "-undef"}:
            attributes = at.attributes
            if at.tag in {"article", "main"} or attributes.get("role") in {"main", "article"}:
                return at
            if attributes.get("itemprop") == "articleBody":
                return at
            at = at.parent
        return None

    def _stands_in(self, node: LexborNode, container: LexborNode) -> bool:
        at: LexborNode | None = node
        while at is not None:
            if at.mem_id == container.mem_id:
                return True
            at = at.parent
        return False

    def _leads(self, chosen: list[Piece]) -> list[Piece]:
        """The standfirst, if it stands between the headline and the text rather than in it."""
        first = chosen[0].order if chosen else 0
        tops = [piece.order for piece in self._pieces[:first] if piece.tag == "h1"]
        above = self._pieces[tops[-1] + 1 : first] if tops else []
        leads = [
            piece
            for piece in above
            if not piece.junk
            and len(piece.text) >= _LEAST_LEAD
            and piece.linked < _LINKED_LEAD
            and _folded(piece.text) != self._title
            and not boxes.is_furniture(piece.text)
        ]
        if leads:
            return leads[:2] if sum(len(piece.text) for piece in leads[:2]) < _LONGEST_LEAD else leads[:1]
        described = (piece for piece in self._pieces[:first] if self._is_description(piece.text))
        return [piece for piece in described if piece.tag != "h1"][:1]

    def _is_description(self, text: str) -> bool:
        folded = _folded(text)
        if len(folded) < _PROSE or len(self._description) < _PROSE:
            return False
        return folded.startswith(self._description[:80]) or self._description.startswith(folded)

    def _assemble(self, pieces: list[Piece]) -> Body:
        body = Body()
        seen: set[str] = set()
        # A heading above the text repeats the title or says where on the site we are; a list there sums the text up.
        first = next((number for number, piece in enumerate(pieces) if piece.tag == "p"), 0)
        pieces = [
            piece
            for number, piece in enumerate(pieces)
            if number >= first or (piece.tag in _HEADINGS and len(piece.text) >= 2 * _LEAST_LEAD)
        ]
        for number, piece in enumerate(pieces):
            if piece.tag == "h1":
                continue
            if piece.tag in _HEADINGS:
                after = next((p for p in pieces[number + 1 :]), None)
                # A heading over nothing, or over another, is a label of something that is gone.
                if after is None or _folded(piece.text) == self._title or len(piece.text) > 200:
                    continue
                body.headings.append(len(body.blocks))
                body.blocks.append(piece.text.replace("\n", " "))
                continue
            if piece.text in seen and len(piece.text) >= _PROSE:
                continue
            seen.add(piece.text)
            if boxes.is_furniture(piece.text) or _folded(piece.text) == self._title:
                continue
            body.blocks.append(f"- {piece.text}" if piece.tag == "li" else piece.text)
        while body.headings and body.headings[-1] == len(body.blocks) - 1:
            body.headings.pop()
            body.blocks.pop()
        return body


def _without_tail(pieces: list[Piece]) -> list[Piece]:
    """Without the labels and links that follow the last paragraph."""
    end = len(pieces)
    while end > 1:
        last = pieces[end - 1]
        if (
            last.tag not in _HEADINGS
            and (len(last.text) >= _PROSE or last.text.endswith(_SENTENCE_END))
            and last.linked < _LINKED_LEAD
        ):
            break
        end -= 1
    return pieces[:end] if end > 1 else pieces


def _lines(raw: str | None) -> str:
    if not raw:
        return ""
    if _BREAK in raw:
        # One break ends a line, two or more end a paragraph.
        text = "\n".join(one_line(part) for part in raw.split(_BREAK)).strip("\n")
        return _BLANK_LINES.sub("\n\n", text)
    return one_line(raw)


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()
