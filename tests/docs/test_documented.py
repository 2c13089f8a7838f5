"""Every command, option, parameter, column, check, figure and error is in the reference, with words that say what it is."""

from __future__ import annotations

import click
import pytest

from corpus.cli import COMMANDS
from corpus.press.splitting.kinds import kinds
from corpus.press.splitting.unread import unread as unread_kinds
from corpus.settings import Settings
from corpus.stages import STAGES
from docs.hooks import reference
from schemas.expected import MEANINGS
from schemas.rules import RULES
from schemas.tables import TABLES
from tests.docs.words import ROOT

# Kinds whose page has another name than they.
_PAGES = {"sheet": "spreadsheets", "office": "others"}


def test_every_command_and_option_is_documented() -> None:
    page = reference.commands()
    for name in COMMANDS:
        assert f"\n## {name}\n" in page
        one = reference.command(name)
        assert one.help, name
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for option in one.params:
            if isinstance(option, click.Option):
                assert f"`{option.opts[0]}`" in section, f"corpus {name} {option.opts[0]}"
                assert option.help, f"corpus {name} {option.opts[0]} has no help"


def test_every_parameter_is_documented() -> None:
    found = {name: meaning for name, _, _, meaning in reference.parameters()}
    sections = Settings().model_dump(mode="json", by_alias=True)
    assert set(found) == {f"{section}.{key}" for section, values in sections.items() for key in values}
    assert [name for name, meaning in found.items() if not meaning] == [], "params.yaml has no comment on these"
    page = reference.params()
    assert all(f"`{name.partition('.')[2]}`" in page for name in found)


def test_every_column_is_documented() -> None:
    page = reference.tables()
    for table in TABLES.values():
        section = page.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        for column in table.columns:
            assert column.meaning
            assert f"| `{column.name}` | `{column.type_name}` |" in section, f"{table.name}.{column.name}"


def test_every_check_and_figure_is_documented() -> None:
    page = reference.checks()
    assert [check for check in RULES if f"`{check.value}`" not in page] == []
    assert [figure for figure in MEANINGS if f"`{figure.value}`" not in page] == []


def test_every_error_is_documented_with_its_exit_status() -> None:
    from corpus import errors

    page = reference.exit_codes()
    every = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.CorpusError)]
    assert every
    assert [one.__name__ for one in every if f"| `{one.__name__}` | {one.exit_code} |" not in page] == []


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_is_named_in_a_page_that_people_read(name: str) -> None:
    """A guide, README or the tutorial shows each command that is for people; the stages are on the way of the data."""
    from tests.docs.blocks import ROOT

    pages = [ROOT / "README.md", ROOT / "docs/index.md", *(ROOT / "docs").rglob("*.md")]
    if name in {stage.name for stage in STAGES}:
        assert name in (ROOT / "docs/assets/way.svg").read_text()
    else:
        assert any(f"corpus {name}" in page.read_text() for page in pages)


def test_every_press_database_has_a_page_that_the_guide_leads_to() -> None:
    guide = (ROOT / "docs/guides/exports.md").read_text()
    site = (ROOT / "mkdocs.yml").read_text()
    pages = {path.stem for path in (ROOT / "docs/databases").glob("*.md")}
    unread = {kind.database for kind in unread_kinds()}
    names = {_PAGES.get(kind.database, kind.database) for kind in kinds() if kind.database not in unread}
    assert names <= pages
    assert {name for name in pages if f"(../databases/{name}.md)" not in guide} == set()
    assert {name for name in pages if f"databases/{name}.md" not in site} == set()
    others = (ROOT / "docs/databases/others.md").read_text()
    assert [kind.title for kind in unread_kinds() if kind.title.partition(" (")[0] not in others] == []


def test_every_page_of_a_press_database_says_what_is_read_and_what_is_not() -> None:
    for path in (ROOT / "docs/databases").glob("*.md"):
        text = path.read_text()
        assert text.startswith("# "), path.name
        if path.stem not in {"others", "mediacloud", "spreadsheets"}:
            for heading in ("Export so that everything is there", "What is read", "What is not read"):
                assert f"\n## {heading}\n" in text, f"{path.name} has no `{heading}`"
