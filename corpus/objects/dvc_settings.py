"""Give the DVC processes that we start only those settings of the user that say where data are kept.

DVC merges four files: the system's, the user's (`~/.config/dvc/config`), the repository's and its local one. The last
two belong to the corpus and are not changed. From the first two only the remotes and the place of the cache are used.
Settings that would change a build are left out: links instead of copies, staging in git, usage data, state folders.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = ".dvc/tmp/corpus/dvc"
_KEPT: Final = {"core": ("remote", "checksum_jobs"), "cache": ("dir", "shared", "slow_link_warning")}
# We say what is committed. Without git DVC stages nothing, and no setting of git's can stop it.
_OURS: Final = {"no_scm": "true", "autostage": "false", "analytics": "false", "check_update": "false"}


def personal_files() -> list[Path]:
    """Return the system's and the user's DVC settings files, in the order in which DVC reads them, if they exist."""
    from dvc import dirs

    return [
        path
        for folder in (dirs.system_config_dir(), dirs.global_config_dir())
        if (path := Path(folder) / "config").is_file()
    ]


def prepare(root: Path) -> dict[str, str]:
    """Write the settings that DVC processes of ours get instead of the system's and the user's.

    Args:
        root: the repository.

    Returns:
        The variables that lead DVC to them.

    Raises:
        CorpusError: the user's settings cannot be read.
    """
    from configobj import ConfigObj

    settings = kept(personal_settings())
    folder = root / FOLDER
    config = ConfigObj(encoding="utf-8", interpolation=False)
    config["core"] = {**settings["core"], **_OURS}
    config["cache"] = settings["cache"]
    for name, one in settings["remote"].items():
        config[f'remote "{name}"'] = one
    _write(folder / "user" / "config", b"\n".join(config.write()) + b"\n")
    (folder / "system").mkdir(parents=True, exist_ok=True)
    return {"DVC_GLOBAL_CONFIG_DIR": str(folder / "user"), "DVC_SYSTEM_CONFIG_DIR": str(folder / "system")}


def personal_settings() -> dict[str, dict[str, Any]]:
    """Return the system's and the user's DVC settings, merged, with absolute paths; empty without any.

    Raises:
        CorpusError: they cannot be read.
    """
    files = personal_files()
    if not files:
        return {}
    from dvc.config import Config, ConfigError, merge

    merged: dict[str, dict[str, Any]] = {}
    for path in files:
        try:
            # `_load_paths` makes paths absolute that are relative to the file.
            merge(merged, Config._load_paths(Config.load_file(str(path)), str(path)))  # noqa: SLF001
        except (ConfigError, OSError) as error:
            raise CorpusError(f"Your DVC settings in {path} cannot be read: {' '.join(str(error).split())}") from None
    return merged


def kept(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the part of a user's settings for our DVC processes, always with core, cache and remote."""
    found: dict[str, dict[str, Any]] = {
        section: {name: settings.get(section, {})[name] for name in names if name in settings.get(section, {})}
        for section, names in _KEPT.items()
    }
    found["remote"] = {name: dict(one) for name, one in settings.get("remote", {}).items()}
    return found


def left_out(settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of a user's settings that are not used for our DVC processes, as `cache.type`."""
    return sorted(
        f"{section}.{name}"
        for section, values in settings.items()
        if section not in {"remote", "db", "machine"}
        for name in values
        if name not in _KEPT.get(section, ())
    )


def of_repository(root: Path) -> Any:
    """Return the settings of a repository, merged with the user's and the system's, as DVC reads them.

    Raises:
        CorpusError: they cannot be read.
    """
    from dvc.config import Config, ConfigError

    try:
        return Config(str(root / ".dvc"))
    except ConfigError as error:
        raise CorpusError(f"DVC's settings cannot be read: {' '.join(str(error).split())}") from error


def opened(root: Path) -> Any:
    """Return DVC's own view of a repository, as a context manager, for tasks without a DVC command. It never calls git.

    Raises:
        DvcException: the folder is not a DVC repository, or its settings have a fault.
    """
    from dvc.repo import Repo

    return Repo(str(root), config={"core": {"no_scm": True, "autostage": False}})


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner only, because remotes may have passwords. A file with this text is not written."""
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
