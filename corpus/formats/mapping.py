"""Decide what the columns of a table mean, for one row and for many. This is decided only here.

The usual names of columns are known, those of news-please, Fundus and datatrove's rows among them; params.yaml's
`ingest.columns` names others, which then come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.formats.printed import LONGEST_NOTHING, NOTHING_BEGINS, is_nothing, plain
from corpus.text.keys import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# What is done to a page when it is captured, as columns call it; crawlers and archives have words of their own.
_CAPTURED: Final = (
    "captured", "crawled", "fetched", "scraped", "retrieved", "downloaded", "accessed", "harvested", "collected", "archived",
)  # fmt: skip
_CAPTURES: Final = (
    "capture", "crawl", "fetch", "scrape", "scraping", "retrieval", "download", "access", "harvest", "collection", "collect",
    "archive", "snapshot", "wayback", "crawling", "fetching",
)  # fmt: skip
# field: its usual names, the surest first; compared without case and without what parts their words
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "title": (
        "title", "headline", "heading", "title_rss", "web_title", "article_title", "news_title", "post_title", "story_title",
        "headline_main", "title_full", "제목", "title_clean", "titre", "título", "titulo", "titel",
        "titolo", "tytuł", "заголовок", "标题", "標題", "タイトル", "başlık",
    ),
    "text": (
        "maintext", "text", "body", "content", "article_body", "article_text", "body_text", "plaintext", "plain_text", "full_text",
        "article", "text_content", "content_text", "article_content", "news_content", "story_text", "story_body", "clean_text",
        "cleaned_text", "raw_text", "content_html", "body_html", "content_encoded", "본문", "full_content", "post_content",
        "content_clean", "contenu", "contenido", "conteúdo", "texto", "texte", "testo", "inhalt", "текст", "正文", "本文", "内容", "metin",
    ),
    "url": (
        "url", "link", "canonical_url", "article_url", "web_url", "news_url", "story_url", "requested_url", "target_uri",
        "permalink", "href", "uri", "share_url", "page_url", "story_link", "story_url_link", "original_url", "链接",
    ),
    "date": (
        "published_at", "date_publish", "date_published", "datetime_pub", "publishing_date", "publish_date", "publication_date",
        "published_date", "web_publication_date", "first_publication_date", "first_published_at", "first_published_date",
        "publish_datetime", "published_datetime", "publication_datetime", "published_on", "published_time", "publish_time",
        "published", "publish_at", "iso_date", "pub_date", "pub_time", "datetime", "date_time", "date", "date_issued", "issued",
        "release_date", "display_date", "article_date", "news_date", "story_date", "post_date", "posted_at", "posted", "dc_date",
        "created_at", "date_created", "created", "creation_date", "created_date", "timestamp", "seen_date", "일자",
        "first_published", "dcterms_date", "dcterms_created", "article_published_time", "og_published_time", "published_utc", "display_datetime",
        "original_publish_date", "original_publication_date", "date_posted", "posted_on", "posted_date", "published_dt", "time_published",
        "date_time_published", "created_utc", "datum", "erscheinungsdatum", "veröffentlicht", "fecha", "fecha_publicacion",
        "fecha_de_publicación", "date_publication", "date_de_publication", "data_publicacao", "data_pubblicazione", "дата", "日期",
        "data", "发布时间", "发布日期", "掲載日", "公開日", "tarih",
    ),
    "modified": (
        "modified_at", "date_modify", "date_modified", "updated_at", "updated", "modified", "last_modified", "last_modified_at",
        "last_modified_date", "modified_date", "modification_date", "date_updated", "updated_date", "last_updated", "last_update",
        "update_time",
    ),
    # Read when a row is added, and not when it is parsed: see `corpus.sources.capturetimes`.
    "captured": (
        *(f"{done}_{what}" for done in _CAPTURED for what in ("at", "on", "date", "time", "datetime", "timestamp", "ts")),
        *(f"{done}_{what}" for done in _CAPTURES for what in ("date", "time", "datetime", "timestamp", "ts")),
        *(f"{what}_{done}" for done in (*_CAPTURED, *_CAPTURES) for what in ("date", "time", "datetime", "timestamp")),
        "captured", "crawled", "fetched", "scraped", "retrieved", "warc_date",
    ),
    "authors": (
        "authors", "author", "byline", "creator", "creators", "dc_creator", "author_name", "author_names", "byline_original",
        "writer", "writers", "reporter", "기고자", "authors_list", "article_author", "journalist", "journalists", "by", "auteur",
        "auteurs", "autor", "autores", "autore", "autoren", "verfasser", "автор", "авторы", "作者", "著者", "yazar", "auteur_s", "autora", "执笔者", "記者", "记者", "기자",
    ),
    "publisher": (
        "publisher", "source_domain", "domain", "source", "outlet", "site", "site_name", "newspaper", "source_name", "clean_url",
        "media_name", "media_url", "publisher_name", "source_title", "website", "hostname", "host", "provider", "media_outlet", "zeitung", "издание", "来源", "來源",
        "quelle", "fuente", "fonte", "bron", "источник", "出典", "출처",
    ),
    "publication": (
        "publication", "publication_name", "publication_title", "pub_title", "newspaper", "newspaper_name", "source_name",
        "source_title", "medium", "paper_name", "journal", "언론사",
        "publikation", "publicación", "periódico", "pubblicazione", "testata", "publicação", "jornal", "publicatie", "krant", "媒体", "媒体名",
        "新聞名", "紙名", "报纸", "매체명",
    ),
    "page": ("page", "pages", "page_number", "print_page", "pagenr", "page_nr", "start_page", "seite", "seiten", "página", "pagina", "blz", "страница", "полоса", "ページ", "頁", "页", "版次", "페이지", "지면"),
    "edition": ("edition", "ausgabe", "édition", "edición", "edizione", "edição", "editie", "выпуск", "朝夕刊", "版本"),
    "accession": ("accession", "accession_number", "accession_no", "an", "store_id", "뉴스 식별자"),
    "language": ("language", "lang", "in_language", "language_code", "lang_code", "source_language", "article_language", "source_lang", "language_iso", "sprache", "langue", "idioma", "lingua", "taal", "язык", "言語", "语言", "언어"),
    "description": (
        "description", "summary", "standfirst", "abstract", "lead", "subtitle", "dek", "deck", "excerpt", "snippet",
        "lead_paragraph", "trail_text", "content_snippet", "teaser", "intro", "sub_headline", "subheadline", "sub_title",
    ),
    "section": ("section", "category", "section_name", "article_section", "news_desk", "desk", "rubric", "pillar_name", "통합 분류1", "rubrik", "rubrique", "ressort", "sección", "рубрика", "sezione", "seção", "rubriek", "раздел", "面名", "版面", "栏目", "섹션"),
    "keywords": ("keywords", "tags", "topics", "keyword", "tag", "subjects", "concepts", "categories", "des_facet", "labels", "themes", "schlagworte", "schlagwörter", "palabras_clave", "parole_chiave", "palavras_chave", "trefwoorden", "ключевые_слова", "キーワード", "关键词", "mots_clés", "특성추출(가중치순 상위 50개)"),
}  # fmt: skip
# Columns of lists of stories that databases give without their texts: all of a database's are there, and no text.
_LISTS: Final = {
    "Media Cloud": (
        frozenset({"media_url", "publish_date", "title", "url"}), frozenset({"media_id", "publish_date", "title", "url"}),
        frozenset({"stories_id", "title", "url"}),
    ),
    "AmCAT": (frozenset({"medium", "date", "title", "id"}), frozenset({"medium", "date", "headline", "id"})),
}  # fmt: skip
_KEYS: Final = {field: tuple(dict.fromkeys(map(key, names))) for field, names in NAMES.items()}
# All of them as `corpus.text.keys` compares them.
KNOWN: Final = frozenset(name for names in _KEYS.values() for name in names)
# Where datasets nest what belongs to the article.
_INNER: Final = ("metadata", "meta", "html", "fields", "article", "_source")
# So many sets of columns are remembered; a table has one, and hostile rows have one each.
_MOST_KNOWN: Final = 1_000


def listed_by(row: Mapping[str, Any]) -> str | None:
    """Return the database whose list of stories a row without a text is from; None if it is not from a known database.

    Args:
        row: a row.
    """
    names = {str(name).lower() for name in row}
    return next((database for database, kinds in _LISTS.items() if any(kind <= names for kind in kinds)), None)


def columns(keys: Iterable[str], given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return for each field the columns of a table that are taken for it. The first filled one is used.

    Args:
        keys: the columns of the table.
        given: params.yaml's `ingest.columns`.
    """
    known = {key(name): name for name in reversed(list(keys))}
    found: dict[str, list[str]] = {}
    for field, usual in _KEYS.items():
        named = [known[one] for one in (*map(key, given.get(field, ())), *usual) if one in known]
        if named:
            found[field] = list(dict.fromkeys(named))
    return found


def _filled(value: Any) -> Any:
    """Return the meaning of a value, also in MongoDB's extended JSON; None for an empty one."""
    if isinstance(value, (dict, list)):
        value = plain(value)
    return None if is_nothing(value) else value


def _all_filled(values: list[Any]) -> list[Any]:
    """Return the same for many values. Most are longer than empty values, or begin differently."""
    return [
        one
        if one is None
        or (type(one) is str and one and (one[0] not in NOTHING_BEGINS or len(one) > LONGEST_NOTHING))
        or (type(one) is list and len(one) == 1 and type(one[0]) is str and one[0] and one[0][0] not in NOTHING_BEGINS)
        else _filled(one)
        for one in values
    ]


class Columns:
    """The values of rows for a field, by the columns that they have.

    Args:
        given: params.yaml's `ingest.columns`.
    """

    def __init__(self, given: Mapping[str, Sequence[str]]) -> None:
        self._given = dict(given)
        self._known: dict[tuple[str, ...], dict[str, list[str]]] = {}

    def names(self, row: Mapping[str, Any], field: str) -> list[str]:
        """Return the columns of a row that are taken for a field, also those nested in the usual places."""
        nested = [row[inner] for inner in _INNER if isinstance(row.get(inner), dict)]
        return [
            *self._of(tuple(row)).get(field, ()),
            *(name for values in nested for name in self._of(tuple(values)).get(field, ())),
        ]

    def first(self, row: Mapping[str, Any], field: str) -> Any:
        """Return the first filled value of a field's columns, else of columns nested in the usual places."""
        for name in self._of(tuple(row)).get(field, ()):
            if (value := _filled(row.get(name))) is not None:
                return value
        for inner in _INNER:
            nested = row.get(inner)
            if isinstance(nested, dict):
                for name in self._of(tuple(nested)).get(field, ()):
                    if (value := _filled(nested.get(name))) is not None:
                        return value
        return None

    def fields(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """Return the same for many rows, by field. A missing value is None or any empty value."""
        found = {field: [None] * len(rows) for field in NAMES}
        numbers: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(rows):
            numbers.setdefault(tuple(row), []).append(number)
        for keys, chosen in numbers.items():
            some = rows if len(numbers) == 1 else [rows[number] for number in chosen]
            nested = any(inner in keys for inner in _INNER)
            taken = self._of(keys)
            for field in NAMES if nested else taken:
                names = taken.get(field, ())
                values = [row[names[0]] for row in some] if names else [None] * len(some)
                values = _all_filled(values)
                if nested or len(names) > 1:
                    values = [value or self.first(row, field) for value, row in zip(values, some, strict=True)]
                if len(numbers) == 1:
                    found[field] = values
                else:
                    for number, value in zip(chosen, values, strict=True):
                        found[field][number] = value
        return found

    def _of(self, keys: tuple[str, ...]) -> dict[str, list[str]]:
        if keys not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[keys] = columns(keys, self._given)
        return self._known[keys]
