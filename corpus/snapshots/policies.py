"""Find the policy of rights for a version: the requested one, or the one that its params.yaml declares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from corpus import settings
from corpus.errors import UsageError
from corpus.rights.policy import COLUMNS, Policy
from schemas.rights import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence


class Readable(Protocol):
    """What this module needs of a version: its name, its small files, and the columns of its articles."""

    name: str

    def text(self, path: str) -> str | None:
        """Return a small text file of the version; None if it has none."""
        ...

    def columns(self, asked: Sequence[str] | None = None, table: str = "articles") -> list[str]:
        """Return the columns of a table."""
        ...


def declared_policy(version: Readable) -> Policy:
    """Return the policy that params.yaml of a version declares under `rights`.

    Raises:
        SettingsError: the section has unknown keys or bad values.
    """
    rights = settings.rights_of((version.text(settings.PARAMS) or "").encode(), Path(settings.PARAMS))
    return Policy(rights.purpose, tuple(rights.exclude), rights.unknown)


def policy_of(version: Readable, asked: str | Policy) -> Policy:
    """Return a policy of rights for a version.

    Args:
        version: a version with columns of rights.
        asked: a policy; or a purpose, to which `exclude` and `unknown` in params.yaml apply.

    Raises:
        UsageError: there is no such purpose, or the version has no columns of rights.
    """
    policy = asked
    if not isinstance(policy, Policy):
        try:
            purpose = Purpose(policy)
        except ValueError:
            raise UsageError(f"rights={policy!r} is not a purpose. Choose from {', '.join(Purpose)}.") from None
        policy = replace(declared_policy(version), purpose=purpose)
    if policy and (missing := sorted(set(COLUMNS) - set(version.columns()))):
        raise UsageError(
            f"{version.name} has no column {missing[0]}: it was built before rights were derived. "
            "Run `corpus build` and release it again."
        )
    return policy
