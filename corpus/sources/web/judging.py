"""Judge the answer for a page: one outcome, and a document if it has new content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from corpus.formats.mediatypes import media_type
from corpus.rights import signals_of_headers
from corpus.sources.web import permitting, words
from corpus.sources.web.asking import outcome_of
from corpus.sources.web.outcomes import Observation, Outcome, Via
from corpus.sources.web.robots import origin_of
from corpus.sources.web.spool import Capture, Row
from corpus.sources.web.wire import Failed

if TYPE_CHECKING:
    from corpus.rights import Signal
    from corpus.sources.web.asking import Reply
    from corpus.sources.web.collecting import Source
    from corpus.sources.web.schedule import Page
    from corpus.sources.web.wire import Answer

_HTML: Final = "text/html"
# media type: a name that says so, as for WARCs.
_WANTED: Final = {_HTML: "page.html", "application/xhtml+xml": "page.xhtml", "text/plain": "page.txt"}
_UNSURE: Final = frozenset({"", "application/octet-stream", "unknown/unknown", "application/unknown"})
_LOGIN: Final = re.compile(
    r"(?:^|[/_.-])(?:log-?in|sign-?in|anmelden|anmeldung|login|signon|sso|oauth2?|auth|subscribe|subscription|abonnement|"
    r"abonnieren|s-abonner|connexion|paywall|konto|account/(?:login|register)|register|registration)(?:$|[/_.?-])",
    re.IGNORECASE,
)
_PASSWORD: Final = re.compile(rb"<input\b[^<>]{0,500}\btype\s{0,9}=\s{0,9}[\"']?password\b", re.IGNORECASE)
_TAGS: Final = re.compile(rb"<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>?", re.DOTALL | re.IGNORECASE)
# The page is not to be had, and asking again soon would not help: what a feed gave of it is taken.
FINAL: Final = frozenset({
    Outcome.ROBOTS, Outcome.GONE_404, Outcome.GONE_410, Outcome.HTTP_4XX, Outcome.LOGIN_WALL,
    Outcome.NOT_HTML, Outcome.TOO_LARGE, Outcome.BOMB, Outcome.REDIRECTS, Outcome.BLOCKED_ADDRESS,
})  # fmt: skip
_MIDNIGHT: Final = time(0)
# A page with a field for a password and fewer words than this is a form, not an article with one.
_FEW_WORDS: Final = 120


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged answer: its observation, and its document if it has one."""

    row: Row

    @property
    def seen(self) -> Observation:
        """Return the observation."""
        return self.row.observation


def judge(reply: Reply, page: Page, known: Page | None, source: Source, *, validated: bool) -> Judged:
    """Return the judgement of the answer for a page.

    Args:
        reply: the answer, after redirects.
        page: what is known of the requested address.
        known: what is known of the address that answered, if that is another one.
        source: the source that named it.
        validated: whether the request had validators. Without them a 304 is not believed.
    """
    result = reply.result
    before = known if known is not None and known.sha256 else page
    if isinstance(result, Failed):
        return _only(reply, source, result.outcome)
    if result.status == 304:
        if not validated:
            return _only(reply, source, Outcome.HTTP_4XX, detail="answered 304 to a request without validators")
        return _only(reply, source, Outcome.UNCHANGED_304, sha256=before.sha256, words_sha256=before.words_sha256)
    if not 200 <= result.status < 300:
        return _only(reply, source, outcome_of(result.status))
    kind = _kind(result)
    if kind is None or not result.body.strip():
        named = result.header("content-type") or "no content type"
        detail = f"{named[:100]}, {len(result.body):,} bytes"
        return _only(reply, source, Outcome.NOT_HTML, detail=detail, size=len(result.body))
    if wall := _login_wall(reply, result.body):
        return _only(reply, source, Outcome.LOGIN_WALL, detail=wall, size=len(result.body))
    signals = reply.declared.signals(reply.final_url) if reply.declared else ()
    if source.rights:
        every = (
            *permitting.signals_of_page(result.body, kind, reply.final_url),
            *signals_of_headers(result.headers),
            *signals,
        )
        if why := permitting.refusal(source.rights, every, reply.final_url, is_complete=True):
            return _only(reply, source, Outcome.RIGHTS_REFUSED, detail=why, size=len(result.body))
    sha256, words_sha256 = hashlib.sha256(result.body).hexdigest(), words.digest(result.body)
    facts = {"sha256": sha256, "words_sha256": words_sha256, "size": len(result.body), "media_type": kind}
    if before.sha256 == sha256:
        return _only(reply, source, Outcome.UNCHANGED_BYTES, **facts)
    if before.sha256 is not None and before.words_sha256 == words_sha256:
        seen = reply.observed(source.name, Via.PAGE, Outcome.UNCHANGED_TEXT, **facts)
        if source.keep.value != "all":
            return Judged(Row(seen))
        return Judged(Row(seen, _capture(reply, page, source, kind, signals), result.body))
    outcome = Outcome.NEW if before.sha256 is None else Outcome.CHANGED
    seen = reply.observed(source.name, Via.PAGE, outcome, **facts)
    return Judged(Row(seen, _capture(reply, page, source, kind, signals), result.body))


def judge_entry(page: Page, source: Source, reply: Reply) -> Judged | None:
    """Return the full text of a page in a feed as a document; None without a full text.

    Args:
        page: what is known of the page.
        source: the feed.
        reply: the answer with the feed, or the answer for the page, which was not available.
    """
    if page.content is None:
        return None
    sha256 = hashlib.sha256(page.content).hexdigest()
    if page.sha256 == sha256:
        return None
    outcome = Outcome.NEW if page.sha256 is None else Outcome.CHANGED
    seen = Observation(
        source.name, Via.ENTRY, page.url, reply.at, outcome, sha256=sha256, words_sha256=sha256,
        size=len(page.content), media_type="application/json",
    )  # fmt: skip
    is_same_site = reply.declared is not None and origin_of(reply.final_url) == origin_of(page.url)
    signals = reply.declared.signals(page.url) if reply.declared and is_same_site else ()
    if source.rights and permitting.refusal(source.rights, signals, page.url, is_complete=True):
        return None
    capture = Capture(page.url, "application/json", (), _published(page), source.publisher, source.licence, signals)
    return Judged(Row(seen, capture, page.content))


def _only(reply: Reply, source: Source, outcome: Outcome, **more: object) -> Judged:
    return Judged(Row(reply.observed(source.name, Via.PAGE, outcome, **more)))


def _capture(reply: Reply, page: Page, source: Source, kind: str, signals: tuple[Signal, ...]) -> Capture:
    result: Answer = reply.result  # type: ignore[assignment]
    return Capture(reply.final_url, kind, result.headers, _published(page), source.publisher, source.licence, signals)


def _published(page: Page) -> str | None:
    """Return when a page was published according to its source; a day if it gives no time."""
    at = page.appeared
    if at is None:
        return None
    return f"{at:%Y-%m-%d}" if at.time() == _MIDNIGHT else at.isoformat(timespec="seconds")


def _kind(answer: Answer) -> str | None:
    """Return the media type of a page; None if it is neither HTML nor text."""
    named = (answer.header("content-type") or "").partition(";")[0].partition(",")[0].strip(" \t\"'").lower()
    if named not in _WANTED and named not in _UNSURE:
        return None
    kind = media_type(_WANTED.get(named, "page.txt"), answer.body[:4_096])
    if named not in _WANTED:
        return kind if kind == _HTML else None
    return kind if kind in _WANTED else None


def _login_wall(reply: Reply, body: bytes) -> str | None:
    """Return why an answer is a login or payment page and not the article; None if it seems to be the article."""
    final = urlsplit(reply.final_url)
    if (
        reply.redirects
        and _LOGIN.search(f"{final.path}?{final.query}"[:500])
        and not _LOGIN.search(urlsplit(reply.url).path[:500])
    ):
        return f"redirected to {reply.final_url[:200]}"
    if _PASSWORD.search(body) and len(_TAGS.sub(b" ", body).split()) < _FEW_WORDS:
        return "a form that asks for a password, and hardly any text"
    return None
