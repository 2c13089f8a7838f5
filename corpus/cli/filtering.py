"""The options by which commands choose articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS: Final = (
    click.option(
        "--where",
        multiple=True,
        metavar="FACET=VALUE",
        help="Only articles with this value, as section=World; `section=` for none. Repeat it for a choice of values.",
    ),
    click.option("--publisher", multiple=True, metavar="DOMAIN", help="Only articles of this publisher."),
    click.option(
        "--language", multiple=True, metavar="TAG", help="Only articles in this language; `en` includes en-GB."
    ),
    click.option("--since", metavar="DAY", help="Only articles published on this day or later, as 2026-11-24."),
    click.option("--until", metavar="DAY", help="Only articles published on this day or earlier."),
    click.option("--no-duplicates", is_flag=True, help="Leave out articles that are marked as a duplicate."),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose articles to a command, as `corpus export` and `corpus search` take them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
