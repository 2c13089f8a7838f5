"""Other programs that read pages, each by what it says of one page; only those that are installed can be asked."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

from corpus.formats import parser_of
from corpus.formats.article import Document

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]


def ours(data: bytes, url: str) -> Record:
    """This package's parser."""
    parser = parser_of("text/html", "by-language")
    if parser is None:
        raise LookupError("text/html")
    read = parser.parse(Document(data, "text/html", "page", url or None))
    return {
        "title": read.title,
        "authors": list(read.authors),
        "agency": read.agency,
        "published_at": str(read.published_at or read.published_date or ""),
        "published_date": str(read.published_date or ""),
        "date_source": read.date_source,
        "text": read.text,
    }


def trafilatura(data: bytes, url: str) -> Record:
    """With metadata, in its usual mode."""
    import trafilatura as peer

    read = json.loads(peer.extract(data, url=url or None, output_format="json", with_metadata=True) or "{}")
    authors = [one for one in (read.get("author") or "").split("; ") if one]
    return {"title": read.get("title"), "authors": authors, "published_at": read.get("date"), "text": read.get("text")}


def newspaper4k(data: bytes, url: str) -> Record:
    """Its Article, from HTML that is at hand."""
    import newspaper

    article = newspaper.Article(url)
    article.download(input_html=data.decode("utf-8", "replace"))
    article.parse()
    published = str(article.publish_date or "")
    return {"title": article.title, "authors": article.authors, "published_at": published, "text": article.text}


def resiliparse(data: bytes, _: str) -> Record:
    """Main content only: it reads no metadata."""
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(data.decode("utf-8", "replace"), main_content=True, alt_texts=False, links=False)
    return {"text": text}


def htmldate(data: bytes, url: str) -> Record:
    """The day of publication only."""
    import htmldate as peer

    return {"published_at": peer.find_date(data.decode("utf-8", "replace"), original_date=True, url=url or None)}


def mediacloud(data: bytes, url: str) -> Record:
    """Media Cloud's reading."""
    import mcmetadata

    read = mcmetadata.extract(url, data.decode("utf-8", "replace"))
    published = str(read.get("publication_date") or "")
    return {
        "title": read.get("article_title"),
        "authors": [],
        "published_at": published,
        "text": read.get("text_content"),
    }


_PEERS: dict[str, tuple[str, Callable[[bytes, str], Record]]] = {
    "trafilatura": ("trafilatura", trafilatura),
    "newspaper4k": ("newspaper", newspaper4k),
    "htmldate": ("htmldate", htmldate),
    "resiliparse": ("resiliparse", resiliparse),
    "mediacloud": ("mcmetadata", mediacloud),
}


def installed() -> dict[str, Callable[[bytes, str], Record]]:
    """The peers that can be imported, by name."""
    return {name: run for name, (module, run) in _PEERS.items() if importlib.util.find_spec(module)}
