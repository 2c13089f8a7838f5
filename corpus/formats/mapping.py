"""Which columns of a table mean what: the one place where that is decided, for one row and for many.

The usual names of columns are known, those of news-please, Fundus and datatrove's rows among them; params.yaml's
`ingest.columns` names others, which then come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# field: its usual names, in lower case, the surest first
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title", "headline", "heading", "title_rss"),
    "text": (
        "maintext", "text", "body", "content", "articlebody", "article_body", "article_text", "plaintext", "full_text",
        "fulltext", "article", "content_html",
    ),
    "url": ("url", "link", "canonical_url", "article_url", "requested_url", "target_uri", "uri"),
    "date": (
        "published_at", "date_publish", "datepublished", "publishing_date", "publish_date", "publication_date",
        "published_date", "date_published", "published", "pubdate", "pub_date", "date", "created_at", "timestamp",
    ),
    "modified": ("modified_at", "date_modify", "datemodified", "date_modified", "updated_at", "updated", "modified"),
    "authors": ("authors", "author", "byline", "creator", "author_name"),
    "publisher": ("publisher", "source_domain", "domain", "source", "outlet", "site", "site_name", "newspaper"),
    "publication": ("publication", "publication_name", "publication_title"),
    "page": ("page", "pages", "page_number", "print_page"),
    "edition": ("edition",),
    "accession": ("accession", "accession_number", "accession_no"),
    "language": ("language", "lang", "inlanguage"),
    "description": ("description", "summary", "standfirst", "abstract", "lead", "subtitle", "dek"),
    "section": ("section", "category", "articlesection", "news_desk"),
    "keywords": ("keywords", "tags", "topics"),
}  # fmt: skip
# Where datasets nest what belongs to the article.
_INNER: Final = ("metadata", "meta", "html")
# So many sets of columns are remembered; a table has one, and hostile rows have one each.
_MOST_KNOWN: Final = 1_000


def columns(keys: Iterable[str], given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What the columns of a table are taken for: for each field its columns, the first that is filled is used.

    Args:
        keys: the table's columns.
        given: params.yaml's `ingest.columns`.
    """
    known = {key.strip().lower(): key for key in reversed(list(keys))}
    found: dict[str, list[str]] = {}
    for field, usual in NAMES.items():
        named = [
            known[name.strip().lower()] for name in (*given.get(field, ()), *usual) if name.strip().lower() in known
        ]
        if named:
            found[field] = list(dict.fromkeys(named))
    return found


class Columns:
    """What rows say of a field, by the columns that they have.

    Args:
        given: params.yaml's `ingest.columns`.
    """

    def __init__(self, given: Mapping[str, Sequence[str]]) -> None:
        self._given = dict(given)
        self._known: dict[tuple[str, ...], dict[str, list[str]]] = {}

    def names(self, row: Mapping[str, Any], field: str) -> list[str]:
        """The columns of a row that are taken for a field, those that are nested in the usual places among them."""
        nested = [row[inner] for inner in _INNER if isinstance(row.get(inner), dict)]
        return [
            *self._of(tuple(row)).get(field, ()),
            *(name for values in nested for name in NAMES[field] if name in values),
        ]

    def first(self, row: Mapping[str, Any], field: str) -> Any:
        """The first filled value of a field's columns, else of those that are nested in the usual places."""
        for name in self._of(tuple(row)).get(field, ()):
            if (value := row.get(name)) not in (None, "", [], {}):
                return value
        for inner in _INNER:
            nested = row.get(inner)
            if isinstance(nested, dict):
                for name in NAMES[field]:
                    if (value := nested.get(name)) not in (None, "", [], {}):
                        return value
        return None

    def fields(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """The same of many rows, by field. A value that is not filled may be any empty one, or None."""
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
