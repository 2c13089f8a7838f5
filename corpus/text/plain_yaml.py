"""Read YAML that strangers wrote, with bounded nesting and without aliases.

An alias may represent a billion letters. libyaml builds its tree by recursion in C, so a deeply nested text of some
kilobytes ends the process; reading its events alone needs no recursion.
"""

from __future__ import annotations

from typing import Any, Final

DEEPEST: Final = 20


def load(text: str, *, as_written: bool = False, aliases: bool = False) -> Any:
    """Return the values of a YAML text.

    Args:
        text: the text, of bounded length.
        as_written: keep every value as text, so that none becomes a date, a number or a truth value.
        aliases: read aliases too. Only for callers that do not write out what the aliases represent.

    Raises:
        ValueError: the text is not YAML, is nested deeper than `DEEPEST`, or has aliases.
    """
    import yaml  # only who has YAML pays

    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        for event in yaml.parse(text, Loader=safe):
            if isinstance(event, yaml.AliasEvent) and not aliases:
                raise ValueError("aliases are not read")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise ValueError(f"nested deeper than {DEEPEST} levels")
        return yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader) if as_written else safe)  # noqa: S506 - safe loaders
    except (yaml.YAMLError, RecursionError, OverflowError) as error:
        raise ValueError(" ".join(str(error).split())) from None
