"""ProQuest, RIS, NewsBank, EBSCO, Gale, Genios, Europresse in Word and PressReader: other members of each kind."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.sources.entries import Item, Selection, Skipped
from corpus.sources.gather import documents
from schemas.rules import Check
from tests.golden import DOCUMENTS

if TYPE_CHECKING:
    from pathlib import Path

RULER = "_" * 60
EXPORTS = [path for path in DOCUMENTS if path.parent.name == "exports"]


def gather(folder: Path, name: str, data: str | bytes) -> list[Item | Skipped]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(documents([path], Selection()))


def read(folder: Path, name: str, data: str | bytes) -> list[Parsed]:
    return [parsed(one) for one in gather(folder, name, data) if isinstance(one, Item)]


def parsed(item: Item) -> Parsed:
    parser = parser_of(item.media_type, "by-language")
    assert parser is not None, item.media_type
    return parser.parse(Document(item.data, item.media_type, item.source))


# ---- ProQuest

# Counter, author, text, title, publication, page, date, language, its value, number, address, database.
PROQUEST = {
    "en": ("Document {} of {}", "Author", "Full text", "Title", "Publication title", "First page", "Publication date",
           "Language of publication", "English", "ProQuest document ID", "Document URL", "Database"),
    "de": ("Dokument {} von {}", "Autor", "Volltext", "Titel", "Titel der Publikation", "Erste Seite",
           "Publikationsdatum", "Sprache der Publikation", "Englisch", "ProQuest-Dokument-ID", "Dokument-URL",
           "Datenbank"),
    "fr": ("Document {} sur {}", "Auteur", "Texte intégral", "Titre", "Titre de la publication", "Première page",
           "Date de publication", "Langue de la publication", "Anglais", "Identifiant de document ProQuest",
           "URL du document", "Base de données"),
    "es": ("Documento {} de {}", "Autor", "Texto completo", "Título", "Título de publicación", "Primera página",
           "Fecha de publicación", "Idioma de la publicación", "Inglés", "ID del documento de ProQuest",
           "URL del documento", "Base de datos"),
    "it": ("Documento {} di {}", "Autore", "Testo completo", "Titolo", "Titolo della pubblicazione", "Prima pagina",
           "Data di pubblicazione", "Lingua della pubblicazione", "Inglese", "ID documento ProQuest", "URL documento",
           "Database"),
    "pt": ("Documento {} de {}", "Autor", "Texto completo", "Título", "Título da publicação", "Primeira página",
           "Data de publicação", "Idioma da publicação", "Inglês", "ID do documento ProQuest", "URL do documento",
           "Base de dados"),
    "nl": ("Document {} van {}", "Auteur", "Volledige tekst", "Titel", "Publicatietitel", "Eerste pagina",
           "Publicatiedatum", "Taal van publicatie", "Engels", "ProQuest-document-ID", "Document-URL", "Database"),
    "ja": ("ドキュメント {} / {}", "著者", "全文", "タイトル", "出版物のタイトル", "最初のページ", "発行日", "出版物の言語", "英語",
           "ProQuest ドキュメント ID", "ドキュメント URL", "データベース"),
    "zh": ("文档 {} / {}", "作者", "全文", "标题", "出版物名称", "首页", "出版日期", "出版物语言", "英语", "ProQuest 文档 ID",
           "文档 URL", "数据库"),
    "ko": ("문서 {} / {}", "저자", "전체 텍스트", "제목", "간행물 제목", "첫 페이지", "출판 날짜", "간행물 언어", "영어",
           "ProQuest 문서 ID", "문서 URL", "데이터베이스"),
    "ru": ("Документ {} из {}", "Автор", "Полный текст", "Название", "Название публикации", "Первая страница",
           "Дата публикации", "Язык публикации", "Английский", "Идентификатор документа ProQuest", "URL-адрес документа",
           "База данных"),
}  # fmt: skip


def proquest(interface: str = "en", *, count: int = 2, start: int = 1, of: int | None = None, body: str = "") -> str:
    """A ProQuest text export with some articles."""
    counter, author, text, title, paper, page, day, tongue, english, number, url, database = PROQUEST[interface]
    parts = [
        f"""{counter.format(at, of or count)}

Fog closes pier number {n}

{author}: Lindqvist, Greta

{text}: Fog closed pier number {n} on Monday, and nobody could say when the ferries would be back.
{body}The harbour master was not there.

{title}: Fog closes pier number {n}

{paper}: The Harbour Gazette; Port Amsel

{page}: A.{n}

{day}: May 4, 2026

{tongue}: {english}

{number}: 305123450{n}

{url}: https://www.proquest.com/docview/305123450{n}

{database}: ProQuest Central

"""
        for n, at in enumerate(range(start, start + count), 1)
    ]
    return f"{RULER}\n\n" + f"{RULER}\n\n".join(parts) + f"{RULER}\n\nContact: https://support.proquest.com/\n"


@pytest.mark.parametrize("interface", PROQUEST)
def test_proquest_in_all_languages_of_its_interface(interface, tmp_path):
    found = read(tmp_path, "a.txt", proquest(interface))
    assert [one.title for one in found] == ["Fog closes pier number 1", "Fog closes pier number 2"]
    for n, one in enumerate(found, 1):
        assert (one.publication, str(one.published_date), one.page) == ("The Harbour Gazette", "2026-05-04", f"A{n}")
        assert (one.authors, one.language, one.accession) == (("Greta Lindqvist",), "en", f"305123450{n}")
        assert one.text.split("\n\n")[1:] == ["The harbour master was not there."]
        assert (one.url, one.publisher, one.problems) == (None, None, ())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="line ends of Windows"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: text.replace(RULER, "_" * 24).encode(), id="short rulers"),
        pytest.param(lambda text: text.rpartition(RULER)[0].encode(), id="no ruler at the end"),
        pytest.param(lambda text: text.replace("Document 1 of 2\n", "").encode(), id="no counter"),
    ],
)
def test_proquest_however_it_is_written(change, tmp_path):
    found = read(tmp_path, "a.txt", change(proquest()))
    assert [(one.title, one.accession) for one in found] == [
        ("Fog closes pier number 1", "3051234501"),
        ("Fog closes pier number 2", "3051234502"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"{RULER}\n",
        "Title: he was called that.\n",
        "Location: the pier. Subject: fog.\n",
        "Document 1 of 2 was a note.\n",
        "He asked why: nobody knew.\n",
    ],
)
def test_what_looks_like_a_field_stays_in_a_text_of_proquest(body, tmp_path):
    found = read(tmp_path, "a.txt", proquest(body=body))
    assert len(found) == 2
    for one in found:
        assert one.text.startswith("Fog closed pier")
        assert one.text.endswith("The harbour master was not there.")
        if not body.startswith("_"):
            assert body.strip() in one.text


def test_the_same_search_of_proquest_again_gives_the_same_documents(tmp_path):
    one = [e.data for e in gather(tmp_path, "a.txt", proquest()) if isinstance(e, Item)]
    other = [e.data for e in gather(tmp_path, "b.txt", proquest(start=14, of=230)) if isinstance(e, Item)]
    assert one == other


# ---- RIS


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["T1  - Fog", "JF  - Gazette", "Y1  - 2026/05/04"], ("Fog", "Gazette", "2026-05-04", None)),
        (["TI  - Fog", "JO  - Gazette", "DA  - 2026/May/04/"], ("Fog", "Gazette", "2026-05-04", None)),
        (["TI  - Fog", "T2  - Gazette", "DA  - 2026-05-04", "PY  - 2026"], ("Fog", "Gazette", "2026-05-04", None)),
        (["TI  - Fog", "T2  - Gazette", "PY  - 2026"], ("Fog", "Gazette", None, None)),
        (["TI  - Fog", "T2  - Gazette", "DA  - May 4, 2026", "SP  - A1"], ("Fog", "Gazette", "2026-05-04", "A1")),
        (
            ["TI  - Fog", "T2  - Gazette", "DA  - 4 May 2026", "SP  - 3", "EP  - 3"],
            ("Fog", "Gazette", "2026-05-04", "3"),
        ),
    ],
)
def test_records_of_ris(lines, expected, tmp_path):
    record = "\r\n".join(["TY  - NEWS", "AU  - Lindqvist, Greta", *lines, "ER  - ", ""])
    found = read(tmp_path, "a.ris", record * 3)
    assert len(found) == 3
    for one in found:
        day = str(one.published_date) if one.published_date else None
        assert (one.title, one.publication, day, one.page) == expected
        assert one.authors == ("Greta Lindqvist",)
        assert [problem.check for problem in one.problems] == [Check.NOT_READ]


# ---- what only looks like one


@pytest.mark.parametrize(
    "text",
    [
        f"Notes on ProQuest\n\n{RULER}\n\nIt is a database. Title: none.\n",
        f"{RULER}\n\nAn article between rulers, as text files have them.\n\n{RULER}\n",
        "TY  - NEWS is how a record begins, says the manual.\n\nER  - is how it ends.\n",
        "The council met\n\nMay 4, 2026 | Port Amsel\n\nIt met in a hall, as it does each month.\n",
        "What NewsBank is\n\nA database, and no more. It has papers.\n",
        "Quelle: dpa\n\nEin Bericht über wiso-net.de/document, und sonst nichts.\n",
        "Fog closes the pier\n\nRead it at https://www.pressreader.com/a/b/20260504/2815 if you like. It is long.\n",
        "Gale OneFile: News is a database.\n\nTitle: the title of a record.\n",
        "<html><body><p>Record: 1</p><p>A page about EBSCO and records.</p></body></html>",
        "<html><body><h1>ProQuest</h1><p>Document 1 of 2</p><p>A page about it.</p></body></html>",
    ],
)
def test_a_text_about_a_database_stays_one_document(text, tmp_path):
    name = "a.html" if text.startswith("<") else "a.txt"
    assert [(e.source, e.data) for e in gather(tmp_path, name, text) if isinstance(e, Item)] == [(name, text.encode())]


# ---- whatever is wrong with it


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_torn_and_mutated_exports_raise_nothing(path, tmp_path):
    data = path.read_bytes()
    chance = random.Random(path.name)
    for number in range(12):
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 20)):
            at = chance.randrange(len(changed))
            changed[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
        torn = bytes(changed[: chance.randrange(1, len(changed))] if number % 2 else changed)
        for entry in gather(tmp_path, path.name, torn):
            if isinstance(entry, Item) and parser_of(entry.media_type, "by-language") is not None:
                assert isinstance(parsed(entry), Parsed)


FACTIVA_XML = (
    "<article><accessionNo>HARGAZ0020260504em54000a1</accessionNo><headline><paragraph>Fog closes pier</paragraph></headline>"
    "<leadParagraph><paragraph>Fog closed the pier.</paragraph>{}</leadParagraph><pages><page>3</page>{}</pages>{}</article>"
)


@pytest.mark.parametrize("odd", ["&nobody;", "<!-- a note -->", "<?target data?>", "<![CDATA[]]>", "&#x1;"])
def test_what_is_no_element_of_xml_has_no_text(odd):
    data = FACTIVA_XML.format(odd, odd, odd).encode()
    read = parsed(Item("a.xml#1", data, "application/vnd.newscorpus.factiva+xml"))
    assert (read.title, (read.page or "")[:1]) == ("Fog closes pier", "3")
    assert read.text.startswith("Fog closed the pier.")


# ---- databases that are recognised and not read

UNREAD = {
    "retriever": "Retriever Norge\n" + "=" * 60 + "\nTåke stenger kaia\nAmsel Avis 04.05.2026\nPublisert på nett\n",
    "swissdox": "© Amseler Tagblatt; 04.05.2026\nSwissdox Dokument-Nr. 4711, smd.ch\nNebel\n",
    "infomedia": "Infomedia\nTåge lukker havnen\nArtikel-id: e12ab34f\n",
    "defacto": 'APA DeFacto\n"Der Bote" vom 04.05.2026\nSeite 3\nRessort: Lokales\n',
    "bigkinds": "BIGKinds\n뉴스 식별자\n01100101.20260504\n",
    "nikkei": "日経テレコン\n日本経済新聞 朝刊 2026年5月4日 3ページ 514文字\n",
}


@pytest.mark.parametrize("database", UNREAD)
def test_an_export_that_nobody_reads_names_its_database(database, tmp_path):
    (item,) = (one for one in gather(tmp_path, "a.txt", UNREAD[database]) if isinstance(one, Item))
    assert item.data == UNREAD[database].encode()
    (problem,) = parsed(item).problems
    assert problem.check is Check.NOT_READ
    assert database in (problem.found or "")


# ---- AmCAT and Media Cloud

MEDIA_CLOUD = "id,indexed_date,language,media_name,media_url,publish_date,title,url\n1,2026-05-05,en,example.com,example.com,2026-05-04,Fog,https://www.example.com/fog\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", MEDIA_CLOUD),
        ("a.csv", "stories_id,publish_date,title,url,language,ap_syndicated,media_id,media_name,media_url\n1,2026-05-04,Fog,https://www.example.com/fog,en,False,1,Example,https://example.com\n"),
        ("a.json", '[{"stories_id":1,"title":"Fog","url":"https://www.example.com/fog","media_id":3,"publish_date":"2026-05-04"}]'),
        ("a.jsonl", '{"id":1,"medium":"The Harbour Gazette","headline":"Fog","date":"2026-05-04"}'),
    ],
)  # fmt: skip
def test_a_list_of_stories_without_texts_says_so(name, data, tmp_path):
    (one,) = read(tmp_path, name, data)
    assert (one.title, str(one.published_date)) == ("Fog", "2026-05-04")
    assert Check.NOT_READ in {problem.check for problem in one.problems}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "id,date,medium,headline,text,pagenr,section,byline,url\n7,2026-05-04T00:00:00,The Harbour Gazette,Fog,Fog closed the pier.,3,News,Greta Lindqvist,\n"),
        ("a.json", '[{"_id":"x","date":"2026-05-04","medium":"The Harbour Gazette","title":"Fog","text":"Fog closed the pier.","pagenr":3,"section":"News","byline":"Greta Lindqvist"}]'),
        ("a.json", '{"meta":{"page":0},"results":[{"id":7,"date":"2026-05-04","publication":"The Harbour Gazette","title":"Fog","text":"Fog closed the pier.","page":"3","section":"News","author":"Greta Lindqvist"}]}'),
    ],
)  # fmt: skip
def test_articles_of_amcat(name, data, tmp_path):
    (one,) = read(tmp_path, name, data)
    assert (one.title, one.text, one.publication) == ("Fog", "Fog closed the pier.", "The Harbour Gazette")
    assert (str(one.published_date), one.page, one.section) == ("2026-05-04", "3", "News")
    assert one.authors == ("Greta Lindqvist",)
    assert not one.problems
