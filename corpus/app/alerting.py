"""Send alerts when a problem begins and when it is over, once each and not with every run.

The addresses come from `alerts:` in collect.yaml, where `${NAME}` is a variable, and from CORPUS_ALERT_URLS, written
as apprise knows them, such as `mailto://…` or `slack://…`. Secrets belong in variables, never in a committed file.
"""

from __future__ import annotations

import json
import logging
import os
import re
import warnings
from typing import TYPE_CHECKING, Final

from corpus.errors import UsageError
from corpus.repo.files import write_text
from corpus.sources.web.place import folder_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

VARIABLE: Final = "CORPUS_ALERT_URLS"
_FILE: Final = "alerts.json"
_NAME: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MOST_BYTES: Final = 1_000_000
_SHOWN: Final = 30


def addresses(written: Sequence[str], environment: Mapping[str, str] | None = None) -> list[str]:
    """Return where alerts go, each address once.

    Args:
        written: `alerts` of collect.yaml.
        environment: variables; by default those of this process.

    Raises:
        UsageError: a variable that is named is not set.
    """
    known = os.environ if environment is None else environment
    missing = sorted({name for one in written for name in _NAME.findall(one) if not known.get(name)})
    if missing:
        raise UsageError(f"alerts in collect.yaml name {', '.join(missing)}, which the environment does not have.")
    found = [_NAME.sub(lambda match: known[match[1]], one) for one in written]
    return list(dict.fromkeys([*found, *known.get(VARIABLE, "").split()]))


def send(to: Sequence[str], title: str, body: str) -> bool:
    """Send a message to all addresses; returns whether all took it."""
    if not to:
        return True
    with warnings.catch_warnings():
        # It imports modules that Python is about to lose, where they are there.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        # It logs what it does. The caller reports once what failed.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        sender = apprise.Apprise()
        known = [sender.add(address) for address in to]
        return bool(sender.notify(title=title, body=body)) and all(known)


def report(root: Path, to: Sequence[str], problems: Mapping[str, str], about: Sequence[str]) -> tuple[int, bool]:
    """Send what has changed since the last report: problems that are new, and those that are over.

    Args:
        root: the repository.
        to: the addresses.
        problems: the problems that exist now: a key for each, as `failing:bbc`, and a text.
        about: the kinds of keys that were checked, as `failing`; other kinds are not changed.

    Returns:
        How many changes there were, and whether they were sent. The next report sends what was not sent.
    """
    before = _load(root)
    looked = {key: words for key, words in before.items() if key.partition(":")[0] in about}
    begun = {key: words for key, words in problems.items() if key not in looked}
    over = {key: words for key, words in looked.items() if key not in problems}
    if not begun and not over:
        return 0, True
    lines = [*begun.values(), *(f"Over: {words}" for words in over.values())]
    shown = [*lines[:_SHOWN], *([f"and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else [])]
    title = f"newscorpus {root.name}: {_counted(len(begun), len(over))}"
    sent = send(to, title, "\n".join(shown))
    if sent:
        rest = {key: words for key, words in before.items() if key not in looked}
        write_text(folder_of(root) / _FILE, json.dumps({**rest, **problems}, indent=1, sort_keys=True) + "\n")
    return len(begun) + len(over), sent


def _counted(begun: int, over: int) -> str:
    parts = [f"{begun} {'problem' if begun == 1 else 'problems'}"] if begun else []
    return ", ".join([*parts, *([f"{over} over"] if over else [])])


def _load(root: Path) -> dict[str, str]:
    try:
        with (folder_of(root) / _FILE).open("rb") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError):
        return {}
    return {str(key): str(words) for key, words in found.items()} if isinstance(found, dict) else {}
