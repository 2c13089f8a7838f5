"""Variants of exports: other languages of the interface, fields that are missing, and other forms of the same fields."""

from __future__ import annotations

import io
import zipfile

import pytest

from corpus.sources.entries import Item
from tests.golden import richfiles
from tests.press.test_databases import gather, read

FIRST, LAST = "Fog closed the pier on Monday and nobody saw the boats.", "In the evening it lifted: the ferries went."
TEXT = f"{FIRST}\n\n{LAST}"


# ---- Factiva without codes

# The words of a length, a day, a language, and the word for a document.
FACTIVA = {
    "en": ("20 words", "5 January 2018", "English", "Document"),
    "de": ("20 Wörter", "5. Januar 2018", "Englisch", "Dokument"),
    "fr": ("20 mots", "5 janvier 2018", "Anglais", "Document"),
    "es": ("20 palabras", "5 enero 2018", "Inglés", "Documento"),
    "pt": ("20 palavras", "5 Janeiro 2018", "Inglês", "Documento"),
    "ja": ("20 文字", "2018 年 1 月 5 日", "英語", "文書"),
    "zh": ("20 字", "2018年1月5日", "英语", "文件"),
    "ko": ("20 단어", "2018년 1월 5일", "영어", "문서"),
    "ru": ("20 слова(слов)", "5 Январь 2018", "Английский", "Документ"),
}


def factiva(interface: str, above: tuple[str, ...], details: tuple[str, ...], owner: str) -> str:
    words, day, language, document = FACTIVA[interface]
    after = tuple(one.replace("LANGUAGE", language) for one in details)
    parts = [
        "\n".join([*above, words, day, "The Harbour Gazette", "HARBGZ", *after])
        + f"\n\n{FIRST}\n\n{LAST}\n\n{owner}\n\n{document} HARBGZ0020180105ee150000{n}\n\n\n"
        for n in (1, 2)
    ]
    return "".join(parts)


@pytest.mark.parametrize("interface", FACTIVA)
def test_the_owner_of_a_paper_is_no_text(interface, tmp_path):
    data = factiva(
        interface, ("News", "Fog closes the pier", "By Jane Doe"), ("A3", "LANGUAGE", "(c) 2018 Harbour Media Inc."),
        "Harbour Media Inc.",
    )  # fmt: skip
    for one in read(tmp_path, "a.txt", data):
        assert (one.title, one.section, one.authors, one.page) == ("Fog closes the pier", "News", ("Jane Doe",), "A3")
        assert (str(one.published_date), one.language, one.text) == ("2018-01-05", "en", TEXT)


@pytest.mark.parametrize(
    "owner", ["Harbour Gazette", "Harbour Media Ltd.", "Hafen Verlag GmbH & Co. KG", "株式会社港新聞社", "ООО Гавань"]
)
def test_owners_of_many_kinds(owner, tmp_path):
    data = factiva("en", ("Fog closes the pier", "By Jane Doe"), ("LANGUAGE", "Copyright 2018"), owner)
    assert [one.text for one in read(tmp_path, "a.txt", data)] == [TEXT] * 2


@pytest.mark.parametrize("last", ["Nobody came back.", "“We wait”", "Jane Doe reports from the pier"])
def test_the_last_paragraph_of_a_text_is_text(last, tmp_path):
    data = factiva("en", ("Fog closes the pier", "By Jane Doe"), ("LANGUAGE", "Copyright 2018 Harbour Media"), last)
    assert [one.text for one in read(tmp_path, "a.txt", data)] == [f"{TEXT}\n\n{last}"] * 2


@pytest.mark.parametrize(
    ("above", "title", "section"),
    [
        (("News", "Fog closes the pier"), "Fog closes the pier", "News"),
        (("Sports Desk", "Rowers beat all records"), "Rowers beat all records", "Sports Desk"),
        (("Fog closes the pier", "Jane Doe"), "Fog closes the pier", None),
        (("Fog closes the pier", "By Jane Doe"), "Fog closes the pier", None),
        (("Fog closes the pier",), "Fog closes the pier", None),
    ],
)
def test_lines_above_the_length(above, title, section, tmp_path):
    data = factiva("en", above, ("LANGUAGE", "(c) 2018 Harbour Media"), "Harbour Media")
    assert {(one.title, one.section) for one in read(tmp_path, "a.txt", data)} == {(title, section)}


@pytest.mark.parametrize("details", [(), ("A3",), ("LANGUAGE",), ("(c) 2018 Harbour Media",)])
def test_details_that_are_missing(details, tmp_path):
    data = factiva("en", ("Fog closes the pier", "By Jane Doe"), details, "Harbour Gazette")
    assert [(one.text, one.edition) for one in read(tmp_path, "a.txt", data)] == [(TEXT, None)] * 2


@pytest.mark.parametrize("pages", ["<pages>3</pages>", "<pages><page>3</page></pages>", "<pages>\n 3 </pages>"])
def test_pages_of_xml(pages, tmp_path):
    data = (
        f"<?xml version='1.0'?><r><article><accessionNo>A1</accessionNo><headline>Fog</headline><leadParagraph><p>{FIRST}</p>"
        f"</leadParagraph>{pages}</article></r>"
    )
    assert [one.page for one in read(tmp_path, "a.xml", data)] == ["3"]


# ---- LexisNexis


@pytest.mark.parametrize(
    "cover",
    [
        ("Nom d'utilisateur : X", "Date et heure : vendredi 2 mars 2012", "Numéro de travail : 1234", "Documents (2)"),
        ("Nombre de usuario: X", "Fecha y hora: viernes", "Número de trabajo: 1234", "Documentos (2)"),
        ("Benutzername: X", "Datum und Uhrzeit: Freitag", "Job-Nummer: 1234", "Dokumente (2)"),
        ("Nome utente: X", "Data e ora: venerdì", "Numero di lavoro: 1", "Documenti (2)"),
        ("Gebruikersnaam: X", "Datum en tijd: vrijdag", "Taaknummer: 1", "Documenten (2)"),
        ("ユーザー名: X", "日時: 2012年3月2日", "ジョブ番号: 1", "文書 (2)"),
    ],
)  # fmt: skip
def test_covers_in_any_language(cover, tmp_path):
    parts = [richfiles.paragraph(one) for one in (*cover, "1. Fog closes the pier", "2. Fog closes the pier")]
    for _ in range(2):
        parts += [
            richfiles.paragraph("Fog closes the pier", bold=True, size=14, centred=True),
            richfiles.paragraph("The Gazette", centred=True), richfiles.paragraph("March 2, 2012 Friday", centred=True),
            richfiles.paragraph("Body", bold=True, size=14), richfiles.paragraph(FIRST), richfiles.paragraph(LAST),
            richfiles.paragraph("End of Document"),
        ]  # fmt: skip
    data = richfiles.document(parts)
    assert [(one.title, one.text) for one in read(tmp_path, "a.rtf", data)] == [("Fog closes the pier", TEXT)] * 2


@pytest.mark.parametrize(
    ("behind", "edition"),
    [("", None), (" Correction Appended", None), ("\n{}Correction Appended\n{}City Edition", "City Edition")],
)
def test_a_note_beside_the_day_is_no_edition(behind, edition, tmp_path):
    space = " " * 24
    data = "".join(
        f"{space}{n} of 2 DOCUMENTS\n\n{space}The Gazette\n\n{space}March 5, 2012 Monday{behind.format(space, space)}\n\n"
        f"Fog closes the pier\n\nBYLINE: Jane Doe\n\nLENGTH: 20 words\n\n{FIRST}\n\n{LAST}\n\n"
        for n in (1, 2)
    )
    assert [(one.edition, str(one.published_date)) for one in read(tmp_path, "a.txt", data)] == [
        (edition, "2012-03-05")
    ] * 2


# ---- NewsBank, PressReader, Gale, RIS


def test_all_fields_on_one_line_are_read(tmp_path):
    data = (
        "Fog closes the pier\n\nMarch 5, 2012 | Harbour Gazette, The (Port, NY)\n"
        f"Author/Byline: Jane Doe | Section: News | Page: A3\n20 words\n\n{FIRST}\n\n{LAST}\n\nRecord Number: 0A1B2C3D4E5F6071\n\nNewsBank\n"
    )
    one = read(tmp_path, "a.txt", data)[0]
    assert (one.section, one.page, one.authors, one.text) == ("News", "A3", ("Jane Doe",), TEXT)


@pytest.mark.parametrize(
    ("lines", "section", "authors"),
    [
        (("NEWS", "By Jane Doe"), "NEWS", ("Jane Doe",)),
        (("Jane Doe",), None, ("Jane Doe",)),
        (("POLITIK", "Von Max Mustermann"), "POLITIK", ("Max Mustermann",)),
        ((), None, ()),
    ],
)
def test_lines_below_the_day(lines, section, authors, tmp_path):
    head = "\n".join(("Fog closes the pier", "The Gazette", "5 Mar 2012", *lines))
    data = f"{head}\n\n{FIRST}\n\n{LAST}\n\nhttps://www.pressreader.com/usa/the-gazette/20120305/281501\n"
    one = read(tmp_path, "a.txt", data)[0]
    assert (one.section, one.authors, one.text) == (section, authors, TEXT)


@pytest.mark.parametrize(
    "source",
    [
        "The Harbour Gazette [Port, NY]. (Mar. 5, 2012): News: pA3.",
        "The Harbour Gazette [Port, NY](March 5, 2012): News: pA3",
        "The Harbour Gazette [Port, NY] 5 Mar. 2012: News: A3",
        "The Harbour Gazette [Port, NY], March 5, 2012, News, pA3",
    ],
)
def test_sources_of_gale(source, tmp_path):
    data = f"Title: Fog closes the pier\nSource: {source}\nFull Text: \n{FIRST}\n{LAST}\nGale Document Number: GALE|A123456789\n"
    one = read(tmp_path, "a.txt", data)[0]
    assert (one.publication, str(one.published_date), one.section, one.page) == (
        "The Harbour Gazette [Port, NY]", "2012-03-05", "News", "A3",
    )  # fmt: skip


@pytest.mark.parametrize("day", ["2012/03/05/", "2012 Mar 05", "March 5, 2012", "2012-03-05", "2012/Mar/05"])
def test_days_of_ris(day, tmp_path):
    data = f"TY  - NEWS\nTI  - Fog closes the pier\nT2  - The Gazette\nDA  - {day}\nFT  - {FIRST} {LAST}\nER  - \n"
    assert [str(one.published_date) for one in read(tmp_path, "a.ris", data)] == ["2012-03-05"]


# ---- EBSCO

EBSCO = {
    "en": ("Record", "Title", "Authors", "Source", "Accession Number", "Persistent link to this record (Permalink)"),
    "de": ("Datensatz", "Titel", "Autoren", "Quelle", "Zugangsnummer", "Persistenter Link"),
    "fr": ("Notice", "Titre", "Auteurs", "Source", "Numéro d'accès", "Lien permanent"),
    "es": ("Registro", "Título", "Autores", "Fuente", "Número de acceso", "Enlace permanente"),
    "it": ("Record", "Titolo", "Autori", "Fonte", "Numero di accesso", "Permalink"),
    "pt": ("Registro", "Título", "Autores", "Fonte", "Número de acesso", "Link permanente"),
    "nl": ("Record", "Titel", "Auteurs", "Bron", "Toegangsnummer", "Permalink"),
    "zh": ("记录", "标题", "作者", "来源", "存取号", "永久链接"),
    "ja": ("レコード", "タイトル", "著者", "出典", "アクセッション番号", "パーマリンク"),
    "ko": ("레코드", "제목", "저자", "출처", "등록 번호", "영구 링크"),
    "ru": ("Запись", "Название", "Авторы", "Источник", "Инвентарный номер", "Постоянная ссылка"),
}


@pytest.mark.parametrize("interface", EBSCO)
def test_ebsco_in_any_language(interface, tmp_path):
    record, *labels = EBSCO[interface]
    values = ("Fog closes the pier.", "Doe, Jane", "Harbour Gazette, The. 3/5/2012, pA3. 1p.", "123456789",
              "https://search.ebscohost.com/login.aspx?direct=true&db=nfh&AN=123456789")  # fmt: skip
    rows = "".join(
        f"<tr><td><b>{label}:</b></td><td>{value}</td></tr>"
        for label, value in zip([*labels, "An unknown label"], [*values, "Its value"], strict=True)
    )
    data = "<html><body>EBSCOhost" + "".join(
        f"<p><b>{record}: {n}</b></p><table>{rows}</table><h2>Fog closes the pier</h2><p>{FIRST}</p><p>{LAST}</p>"
        for n in (1, 2)
    )
    for one in read(tmp_path, "a.html", data):
        assert (one.title, one.publication, one.page) == ("Fog closes the pier", "The Harbour Gazette", "A3")
        assert (str(one.published_date), one.authors, one.accession) == ("2012-03-05", ("Jane Doe",), "123456789")
        assert one.text == TEXT


# ---- Europresse


@pytest.mark.parametrize(
    ("header", "section", "page"),
    [
        ("International, vendredi 2 mars 2012 547 mots, p. A4", "International", "A4"),
        ("Opinion, vendredi 2 mars 2012 1 547 mots, p. 12", "Opinion", "12"),
        ("POL, 2 mars 2012, p. 4", "POL", "4"),
        ("Economie, vendredi, 2 mars 2012 - 10:15", "Economie", None),
        ("Friday, March 2, 2012", None, None),
        ("Politik, Freitag, 2. März 2012, S. 4", "Politik", "4"),
        ("Politica, venerdì 2 marzo 2012, p. 4", "Politica", "4"),
    ],
)
def test_headers_of_europresse(header, section, page, tmp_path):
    data = "<html><body>" + "".join(
        f'<article><header><span class="DocPublicationName">Le Port</span><span class="DocHeader">{header}</span>'
        f'<p class="titreArticleVisu rdp__articletitle">Fog</p></header><section><div class="docOcurrContainer"><p>{FIRST}</p>'
        f'<p>{LAST}</p></div></section><footer><div class="publiC-lblNodoc">news·20120302·PO·204005600{n}</div></footer></article>'
        for n in (1, 2)
    )
    items = [one for one in gather(tmp_path, "a.html", data) if isinstance(one, Item)]
    assert len(items) == 2
    for one in read(tmp_path, "a.html", data):
        assert (str(one.published_date), one.section, one.page) == ("2012-03-02", section, page)
        assert one.text == TEXT


# ---- Integrum


@pytest.mark.parametrize("day", ["02.03.2012", "2.3.12", " <b>02.03.2012</b> ", "02.03.2012 10:15"])
@pytest.mark.parametrize("is_word", [True, False])
def test_integrum_under_headings(day, is_word, tmp_path):
    page = "<html><head><title>Отчет</title></head><body>" + "".join(
        f"<h1>Туман в <b>порту</b> {n}</h1>\n<h2>Гавань (Москва)</h2><h2>{day}</h2><p>Туман закрыл порт.<p><p>Паромы ждут: <li>утра"
        "</li>.</p><p></p><br><p></p><br><p></p>"
        for n in (1, 2)
    )
    data = page.encode()
    if is_word:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("word/document.xml", "<w:document><w:body/></w:document>")
            archive.writestr("word/afchunk.htm", page)
        data = made.getvalue()
    found = read(tmp_path, "a.doc", data)
    assert [one.title for one in found] == ["Туман в порту 1", "Туман в порту 2"]
    for one in found:
        assert (one.publication, str(one.published_date), one.language) == ("Гавань (Москва)", "2012-03-02", "ru")
        assert one.text.startswith("Туман закрыл порт.\n\nПаромы ждут:")


def test_any_page_with_headings_is_no_integrum(tmp_path):
    data = "<html><body><h1>Fog</h1><h2>The Gazette</h2><h2>News of 02.03.2012</h2><p>Fog closed the pier.</p></body></html>"
    assert [one.source.count("#") for one in gather(tmp_path, "a.html", data)] == [0]


def test_an_article_of_yomidasu_without_a_text_is_an_article(tmp_path):
    row = "<table class='contentsTable'><tr><th>{}</th><th>1987.01.02</th><th>港に霧</th><th>東京朝刊</th><th>社会</th><th>23頁</th><th>字</th></tr></table>"
    data = f"<html><body><div id='heiseiDetailArea'>{row.format(1)}</div><div id='heiseiDetailArea'>{row.format(2)}</div></body></html>"
    found = read(tmp_path, "a.html", data)
    assert [(one.title, one.text, one.page) for one in found] == [("港に霧", "", "23")] * 2


# ---- LexisNexis: lines of the text that look like fields


def lexis(body: str, *, byline: str = "JANE DOE", section: str = "NEWS; Pg. A1", glued: bool = False) -> str:
    space, apart = " " * 24, "\n" if glued else "\n\n"
    return "".join(
        f"{space}{n} of 2 DOCUMENTS\n\n{space}The Gazette\n\n{space}March 5, 2012 Monday\n\nFog closes the pier{apart}BYLINE: {byline}{apart}"
        f"SECTION: {section}{apart}LENGTH: 20 words{apart}{body}{apart}LOAD-DATE: March 6, 2012{apart}LANGUAGE: ENGLISH\n\n{space}Copyright 2012\n\n"
        for n in (1, 2)
    )


@pytest.mark.parametrize(
    "box",
    [
        ("NAME: Jane Doe", "CITY: Port Amsel", "TITLE: Harbour master", "SOURCE: Census Bureau"),
        ("NOTE: The master was away.",),
        ("QUESTION: When?", "ANSWER: Soon."),
        ("AUTHOR: Ada Brandt", "PUBLISHER: Quay Books"),
    ],
)
@pytest.mark.parametrize("glued", [False, True])
def test_a_box_in_the_text_is_text(box, glued, tmp_path):
    data = lexis("\n\n".join((FIRST, *box, LAST)), glued=glued)
    for one in read(tmp_path, "a.txt", data):
        assert one.text == "\n\n".join((FIRST, *box, LAST))
        assert (one.title, one.authors, one.section, one.page) == ("Fog closes the pier", ("Jane Doe",), "NEWS", "A1")


@pytest.mark.parametrize(
    "tail", ["NAME: JANE DOE (90%)", "COMPANY: ACME INC\n\nCITY: PORT AMSEL", "GRAPHIC: PHOTO, A boat.\n\nA pier."]
)
def test_fields_behind_the_text_are_no_text(tail, tmp_path):
    assert [one.text for one in read(tmp_path, "a.txt", lexis(f"{FIRST}\n\n{LAST}\n\n{tail}"))] == [TEXT] * 2


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Jane Doe jane.doe@gazette.com", ("Jane Doe",)),
        ("By JANE O'BRIEN-McDONALD", ("Jane O'Brien-McDonald",)),
        ("Par Jean-Luc MARTIN", ("Jean-Luc Martin",)),
        ("Иван ПЕТРОВ", ("Иван Петров",)),
        ("Aus Berlin berichtet MAX MUSTERMANN", ("Max Mustermann",)),
        ("Anna Malpas, AFP", ("Anna Malpas",)),
    ],
)
def test_forms_of_bylines(byline, authors, tmp_path):
    assert [one.authors for one in read(tmp_path, "a.txt", lexis(FIRST, byline=byline))] == [authors] * 2


@pytest.mark.parametrize(
    ("section", "kept", "page"),
    [
        ("FEATURES; OPINION; COLUMN; Pg. 24", "FEATURES; OPINION; COLUMN", "24"),
        ("Section A; Column 1; Foreign Desk; Pg. 12", "Section A; Foreign Desk", "12"),
        ("POLITIK; Seite A1", "POLITIK", "A1"),
        ("ESPAÑA; Pág. 12", "ESPAÑA", "12"),
    ],
)
def test_forms_of_sections(section, kept, page, tmp_path):
    assert {(one.section, one.page) for one in read(tmp_path, "a.txt", lexis(FIRST, section=section))} == {(kept, page)}


# ---- Tables with columns in other languages

TABLES = {
    "de": ("Titel", "Datum", "Quelle", "Seite", "Ressort", "Inhalt"),
    "es": ("Título", "Fecha", "Fuente", "Página", "Sección", "Texto"),
    "it": ("Titolo", "Data", "Testata", "Pagina", "Sezione", "Testo"),
    "nl": ("Titel", "Datum", "Krant", "Blz", "Rubriek", "Text"),
    "ru": ("Заголовок", "Дата", "Источник", "Страница", "Раздел", "Текст"),
    "ja": ("タイトル", "掲載日", "新聞名", "ページ", "面名", "本文"),
    "zh": ("标题", "日期", "来源", "页", "版面", "正文"),
}


@pytest.mark.parametrize("interface", TABLES)
def test_columns_in_any_language(interface, tmp_path):
    row = ("Fog closes the pier", "2012-03-05", "The Gazette", "A3", "News", TEXT.replace("\n\n", " "))
    data = "\n".join(",".join(f'"{one}"' for one in cells) for cells in (TABLES[interface], row))
    one = read(tmp_path, "a.csv", data)[0]
    assert (one.title, one.publication, one.page, one.section) == ("Fog closes the pier", "The Gazette", "A3", "News")
    assert str(one.published_date) == "2012-03-05"


@pytest.mark.parametrize(
    ("last", "is_text"),
    [
        ("Copyright 2012 Harbour Media", False),
        ("© Harbour Media", False),
        ("Copyright 2012 Hafen AG\nAlle Rechte vorbehalten", False),
        ("Copyright law must change.", True),
        ("All rights reserved for nobody, says the mayor.", True),
    ],
)
def test_an_owner_that_is_not_set_in_the_middle(last, is_text, tmp_path):
    page = "<html><body>" + "".join(
        f"<!-- Hide XML section from browser\n<DOC NUMBER={n}>\n<DOCFULL> --><div><p>{n} of 2 DOCUMENTS</p></div>"
        '<div style="text-align: center"><p>The Gazette</p></div><div style="text-align: center"><p>March 5, 2012</p></div>'
        f"<div><p><b>Fog</b></p></div><div><p><b>LENGTH: </b>20 words</p></div><div><p>{FIRST}</p><p>{LAST}</p></div>"
        f"<div><p>{last}</p></div><!-- Hide XML section from browser\n</DOCFULL> -->".replace("\nAlle", "<br>Alle")
        for n in (1, 2)
    )
    found = [one.text for one in read(tmp_path, "a.html", page)]
    assert found == [f"{TEXT}\n\n{last}" if is_text else TEXT] * 2


@pytest.mark.parametrize("highlight", [True, False])
@pytest.mark.parametrize("abstract", [("A short abstract.",), ("A short abstract.", "It has two paragraphs.")])
def test_an_abstract_is_no_text(highlight, abstract, tmp_path):
    parts = []
    for n in (1, 2):
        parts += [
            richfiles.paragraph("Fog closes the pier", bold=True, size=14, centred=True, bookmark=f"Bookmark_{n}"),
            richfiles.paragraph("The Gazette", centred=True), richfiles.paragraph("March 2, 2012 Friday", centred=True),
            *([richfiles.field("Highlight", "Thick fog.")] if highlight else []),
            richfiles.paragraph("Body", bold=True, size=14, bookmark=f"Body_{n}"), richfiles.paragraph("ABSTRACT"),
            *map(richfiles.paragraph, abstract), richfiles.paragraph("FULL TEXT"), richfiles.paragraph(FIRST),
            richfiles.paragraph(LAST), richfiles.paragraph("End of Document"),
        ]  # fmt: skip
    described = " ".join([*(["Thick fog."] if highlight else []), *abstract])
    found = read(tmp_path, "a.rtf", richfiles.document(parts))
    assert [(one.text, one.description) for one in found] == [(TEXT, described)] * 2


def test_a_document_that_the_database_could_not_show_is_no_article(tmp_path):
    failed = "We are sorry but there is an error in this document and it is not possible to display it."
    parts = [richfiles.paragraph(failed), richfiles.paragraph("End of Document")]
    for n in (1, 2):
        parts += [
            richfiles.paragraph(f"Fog closes pier {n}", bold=True, size=14, centred=True), richfiles.paragraph("The Gazette", centred=True),
            richfiles.paragraph("March 2, 2012 Friday", centred=True), richfiles.paragraph("Body", bold=True, size=14),
            richfiles.paragraph(FIRST), richfiles.paragraph(LAST), richfiles.paragraph("End of Document"),
        ]  # fmt: skip
    data = richfiles.document(parts)
    assert [one.title for one in read(tmp_path, "a.rtf", data)] == ["Fog closes pier 1", "Fog closes pier 2"]
    skipped = [one.detail for one in gather(tmp_path, "a.rtf", data) if not isinstance(one, Item)]
    assert skipped == ["LexisNexis: a document that the database could not show"]
