"""Finds the text of an article by its paragraphs: the place with most prose, without what is not prose around it.

Parents are scored by the prose of their paragraphs; the best one is the article's container. Elements whose class or id
means related articles, a newsletter or comments do not count as prose, nor do paragraphs that are mostly links.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from corpus.formats.html import boxes, edges, ends, labels
from corpus.formats.html.blocks import HEADINGS, INSETS, MOST_LINKED, PROSE, SENTENCE_END, Piece, folded, read
from corpus.formats.html.heads import Head
from corpus.formats.html.weights import weigh

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corpus.formats.html.outline import Outline

# A part of the page with so much of its prose is not a box beside it, even if its name says so.
_TOO_MUCH: Final = 0.35
_MOST: Final = 0.85
# So much prose is an article by itself.
_ENOUGH_ALONE: Final = 600
_SHORT_ARTICLE: Final = 100
_LEAST_BEGINNING: Final = 120
_LEAST_LEAD: Final = 50
_LONGEST_LEAD: Final = 900
_LONGEST_HEADING: Final = 200
_LINKED_LEAD: Final = 0.3
_SAME_WORDS: Final = 0.6


@dataclass(slots=True)
class Body:
    """The text of an article in blocks.

    Attributes:
        blocks: its paragraphs, subheadings and lists.
        headings: the positions of those that are subheadings.
        is_own: whether the text comes from an element that the page marks as an article and that has the headline.
    """

    blocks: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    is_own: bool = False

    @property
    def text(self) -> str:
        """The blocks, separated by blank lines."""
        return "\n\n".join(self.blocks)


class Finder:
    """Finds the text in one page. It changes the tree: elements that are never text are removed."""

    def __init__(
        self,
        root: LexborNode,
        outline: Outline,
        title: str | None,
        description: str | None,
        authors: tuple[str, ...] = (),
    ) -> None:
        self._head = Head(title, authors)
        self._title = self._head.title
        self._description = folded(description or "")
        boxes.mark(outline)
        self._pieces, self._layout = read(root, outline)
        self._has_insets = any(piece.tag in INSETS for piece in self._pieces)
        self._is_own = False
        weights = weigh(self._pieces, self._layout)
        most = max(weights.masses.values(), default=0.0)
        heavy = {number for number, mass in weights.masses.items() if mass > most * _TOO_MUCH}
        # But readers may say more than the article, and other articles too.
        self._heavy = {
            number for number in heavy if not self._is_behind_text(self._layout.nodes[number], weights.before[number])
        }
        self._junk: dict[int, bool] = {}
        for piece in self._pieces:
            piece.junk = self._is_junk(piece.number)

    def find(self) -> Body:
        """Return the article's text; empty if the page has no article."""
        container = self._container()
        if container is None:
            return Body()
        inside = [piece for piece in self._pieces if self._layout.is_within(piece.number, container)]
        chosen = [piece for piece in inside if not piece.junk and (piece.linked <= MOST_LINKED or piece.is_sentence)]
        loose = sum(piece.weight for piece in chosen if piece.loose)
        if loose and loose * 2 < sum(piece.weight for piece in chosen if not piece.loose):
            # Where paragraphs are marked as such, other elements hold captions and boxes.
            chosen = [piece for piece in chosen if not piece.loose]
        # A heading above the text repeats the title or says where on the site we are; a list there sums the text up.
        first = next((piece.order for piece in chosen if _begins(piece)), chosen[0].order if chosen else 0)
        kept = ends.without_tail([piece for piece in chosen if piece.order >= first])
        if any(piece.tag == "table" for piece in self._pieces):
            orders = frozenset(piece.order for piece in chosen)
            headlines = frozenset(piece.order for piece in self._pieces[:first] if self._is_headline(piece))
            above = edges.before(self._pieces, first, container, headlines, self._layout)
            last = kept[-1].order if kept else first
            kept = [*above, *kept, *edges.behind(self._pieces, last, container, orders, self._layout)]
        found = self._assemble(self._leads(first), kept)
        found.is_own = self._is_own
        return found

    def _is_junk(self, number: int) -> bool:
        """Return whether an element, or one around it, is marked or named as something else than the text."""
        layout = self._layout
        trail: list[int] = []
        junk = False
        at = number
        while at >= 0 and layout.tags[at] not in {"body", "html"}:
            known = self._junk.get(at)
            if known is not None:
                junk = known
                break
            trail.append(at)
            if at not in self._heavy and boxes.is_box(
                layout.nodes[at], layout.tags[at], may_have_inset=self._has_insets
            ):
                junk = True
                break
            at = layout.parents[at]
        for one in trail:
            self._junk[one] = junk
        return junk

    def _is_behind_text(self, node: LexborNode, before: float) -> bool:
        """Return whether an element holds other articles or readers' comments, and follows an article's prose."""
        return before >= _ENOUGH_ALONE and boxes.is_of_others(node) and node.css_first("h1") is None

    def _container(self) -> int | None:
        layout = self._layout
        weights = weigh(self._pieces, layout)
        masses, scores = weights.masses, weights.scores
        if not scores:
            return None
        best = max(scores, key=lambda number: (scores[number], -masses[number]))
        own = self._own_article(masses)
        self._is_own = own is not None and layout.tags[own] == "article"
        if own is not None and not layout.is_within(best, own):
            # A longer article follows the one that was asked for, for readers who scroll on.
            inside = [number for number in scores if layout.is_within(number, own)]
            best = max(inside, key=lambda number: (scores[number], -masses[number]))
        scope = self._scope(best)
        # The text may go on beside: in a second column, after an inserted box, in one wrapper for each paragraph.
        while (above := layout.parents[best]) in masses and layout.tags[above] not in {"body", "html"}:
            part = scope is not None and masses[best] < masses[scope] * _MOST
            gain = masses[above] / masses[best]
            # Little more is a note beside the text, if it is not how it begins, before the wall.
            if (
                not part
                and gain != 1.0
                and not 1.05 <= gain <= 2.2
                and not self._begins_with_more(above, weights.first[best])
            ):
                break
            if best == scope:
                break
            best = above
        return best

    def _own_article(self, masses: dict[int, float]) -> int | None:
        """Return the element that the page marks as the article and that has the headline, if it has enough text."""
        for piece in self._pieces:
            if piece.tag not in {"h1", "h2"} or not self._title or folded(piece.text) != self._title:
                continue
            scope = self._scope(piece.number)
            if scope is None:
                continue
            # What is called an article may be short; a page's main part has other things in it as well.
            node = self._layout.nodes[scope]
            least = _ENOUGH_ALONE if node.tag == "main" or node.attributes.get("role") == "main" else _SHORT_ARTICLE
            if masses.get(scope, 0.0) >= least:
                return scope
        return None

    def _begins_with_more(self, above: int, first: int) -> bool:
        """Return whether the text begins with a paragraph of the element itself, before the part with most text."""
        for piece in self._pieces[:first]:
            if self._layout.parents[piece.number] == above and piece.tag == "p" and not piece.loose:
                return piece.weight >= _LEAST_BEGINNING
        return False

    def _scope(self, number: int) -> int | None:
        """Return the element around one, or itself, that the page marks as the article or as its main part."""
        layout = self._layout
        at = number
        while at >= 0 and layout.tags[at] not in {"body", "html"}:
            if layout.tags[at] in {"article", "main"}:
                return at
            attributes = layout.nodes[at].attributes
            if attributes.get("role") in {"main", "article"} or attributes.get("itemprop") == "articleBody":
                return at
            at = layout.parents[at]
        return None

    def _leads(self, first: int) -> list[Piece]:
        """Return the standfirst, if it is between the headline and the given first piece of the text."""
        headline = next((piece.order for piece in self._pieces[:first][::-1] if self._is_headline(piece)), None)
        above = self._pieces[headline + 1 : first] if headline is not None else []
        leads = [
            piece
            for piece in above
            if piece.tag not in {"li", "table"}
            and _LEAST_LEAD <= len(piece.text) <= _LONGEST_LEAD
            and piece.linked < _LINKED_LEAD
            and folded(piece.text) != self._title
            and not self._is_headline(piece)
            and not boxes.is_furniture(piece.text)
        ]
        # Boxes that lead to other articles are called as standfirsts are.
        nodes = self._layout.nodes
        leads = [piece for piece in leads if not piece.junk] or [
            piece for piece in leads if boxes.is_lead(nodes[piece.number])
        ]
        if leads:
            # A standfirst of several paragraphs has them in one box.
            box = self._layout.parents[leads[0].number]
            like = [piece for piece in leads if not piece.loose and self._layout.parents[piece.number] == box]
            return like if len(like) > 1 and sum(len(piece.text) for piece in like) < _LONGEST_LEAD else leads[:1]
        described = (piece for piece in self._pieces[:first] if self._is_description(piece.text))
        return [piece for piece in described if piece.tag != "h1"][:1]

    def _is_headline(self, piece: Piece) -> bool:
        """Return whether a piece shows the title, with or without a kicker before it."""
        if piece.tag == "h1":
            return True
        if piece.tag not in HEADINGS:
            return False
        words, title = set(folded(piece.text).split()), set(self._title.split())
        return len(words & title) > _SAME_WORDS * min(len(words), len(title))

    def _is_description(self, text: str) -> bool:
        line = folded(text)
        if len(line) < PROSE or len(self._description) < PROSE:
            return False
        return line.startswith(self._description[:80]) or self._description.startswith(line)

    def _assemble(self, leads: list[Piece], pieces: list[Piece]) -> Body:
        body = Body([piece.text for piece in leads])
        seen = set(body.blocks)
        repeated = ends.pulled(pieces)
        for number, piece in enumerate(pieces):
            if piece.tag == "table":
                if piece.text not in seen:
                    seen.add(piece.text)
                    body.blocks.append(piece.text)
                continue
            if "\n" in piece.text and len(body.blocks) == len(leads):
                piece.text = self._without_head(piece.text)
            if piece.tag == "h1" or self._head.has(piece.text):
                continue
            if piece.tag in HEADINGS:
                # A heading over nothing is a label of something that is gone.
                is_label = boxes.invites(piece.text) or labels.is_over_others(piece.text)
                if number + 1 < len(pieces) and len(piece.text) <= _LONGEST_HEADING and not is_label:
                    body.headings.append(len(body.blocks))
                    body.blocks.append(piece.text.replace("\n", " "))
                continue
            if (
                piece.order in repeated
                or (piece.text in seen and len(piece.text) >= PROSE)
                or boxes.is_furniture(piece.text)
            ):
                continue
            seen.add(piece.text)
            body.blocks.append(f"- {piece.text}" if piece.tag == "li" else piece.text)
        while body.headings and body.headings[-1] == len(body.blocks) - 1:
            body.headings.pop()
            body.blocks.pop()
        return body

    def _without_head(self, text: str) -> str:
        """Return lines without headline, byline and date above them, if only line breaks separate them."""
        lines = text.split("\n")
        while len(lines) > 1 and (self._head.has_beginning(lines[0]) or boxes.is_furniture(lines[0])):
            lines.pop(0)
        return "\n".join(lines)


def _begins(piece: Piece) -> bool:
    """Return whether a text may begin with a piece: a paragraph, not a byline, a date or a label."""
    if piece.tag != "p" or not (piece.size >= PROSE or piece.text.endswith(SENTENCE_END)):
        return False
    return not boxes.is_furniture(piece.text)
