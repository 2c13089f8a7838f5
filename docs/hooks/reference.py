"""Writes the reference pages from the code: commands, parameters, tables, checks, errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import yaml

from corpus import errors
from corpus.cli import COMMANDS, cli
from corpus.settings import Settings
from schemas.expectations import FIGURES
from schemas.expected import MEANINGS
from schemas.rules import RULES
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[2]
GENERATED: Final = "<!-- Generated from the code. Change it there. -->\n"


def cell(text: object) -> str:
    """Text that cannot end a cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(header: tuple[str, ...], rows: Iterator[tuple[object, ...]] | list[tuple[object, ...]]) -> list[str]:
    """A Markdown table."""
    lines = [" | ".join(header), " | ".join("---" for _ in header)]
    lines += [" | ".join(map(cell, row)) for row in rows]
    return ["", *(f"| {line} |" for line in lines), ""]


def command(name: str) -> click.Command:
    """A command by its name.

    Raises:
        KeyError: there is no such command.
    """
    found = cli.get_command(click.Context(cli), name)
    if found is None:
        raise KeyError(name)
    return found


def commands() -> str:
    """Every command with its arguments and options."""
    lines = ["# Commands", "", "`-h` or `--help` prints this text for one command."]
    lines += table(("command", "what it does"), [(f"[`{n}`](#{n})", text) for n, (_, _, text) in COMMANDS.items()])
    for name in COMMANDS:
        one = command(name)
        usage = one.get_usage(click.Context(one, info_name=f"corpus {name}")).removeprefix("Usage: ")
        lines += [f"## {name}", "", f"```text\n{usage}\n```", "", _paragraphs(one.help or "")]
        options = [option for option in one.params if isinstance(option, click.Option)]
        if options:
            lines += table(("option", "value", "meaning"), [_option(option) for option in options])
    return GENERATED + "\n".join(lines) + "\n"


def _paragraphs(text: str) -> str:
    parts = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n\n".join(re.sub(r"(?<![`\w])(--[a-z][a-z-]+)", r"`\1`", part) for part in parts) + "\n"


def _option(option: click.Option) -> tuple[object, ...]:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if option.is_flag:
        value = ""
    elif isinstance(option.type, click.Choice):
        value = ", ".join(f"`{choice}`" for choice in option.type.choices)
    else:
        value = option.metavar or option.type.name.upper()
    notes = [option.help or ""]
    if option.multiple:
        notes.append("May be given more than once.")
    if option.envvar:
        notes.append(f"Also as the environment variable `{option.envvar}`.")
    if option.show_default is True:
        notes.append(f"Default: `{option.default}`.")
    return names, value, " ".join(notes)


def parameters() -> list[tuple[str, str, str, str]]:
    """Every parameter of params.yaml: its name with its section, its type and bounds, its default, its meaning."""
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)
    comments = _comments(text)
    schema = Settings.model_json_schema(by_alias=True)
    found = []
    for section, values in defaults.items():
        fields = schema["$defs"][schema["properties"][section]["$ref"].rpartition("/")[2]]["properties"]
        for key, field in fields.items():
            default = values.get(key, field.get("default"))
            shown = f"{len(default)} phrases" if isinstance(default, list) and len(default) > 9 else _yaml(default)
            found.append((f"{section}.{key}", _type(field), shown, comments.get(f"{section}.{key}", "")))
    return found


def _yaml(value: object) -> str:
    return "`" + yaml.safe_dump(value, default_flow_style=True).replace("\n...", "").strip().strip("'") + "`"


def _comments(text: str) -> dict[str, str]:
    """The comment above each key of a section."""
    found: dict[str, str] = {}
    section, comment = "", ""
    for line in text.splitlines():
        if match := re.match(r"(\w+):", line):
            section, comment = match.group(1), ""
        elif match := re.match(r"  # ?(.*)", line):
            comment += match.group(1) + "\n"
        elif match := re.match(r"  (\w+):", line):
            found[f"{section}.{match.group(1)}"] = " ".join(comment.split())
            comment = ""
    return found


def _type(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        bounds = [f"{low:,} to {high:,}"]
    else:
        bounds = [f"{word} {bound:,}" for word, bound in (("at least", low), ("at most", high)) if bound is not None]
    name = {"object": "mapping", "array": "list", "null": "nothing", "number": "number", "integer": "integer"}
    kind = "day" if field.get("format") == "date" else name.get(field.get("type", ""), field.get("type", ""))
    return ", ".join([kind, *bounds])


def params() -> str:
    """The page of params.yaml."""
    lines = [
        "# params.yaml",
        "",
        "Every setting that can change a byte of the tables, and what you expect of them. Each section is an input of",
        "the DVC stage of the same name; no stage depends on `expectations`. An unknown key or a bad value is refused,",
        "and all faults are named at once.",
        "",
    ]
    section = ""
    rows: list[tuple[object, ...]] = []
    for name, kind, default, meaning in [*parameters(), ("end.", "", "", "")]:
        head, _, key = name.partition(".")
        if head != section:
            if section:
                lines += [f"## {section}", *table(("key", "type", "default", "meaning"), rows)]
            section, rows = head, []
        rows.append((f"`{key}`", kind, default, meaning))
    lines += ["The figures of `expectations` are listed under [Figures](checks.md#figures)."]
    return GENERATED + "\n".join(lines) + "\n"


def tables() -> str:
    """Every table and column."""
    lines = [
        "# Tables and columns",
        "",
        "A `?` behind a type means that the column may be null. Lists are never null. Times are UTC.",
    ]
    lines += ["`articles`, `revisions` and `quarantine` are what people read. The others are what they are made from."]
    for one in TABLES.values():
        lines += [f"## {one.name}", "", one.meaning]
        rows = [(f"`{column.name}`", f"`{column.type_name}`", column.meaning) for column in one.columns]
        lines += table(("column", "type", "meaning"), rows)
        if one.sort:
            lines += [f"Rows of one file are sorted by {', '.join(f'`{name}`' for name in one.sort)}."]
    return GENERATED + "\n".join(lines) + "\n"


def checks() -> str:
    """Every check and every figure of expectations."""
    lines = ["# Checks and figures", "", "## Checks", ""]
    lines += [
        "`block` quarantines a document, `warn` is counted. Change it in `params.yaml` under `validate.severity`."
    ]
    lines += ["A check that is marked *fixed* always blocks."]
    rows = [
        (f"`{check.value}`", f"{rule.severity.value}{' *fixed*' if rule.fixed else ''}", rule.meaning)
        for check, rule in RULES.items()
    ]
    lines += table(("check", "default", "a document fails when"), rows)
    lines += ["## Figures", "", "What `expectations` in `params.yaml` can bound, and `corpus expect` shows."]
    lines += table(("figure", "meaning"), [(f"`{figure.value}`", text) for figure, text in MEANINGS.items()])
    lines += ["The table of figures has these columns."]
    lines += table(
        ("column", "type", "meaning"), [(f"`{c.name}`", f"`{c.type_name}`", c.meaning) for c in FIGURES.columns]
    )
    return GENERATED + "\n".join(lines) + "\n"


def exit_codes() -> str:
    """The exit status of the commands, and the errors behind it."""
    lines = ["# Exit codes and errors"]
    lines += table(
        ("status", "meaning"),
        [
            (0, "done and verified; also a service that was stopped by a signal"),
            (1, "a check said no, the work could not be done, or its output could not be printed (a full disk)"),
            (2, "wrong usage: the command line, the settings or the place"),
            (130, "interrupted; what was finished is kept, run again to continue"),
            (141, "the program that read the output stopped reading"),
        ],
    )
    lines += [
        "Every error of the Python package is a `CorpusError`. An error is printed without a traceback: what was found,"
    ]
    lines += ["where, and what to do next."]
    rows = [
        (f"`{one.__name__}`", one.exit_code, (one.__doc__ or "").split("\n")[0]) for one in _every(errors.CorpusError)
    ]
    lines += table(("error", "status", "when"), rows)
    return GENERATED + "\n".join(lines) + "\n"


def _every(error: type[errors.CorpusError]) -> Iterator[type[errors.CorpusError]]:
    yield error
    for one in error.__subclasses__():
        if one.__module__ == errors.__name__:
            yield from _every(one)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "reference/commands.md": commands,
    "reference/params.md": params,
    "reference/tables.md": tables,
    "reference/checks.md": checks,
    "reference/exit-codes.md": exit_codes,
}
