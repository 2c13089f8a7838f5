"""What an id, the beginning of one, a URL and a path mean: the same for every command."""

import polars as pl
import pytest

from corpus.repo.repository import Repository
from corpus.snapshots.reference import Reference

ROWS = pl.DataFrame(
    {
        "article_id": ["abcd" + "0" * 28, "ef01" + "0" * 28, None],
        "document_id": ["1234" + "0" * 60, "5678" + "0" * 60, "abce" + "0" * 60],
        "source": ["seeds/a.txt", "rows.csv#2", "abcd.txt"],
        "url": ["https://e.com/a", "https://e.com/b?x=1", None],
    }
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("abcd", [0]),
        ("ABCD0000", [0]),
        (" abcd ", [0]),
        ("1234", [0]),
        ("abc", []),
        ("abce", [2]),
        ("abcd.txt", [2]),
        ("seeds/a.txt", [0]),
        ("rows.csv#2", [1]),
        ("https://e.com/a", [0]),
        ("https://www.E.com:443/a#part", []),
        ("HTTPS://e.com/b?x=1", [1]),
        ("e.com/a", []),
        ("", []),
        ("\udcff", []),
    ],
)
def test_meaning(tmp_path, text: str, meant: list[int]) -> None:
    condition = Reference.of(Repository(tmp_path), text).means(ROWS.columns)
    found = ROWS.with_row_index().filter(condition.fill_null(value=False))
    assert found["index"].to_list() == meant


def test_a_path_is_relative_to_the_current_folder(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeds").mkdir()
    monkeypatch.chdir(tmp_path / "seeds")
    assert Reference.of(Repository(tmp_path), "a.txt").paths == ("a.txt", "seeds/a.txt")


def test_columns_that_are_not_there_mean_nothing(tmp_path) -> None:
    condition = Reference.of(Repository(tmp_path), "abcd").means(("url",))
    assert ROWS.filter(condition).height == 0
