"""CSV of press databases: the rows that Factiva, ProQuest and BIGKinds write, whose columns have names of their own."""

from __future__ import annotations

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.sources.entries import Item, Selection
from corpus.sources.gather import documents

SNAPSHOT = (
    "an,publication_date,publication_datetime,title,snippet,body,byline,source_code,source_name,language_code,section\n"
    'HARBGZ0020260505em5400001,1777852800000,1777852800000,Fog closes pier,,"Fog closed it.\n\nNobody came.",By Greta Lindqvist,'
    "HARBGZ,The Harbour Gazette,en,News\n"
)
LISTED = (
    "Headline,Publication Date,Source Name,Author,Accession Number,Full Text,Language,Section\n"
    'Fog closes pier,May 4 2026,The Harbour Gazette,Greta Lindqvist,HARBGZ0020260505em5400001,"Fog closed it.\n\nNobody came.",'
    "English,News\n"
)
PROQUEST = (
    "Title,Full text,StoreId,Authors,language,pubdate,pubtitle,section\n"
    'Fog closes pier,"Fog closed it.\n\nNobody came.",HARBGZ0020260505em5400001,Greta Lindqvist,English,"May 4, 2026",'
    "The Harbour Gazette,News\n"
)


@pytest.mark.parametrize("written", [SNAPSHOT, LISTED, PROQUEST], ids=["snapshot", "list", "proquest"])
def test_rows_of_databases(written, tmp_path):
    (tmp_path / "a.csv").write_text(written)
    (one,) = (entry for entry in documents([tmp_path / "a.csv"], Selection()) if isinstance(entry, Item))
    parser = parser_of(one.media_type, "by-language")
    assert parser is not None
    found = parser.parse(Document(one.data, one.media_type, one.source))
    assert (found.title, str(found.published_date), found.publication) == (
        "Fog closes pier",
        "2026-05-04",
        "The Harbour Gazette",
    )
    assert (found.accession, found.authors) == ("HARBGZ0020260505em5400001", ("Greta Lindqvist",))
    assert (found.section, found.language, found.text) == ("News", "en", "Fog closed it.\n\nNobody came.")


def test_rows_of_bigkinds(tmp_path):
    (tmp_path / "a.csv").write_text(
        "뉴스 식별자,일자,언론사,기고자,제목,통합 분류1,키워드,특성추출(가중치순 상위 50개),본문,URL\n"
        '01100101.20190912100000001,20190912,항구신문,김가상,안개로 여객선 멈춰,사회>사건_사고,"안개,여객선,부두","안개,여객선",'
        "안개가 부두를 닫았다.,https://news.example.kr/view/1\n"
    )
    (one,) = (entry for entry in documents([tmp_path / "a.csv"], Selection()) if isinstance(entry, Item))
    parser = parser_of(one.media_type, "by-language")
    assert parser is not None
    found = parser.parse(Document(one.data, one.media_type, one.source))
    assert (found.title, str(found.published_date), found.publication) == (
        "안개로 여객선 멈춰",
        "2019-09-12",
        "항구신문",
    )
    assert (found.accession, found.authors, found.section) == (
        "01100101.20190912100000001",
        ("김가상",),
        "사회>사건_사고",
    )
    assert (found.keywords, found.language) == (("안개", "여객선"), "ko")
