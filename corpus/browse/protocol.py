"""HTTP as the server speaks it: what uvicorn answers by itself has the headers that protect the pages, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import h11
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from corpus.browse.safety import HEADERS

if TYPE_CHECKING:
    import asyncio

# Connections at the same time; a browser opens six.
MOST_CONNECTIONS: Final = 100
# So many more get an answer that there are too many; further ones get none.
_REFUSED: Final = 100
_CLOSE: Final = {**HEADERS, "connection": "close"}
_NO_ANSWER_YET: Final = (h11.IDLE, h11.SEND_RESPONSE)


class Protocol(H11Protocol):
    """One connection. Requests that are not HTTP get 400, those on a connection too many 503, both without content."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; refuse it if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self.app = _refuse
        if len(self.connections) > MOST_CONNECTIONS + _REFUSED:
            transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, and close; only close if a request before it is still being answered."""
        del msg
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if not is_answering and self.conn.our_state in _NO_ANSWER_YET:
            headers = [(name.encode(), value.encode()) for name, value in _CLOSE.items()]
            headers.append((b"content-length", b"0"))
            refused = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            for event in (refused, h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    await Response(status_code=503, headers={**_CLOSE, "retry-after": "2"})(scope, receive, send)
