"""Reads what a page declares in its meta and link elements, in any vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.formats.html.outline import is_related
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.formats.html.outline import Outline

Declared = dict[str, list[str]]

_MOST: Final = 400
_MOST_NAMES: Final = 8
_LONGEST: Final = 5_000

TITLE: Final = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "title")
DESCRIPTION: Final = (
    "og:description", "description", "twitter:description", "sailthru.description", "dc.description",
    "dcterms.description", "abstract",
)  # fmt: skip
PUBLISHED: Final = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time",
    "parsely-pub-date", "sailthru.date", "datepublished", "date", "pubdate", "publishdate", "publish-date",
    "publish_date", "published_time", "publication_date", "dc.date.issued", "dcterms.date", "dcterms.created",
    "dc.date", "dc.date.created", "article.published", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "cxenseparse:articlepublishtime", "iso-8601-publish-date", "release_date", "originalpublicationdate",
    "last-modified-date-first", "vf:published", "displaydate", "rnews:datepublished", "bt:pubdate", "ptime",
    "published-date", "published_at", "article_date_original", "date.release", "dcterms.issued", "dc.issued",
    "pub_date", "publicationdate", "article:publish_date", "shareaholic:article_published_time", "creation_date",
)  # fmt: skip
# Of these the vocabularies say that they date something about the page, or nothing at all.
VAGUE: Final = ("date", "dc.date", "dcterms.date", "dc.date.created", "dcterms.created", "creation_date")
MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "modified_time", "vf:lastupdated", "bt:moddate", "updated_time",
)  # fmt: skip
AUTHOR: Final = (
    "article:author:name", "article:author", "og:article:author", "author", "parsely-author",
    "sailthru.author", "dc.creator",
    "dcterms.creator", "byl", "cxenseparse:author", "authors", "article:authors", "twitter:data1", "dcsext.author",
    "vr:author", "creator",
)  # fmt: skip
SECTION: Final = (
    "article:section", "parsely-section", "sailthru.section", "section", "cxenseparse:taxonomy", "vr:category",
    "category", "cxenseparse:category",
)  # fmt: skip
KEYWORDS: Final = ("article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords", "og:article:tag")
SITE: Final = ("og:site_name", "application-name", "twitter:site", "publisher", "copyright", "dc.publisher")
URL: Final = ("og:url", "parsely-link", "twitter:url", "dc.identifier")
LANGUAGE: Final = ("og:locale", "language", "dc.language", "content-language", "dcterms.language", "inlanguage")


def declared(outline: Outline) -> Declared:
    """Return the values of all meta elements by their lower-cased names, in the order of the page."""
    found: Declared = {}
    for node in outline.all("meta")[:_MOST]:
        attributes = node.attributes
        content = attributes.get("content") or attributes.get("value")
        if not content:
            continue
        for key in ("property", "name", "itemprop", "http-equiv"):
            name = attributes.get(key)
            if name:
                value = one_line(content[:_LONGEST])
                for one in _names(name) if value else ():
                    found.setdefault(one, []).append(value)
    return found


def _names(written: str) -> list[str]:
    """Return the names in an attribute. RDFa may list several; other names may have a stray space."""
    several = written.lower().split()[:_MOST_NAMES]
    return [*several, "".join(several)] if len(several) > 1 else several


def first(found: Declared, names: tuple[str, ...]) -> str | None:
    """Return the first value that any of the names has."""
    return next((found[name][0] for name in names if name in found), None)


def declared_as(found: Declared, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the first value of each of the names that a page has, behind `meta` and the name."""
    for name in names:
        if name in found:
            yield f"meta {name}", found[name][0]


def every(found: Declared, names: tuple[str, ...]) -> list[str]:
    """Return all values of the first name that has a value."""
    return next((found[name] for name in names if name in found), [])


def canonical(outline: Outline) -> str | None:
    """Return the page's canonical address, as it is written there."""
    links = (node.attributes for node in outline.all("link"))
    return next((link["href"] for link in links if "href" in link and is_related(link, "canonical")), None)
