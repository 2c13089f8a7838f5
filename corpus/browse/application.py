"""The application: from a request to a page, as HTML or as JSON. What can go wrong becomes a page, too."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from corpus.browse import rendering
from corpus.browse.address import Address, Asked, read
from corpus.browse.page import Framed, Page, Wanted
from corpus.browse.safety import METHODS, Guard
from corpus.browse.searching import Indexing, Searches
from corpus.browse.views import (
    article,
    code,
    duplicates,
    export,
    front,
    original,
    quarantine,
    reference,
    releases,
    revisions,
    search,
    why,
)
from corpus.errors import CorpusError, MissingObjects, UsageError, Withdrawn
from corpus.search.index import IndexDamaged, TooManyWords
from corpus.snapshots.asof import prepare_days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from corpus.browse.opened import Opened
    from corpus.browse.safety import Keys
    from corpus.browse.streaming import Streamed
    from corpus.browse.versions import Versions

    View = Callable[[Wanted], Page | Framed | Streamed]

_LOG: Final = logging.getLogger("corpus.browse")
# Pages that are made at the same time: each may have some row groups in memory.
_TOGETHER: Final = 4
_HTML: Final = "text/html; charset=utf-8"
_JSON: Final = "application/json; charset=utf-8"
_WORDS: Final = {
    400: "This cannot be answered", 403: "Not for everybody", 404: "Not found", 405: "Reading only",
    410: "Withdrawn", 414: "Too long", 500: "Something went wrong here", 503: "Not at hand",
}  # fmt: skip


def _views() -> dict[str, View]:
    return {
        "": front.front,
        "search": search.search,
        "export": export.export,
        "code": code.code,
        "quarantine": quarantine.quarantine,
        "releases": releases.releases,
        "columns": reference.columns,
        "sources": reference.sources,
        "help": reference.guide,
    }


def _views_of_articles() -> dict[str, View]:
    return {
        "revisions": revisions.revisions,
        "duplicates": duplicates.duplicates,
        "why": why.why,
        "original": original.original,
    }


def view_of(segments: tuple[str, ...]) -> View | None:
    """Return the view that makes the page of a path; None if there is no such page."""
    match segments:
        case () | (_,):
            return _views().get("".join(segments))
        case ("article", _) | ("article", _, "revision", _):
            return article.article
        case ("article", _, "revision", _, "original"):
            return original.original
        case ("article", _, part):
            return _views_of_articles().get(part)
        case ("diff", *_):
            return releases.difference
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Pages:
    """Answers requests for pages of the versions of one repository."""

    versions: Versions
    searches: Searches

    def answer(self, asked: Asked) -> Response:
        """Return the page that a request asks for, or one that says why it cannot be shown."""
        opened: Opened | None = None
        try:
            opened = self.versions.open(asked.address.rev, asked.address.as_of)
            opened.ready, opened.index = self.searches.ready, self.searches.folder
            view = view_of(asked.segments)
            if view is None:
                raise UsageError("There is no such page.")  # noqa: TRY301 - a page like that of any other error
            return self._made(view, Wanted(asked, opened, self.versions, self.searches))
        except Indexing as error:
            page = Page("indexing.html.jinja", "Indexing", {"error": error}, {"error": str(error), "done": error.done,
                        "total": error.total}, status=503)  # fmt: skip
            return self._rendered(page, asked, opened, {"retry-after": "3"})
        except CorpusError as error:
            return self._problem(_status(error), str(error), asked, opened)
        except Exception:  # noqa: BLE001 - a page must come of everything, and the server goes on
            _LOG.exception("The page %s failed.", asked.here[:500])
            return self._problem(
                500, "The fault is ours. The terminal shows it; please report it. Other pages still work.", asked, None
            )

    def prepare(self) -> None:
        """Do what every first page of a kind would have to do: compile templates, and find what all past days need."""
        rendering.prepare()
        with suppress(CorpusError, OSError):
            opened = self.versions.open()
            # A day is searched in an index that is there, and what is found is kept beside it.
            if self.searches.ready(opened) is not None:
                prepare_days(opened.version, self.searches.folder)

    def _made(self, view: View, wanted: Wanted) -> Response:
        try:
            found = view(wanted)
        except IndexDamaged:
            self.searches.forget(wanted.opened)
            found = view(wanted)
        if isinstance(found, Page):
            return self._rendered(found, wanted.asked, wanted.opened)
        if isinstance(found, Framed):
            return Response(found.text, media_type=_HTML, headers={"content-security-policy": found.policy})
        disposition = f'attachment; filename="{found.name}"'
        return StreamingResponse(
            found.parts(), media_type=found.media_type, headers={"content-disposition": disposition}
        )

    def _problem(self, status: int, message: str, asked: Asked, opened: Opened | None) -> Response:
        try:
            return self._rendered(_problem_page(status, message), asked, opened)
        except CorpusError:
            # The version cannot even be named.
            return self._rendered(_problem_page(status, message), asked, None)

    @staticmethod
    def _rendered(
        page: Page, asked: Asked, opened: Opened | None, headers: Mapping[str, str] | None = None
    ) -> Response:
        if asked.as_json:
            return Response(rendering.as_json(page, opened), page.status, headers, _JSON)
        return Response(rendering.as_html(page, asked, opened), page.status, headers, _HTML)


def _status(error: CorpusError) -> int:
    if isinstance(error, Withdrawn):
        return 410
    if isinstance(error, TooManyWords):
        return 400
    if isinstance(error, UsageError):
        return 404
    return 503 if isinstance(error, MissingObjects) else 500


def _problem_page(status: int, message: str) -> Page:
    lines = message.split("\n")[:50]
    return Page("problem.html.jinja", _WORDS[status], {"lines": lines}, {"error": message[:5_000]}, status=status)


def refusal(status: int, message: str) -> Response:
    """Return a response that refuses a request, before anything of a version is read."""
    return Response(rendering.as_html(_problem_page(status, message), Asked(Address()), None), status, media_type=_HTML)


def application(versions: Versions, searches: Searches, keys: Keys, port: int) -> ASGIApp:
    """Return the application, protected.

    Args:
        versions: whose pages it has.
        searches: the searches in them.
        keys: who may read them.
        port: that it is served at on the loopback interface.
    """
    pages = Pages(versions, searches)
    limiter = anyio.CapacityLimiter(_TOGETHER)
    # The first page must not wait for what others need.
    is_prepared = False

    async def page(request: Request) -> Response:
        path = (request.scope.get("raw_path") or request.url.path.encode()).decode("latin-1").partition("?")[0]
        asked = read(path, request.scope["query_string"].decode("latin-1"))
        response = await anyio.to_thread.run_sync(pages.answer, asked, limiter=limiter)
        nonlocal is_prepared
        if not is_prepared:
            is_prepared = True
            threading.Thread(target=pages.prepare, daemon=True, name="prepare").start()
        if request.method == "HEAD" and isinstance(response, StreamingResponse):
            # The file would be made for nobody.
            return Response(headers=dict(response.headers))
        return response

    def style(_: Request) -> Response:
        return Response(rendering.style(), media_type="text/css; charset=utf-8")

    def icon(_: Request) -> Response:
        return Response(rendering.icon(), media_type="image/svg+xml")

    routes = [
        Route("/style.css", style, methods=list(METHODS)),
        Route("/icon.svg", icon, methods=list(METHODS)),
        Route("/{path:path}", page, methods=list(METHODS)),
    ]
    return Guard(Starlette(routes=routes), keys, port, refusal)
