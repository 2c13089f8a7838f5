"""The user's own Prefect server: that it answers, and that we may use it, is made sure before anything is done."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from corpus.errors import CorpusError, UsageError
from flows.environment import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS: Final = 10.0
_HINT: Final = "Unset PREFECT_API_URL (or leave the profile that names it) to use a server of the corpus's own."


def shown(address: str) -> str:
    """An address without credentials in it."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def require_server(address: str, *, retries: int = 0) -> None:
    """Make sure that a Prefect server answers at an address with the user's credentials and TLS settings.

    Args:
        address: of its API.
        retries: how often a request is sent again that a busy server could not answer.

    Raises:
        UsageError: the address is not an address.
        CorpusError: nothing answers there, it refuses us, or it is not a Prefect server that we can use.
    """
    _check_form(address)
    try:
        _ask(retries)
    except CorpusError as error:
        raise CorpusError(f"The Prefect server at {shown(address)} cannot be used: {error}. {_HINT}") from None
    except Exception as error:  # noqa: BLE001 - httpx, ssl, pydantic, Prefect: any error becomes one line
        raise CorpusError(f"The Prefect server at {shown(address)} cannot be used: {reason(error)}. {_HINT}") from None


def _check_form(address: str) -> None:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        port = parts.port
    except ValueError:
        usable, port = False, None
    if not usable or port == 0 or any(character.isspace() for character in address):
        raise UsageError(
            f"PREFECT_API_URL {shown(address) if usable else address!r} is not the address of a server. "
            "Write it as http://HOST:PORT/api or https://HOST/api."
        )


def _ask(retries: int) -> None:
    from prefect.client.base import ServerType
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, get_current_settings, temporary_settings

    settings = get_current_settings().api
    if settings.ssl_cert_file and not settings.tls_insecure_skip_verify:
        _check_certificates(settings.ssl_cert_file)
    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: retries}),
        get_client(sync_client=True, httpx_settings={"timeout": _SECONDS}) as client,
    ):
        if client.server_type != ServerType.CLOUD:
            _check_version(client.api_version(), client.client_version())
        # Needs the user's credentials, and an answer that only Prefect gives.
        client.read_flows(limit=1)


def _check_certificates(path: str) -> None:
    """Raise CorpusError unless a file holds certificates to trust: the error of a request would not name it."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        why = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise CorpusError(f"the certificates to trust cannot be read from {path} ({why})") from None


def _check_version(found: object, ours: str) -> None:
    from packaging.version import InvalidVersion, Version

    try:
        theirs = Version(str(found))
    except InvalidVersion:
        raise CorpusError("what answers there is not a Prefect server") from None
    if theirs.release[:2] != Version(ours).release[:2] and theirs.major < Version(ours).major:
        raise CorpusError(f"its API has version {theirs}, too old for ours, {ours}; upgrade that server")


def reason(error: BaseException) -> str:
    """Why a request failed, in a few words."""
    import httpx

    for one in _chain(error):
        if isinstance(one, httpx.HTTPStatusError):
            return _status(one.response.status_code)
        if isinstance(one, ssl.SSLError):
            return _tls(one)
        if isinstance(one, socket.gaierror):
            return f"its host name cannot be resolved ({one.strerror})"
        if isinstance(one, httpx.TimeoutException):
            return "it did not answer in time"
        if isinstance(one, httpx.ConnectError) and one.__cause__ is None and one.__context__ is None:
            return f"nothing answers there ({first_line(one)})"
        if isinstance(one, ConnectionResetError):
            return "what answers there is not a Prefect server (it closes the connection)"
        if isinstance(one, ConnectionError):
            return f"nothing answers there ({one.strerror})"
    if isinstance(error, (ValueError, TypeError, KeyError, httpx.TransportError)):
        return "what answers there is not a Prefect server"
    return first_line(error).rstrip(".")


def _tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its TLS certificate is not trusted ({error.verify_message}); see PREFECT_API_SSL_CERT_FILE"
    return f"TLS failed ({error.reason or error}); is it http:// instead of https://?"


def _status(code: int) -> str:
    if code in {401, 403, 407}:
        return f"it refuses us (HTTP {code}); set PREFECT_API_AUTH_STRING or PREFECT_API_KEY"
    if code >= 500:
        return f"it answers with an error (HTTP {code})"
    return f"what answers there is not a Prefect server (HTTP {code}); its address usually ends in /api"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(20):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
