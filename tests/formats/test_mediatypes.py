"""Media types are stated once: no parser of ours repeats those that the registry has."""

from __future__ import annotations

from importlib import import_module

import pytest

from corpus.formats import mediatypes, parser_of
from corpus.press.parsing import kinds


@pytest.mark.parametrize("kind", mediatypes.PARSERS)
def test_each_registered_parser_is_named_and_is_made_by_its_class(kind: str) -> None:
    module, _, name = mediatypes.PARSERS[kind].partition(":")
    parser = parser_of(kind if kind != kinds.FAMILY else kinds.media_type("ris", "ris"), "by-language")
    assert type(parser) is getattr(import_module(module), name)
    assert parser.name
    # A plug-in names its media types itself; ours would name them twice.
    assert kind == kinds.FAMILY or not hasattr(parser, "media_types")


def test_quick_media_types_have_a_parser() -> None:
    assert set(mediatypes.PARSERS) >= mediatypes.QUICK


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.txt", "text/plain"), ("a.MD", "text/markdown"), ("a.htm", "text/html"), ("a.json", "application/json")],
)
def test_an_ending_leads_to_a_parser(name: str, kind: str) -> None:
    assert mediatypes.media_type(name, b"words") == kind
    assert parser_of(kind, "by-language") is not None
