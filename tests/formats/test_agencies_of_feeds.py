"""Agencies by the names of their services in press databases."""

from __future__ import annotations

import pytest

from corpus.formats.agencies import of_publication


@pytest.mark.parametrize(
    ("publication", "expected"),
    [
        ("Agence France Presse -- English", "AFP"),
        ("Agence France-Presse", "AFP"),
        ("AFP - Deutsch", "AFP"),
        ("Associated Press Online", "AP"),
        ("The Associated Press State & Local Wire", None),
        ("Associated Press International", "AP"),
        ("dpa-AFX ProFeed", None),
        ("dpa international (Englischer Dienst)", "dpa"),
        ("Xinhua General News Service", "Xinhua"),
        ("Reuters News", "Reuters"),
        ("ITAR-TASS", "TASS"),
        ("EFE News Service", "EFE"),
        ("Yonhap (South Korea)", "Yonhap"),
        ("The New York Times", None),
        ("AP", None),
        ("APA", None),
        ("TT", None),
        ("Bloomberg Businessweek", None),
        ("News International", None),
        ("", None),
        ("--", None),
    ],
)
def test_a_publication_that_is_an_agency(publication, expected):
    assert of_publication(publication) == expected
