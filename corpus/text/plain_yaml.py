"""YAML that strangers wrote: no deeper than data is, and without aliases.

An alias may stand for a billion letters. libyaml builds its tree by recursion in C, where a text of some kilobytes
that is nested deep enough ends the process; its events alone are read without.
"""

from __future__ import annotations

from typing import Any, Final

DEEPEST: Final = 20


def load(text: str, *, as_written: bool = False, aliases: bool = False) -> Any:
    """The values of a YAML text.

    Args:
        text: the text, of bounded length.
        as_written: leave every value a text, so that no date, number or `no` is read into it.
        aliases: whether they are read, by who does not write out what they stand for.

    Raises:
        ValueError: it is no YAML, or nested deeper than `DEEPEST`, or has aliases.
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
