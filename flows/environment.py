"""The environment of everything Prefect here: which server is used, where state is kept, and no noise on the screen.

Prefect reads its settings when it is imported, so this comes first and imports nothing of Prefect unless a file or a
profile of the user's may name a server.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import Any, Final

from corpus.errors import CorpusError, UsageError

QUIET: Final = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # Our own lines say what happened; Prefect's log would repeat it, with a traceback.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SHOW_UPDATE_NOTICES": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
API: Final = "PREFECT_API_URL"
AUTH: Final = "PREFECT_API_AUTH_STRING"
HOME: Final = "PREFECT_HOME"
PROFILE: Final = "PREFECT_PROFILE"
PROFILES: Final = "PREFECT_PROFILES_PATH"
# An empty value of these means the same as none; Prefect takes it for a value.
_MAY_BE_EMPTY: Final = (API, AUTH, HOME, PROFILE, PROFILES, "PREFECT_API_KEY", "PREFECT_API_SSL_CERT_FILE")


def prepare(root: Path) -> str | None:
    """Set what Prefect is to find; what the user has set is kept.

    Returns:
        The address of the user's own server, if PREFECT_API_URL, a profile or a settings file names one; else None.

    Raises:
        UsageError: PREFECT_PROFILE names no profile.
        CorpusError: the user's settings cannot be read, or no folder for Prefect's state can be written.
    """
    for name in _MAY_BE_EMPTY:
        if name in os.environ and not os.environ[name].strip():
            del os.environ[name]
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    users_home = _users_home()
    if users_home is not None and PROFILES not in os.environ and (users_home / "profiles.toml").is_file():
        os.environ[PROFILES] = str(users_home / "profiles.toml")
    os.environ[HOME] = str(_writable_home(root))
    return _address_of_users_server()


def isolate(address: str, secret: str) -> None:
    """Point all Prefect clients of this process and its children at a server of our own, and at nothing else."""
    home = Path(os.environ[HOME])
    os.environ.pop(PROFILE, None)
    os.environ.pop("PREFECT_API_KEY", None)
    os.environ.pop("PREFECT_CLIENT_CUSTOM_HEADERS", None)
    os.environ[PROFILES] = str(home / "profiles.toml")
    os.environ[API] = f"{address}/api"
    os.environ[AUTH] = secret
    # A proxy is for other machines.
    for name in ("NO_PROXY", "no_proxy"):
        known = [host for host in os.environ.get(name, "").split(",") if host.strip()]
        os.environ[name] = ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost", "::1"]))


def _users_home() -> Path | None:
    with suppress(RuntimeError, OSError):
        return Path(os.environ.get(HOME) or "~/.prefect").expanduser()
    return None


def _writable_home(root: Path) -> Path:
    """The folder for Prefect's state: the user's PREFECT_HOME if it can be written, else `.prefect` of the corpus."""
    given = os.environ.get(HOME)
    if given:
        try:
            return _made(Path(given).expanduser())
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or error
            print(f"{HOME} {given} cannot be written ({reason}); using {root / '.prefect'}.", file=sys.stderr)
    try:
        home = _made(root / ".prefect")
        home.chmod(0o700)
    except OSError as error:
        raise CorpusError(
            f"{root / '.prefect'}, where Prefect keeps its state, cannot be written: {error.strerror}. "
            f"Mend that, or name another folder in {HOME}."
        ) from None
    return home


def _made(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Permission bits do not tell all: a file system may be read-only, or the user may be root.
    probe = home / f".writable.{os.getpid()}"
    try:
        probe.touch(mode=0o600)
    finally:
        with suppress(OSError):
            probe.unlink()
    return home


def settings_fault(error: BaseException) -> CorpusError | None:
    """Return the error to show where Prefect refuses a setting as it is imported; None for any other error."""
    if type(error).__module__.partition(".")[0] not in {"pydantic_core", "pydantic_settings"}:
        return None
    details: list[dict[str, Any]] = getattr(error, "errors", list)()
    # What depends on a setting that is refused fails too.
    first = next((one for one in details if one.get("type") != "default_factory_not_called"), None)
    if first is None:
        return CorpusError(f"Prefect cannot read your settings: {first_line(error)}")
    name = ".".join(map(str, first["loc"]))
    return CorpusError(
        f"Prefect cannot read your settings: {name} is {first.get('input')!r}: {first['msg']}. "
        "Correct or unset it (a variable PREFECT_…, or a line of your profile) and run again."
    )


def _address_of_users_server() -> str | None:
    if API in os.environ:
        return os.environ[API].strip()
    if not _may_be_configured():
        return None
    profile = os.environ.get(PROFILE)
    try:
        # It warns of what is an error here.
        with redirect_stderr(io.StringIO()):
            from prefect.settings import get_current_settings, load_profiles

            url = get_current_settings().api.url
            known = sorted(load_profiles()) if profile else []
    except (Exception, SystemExit) as error:  # noqa: BLE001 - pydantic, tomllib, Prefect: it is one line
        raise CorpusError(f"Prefect cannot read your settings: {first_line(error)}") from None
    if profile and profile not in known:
        raise UsageError(f"{PROFILE} names {profile!r}, which is not a profile. There are: {', '.join(known)}.")
    return url.strip() or None if url else None


def _may_be_configured() -> bool:
    """Whether a profile or a settings file may name a server; importing Prefect to find out takes a second or two."""
    if PROFILE in os.environ or PROFILES in os.environ or Path("prefect.toml").exists():
        return True
    for name, mark in ((".env", b"PREFECT_"), ("pyproject.toml", b"[tool.prefect")):
        with suppress(OSError):
            if mark in Path(name).read_bytes():
                return True
    return False


def first_line(error: BaseException) -> str:
    """The first line of an error's message, or its kind if it has none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def private(path: str, flags: int) -> int:
    """Open a file that only this user may read and write; an opener for `open`."""
    return os.open(path, flags, 0o600)
