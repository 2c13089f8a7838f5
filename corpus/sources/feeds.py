"""Read feeds saved to disk: RSS, Atom and JSON Feed. An entry with its full text is a document, as a JSON object.

Nothing is fetched, and no entity is expanded. An entry that only announces an article is reported, not taken.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from corpus.sources.entries import ROW, Item, Reason, Skipped
from corpus.text.decode import declared_encoding, decode
from corpus.text.entities import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

_XML: Final = frozenset({"application/xml", "application/rss+xml", "application/atom+xml"})
_ROOT: Final = re.compile(rb"<(?:[a-zA-Z]+:)?(?:rss|feed|RDF)[\s>]")
_MENTIONED: Final = b"jsonfeed"
_JSON_FEED: Final = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version')
DECLARATION: Final = re.compile(r"<\?xml[^<>]{0,500}>")
_ENCODING: Final = re.compile(rb"\s*<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.-]{2,40})")
# What is neither in CDATA nor in a comment; of either that is never closed, all is in it.
_REFERENCE: Final = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{0,31};)?",
    re.DOTALL,
)
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Titles are words with a few of these, escaped; others in them, as <video>, are meant.
_INLINE: Final = re.compile(
    r"</?(?:a|abbr|b|br|cite|code|em|font|i|img|p|q|s|small|span|strong|sub|sup|u|wbr)\b[^<>]{0,2000}>", re.IGNORECASE
)
_ANY: Final = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_HEAD: Final = 4_096
_MOST_BYTES: Final = 20_000_000
_MOST_ENTRIES: Final = 100_000
_MOST_REFERENCES: Final = 1_000_000
# Descriptions are summaries, unless they are as long as articles; so many characters are some 150 words.
_FULL: Final = 1_000
# local name of an element: the field of a row
_FIELDS: Final = {
    "title": "title", "encoded": "content_html", "content": "content_html", "published": "date", "pubDate": "date",
    "issued": "date", "date": "date", "updated": "modified", "modified": "modified", "language": "language",
}  # fmt: skip


def is_feed(item: Item) -> bool:
    """Return whether a document is a feed, by its beginning."""
    if item.media_type == ROW:
        # A row of a table, `source#number`, is not a feed, even if it is about one.
        if item.source[-1:].isdigit():
            return False
        return item.data.find(_MENTIONED, 0, _HEAD) >= 0 and _JSON_FEED.search(item.data, 0, _HEAD) is not None
    # Without zeros UTF-16 is ASCII here.
    return item.media_type in _XML and _ROOT.search(item.data[:_HEAD].replace(b"\0", b"")) is not None


def read(item: Item) -> Iterator[Item | Skipped]:
    """Yield the entries of a feed, each as `source#number`, counted from 1.

    Args:
        item: the feed.
    """
    if len(item.data) > _MOST_BYTES:
        yield Skipped(item.source, Reason.TOO_LARGE, f"a feed of {len(item.data):,} bytes")
        return
    torn = None
    try:
        if item.media_type == ROW:
            entries = list(json_rows(json.loads(item.data)))
        else:
            entries, torn = _xml(item.data)
    except (ValueError, RecursionError) as error:
        yield Skipped(item.source, Reason.CORRUPT, f"no feed: {' '.join(str(error).split())[:200]}")
        return
    if not entries and torn is None:
        yield Skipped(item.source, Reason.EMPTY, "a feed without entries")
    for number, entry in enumerate(entries[:_MOST_ENTRIES], 1):
        source = f"{item.source}#{number}"
        if not entry.get("content_html"):
            yield Skipped(source, Reason.SUMMARY, str(entry.get("url") or "")[:200])
            continue
        data = document(entry)
        url = entry.get("url")
        # JSON can name lone surrogates, which have no place in UTF-8.
        address = url.encode("utf-8", "replace").decode() if isinstance(url, str) else None
        yield Item(source, data, ROW, url=address, captured_at=item.captured_at)
    if len(entries) > _MOST_ENTRIES:
        yield Skipped(item.source, Reason.TOO_LARGE, f"the rest after {_MOST_ENTRIES:,} entries")
    if torn is not None:
        yield Skipped(item.source, Reason.TORN, torn)


def document(row: dict[str, Any]) -> bytes:
    """Return an entry with its full text as the bytes of a document."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def json_rows(feed: Any) -> Iterator[dict[str, Any]]:
    """Yield the entries of a JSON Feed as rows.

    Args:
        feed: the parsed file.

    Raises:
        ValueError: it has no list of items.
    """
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ValueError("it has no list of items")  # noqa: TRY004 - of the file, not of a type
    language = feed.get("language")
    for entry in feed["items"]:
        if isinstance(entry, dict):
            row = {
                "title": entry.get("title"),
                "content_html": entry.get("content_html") or entry.get("content_text"),
                "description": entry.get("summary"),
                "url": entry.get("url") or entry.get("external_url"),
                "date": entry.get("date_published"),
                "modified": entry.get("date_modified"),
                "authors": entry.get("authors") or ([entry["author"]] if entry.get("author") else None),
                "tags": entry.get("tags"),
                "language": entry.get("language") or language,
            }
            yield {key: value for key, value in row.items() if value}


def _xml(data: bytes) -> tuple[list[dict[str, Any]], str | None]:
    """Return the entries of RSS or Atom, and what was lost if the file ends early, within an entry for example."""
    root, elements, torn = xml_entries(data)
    language = next((_text(one) for one in root.iter("language", "{*}language")), None) or root.get(_LANG)
    entries = [row_of(element) for element in elements]
    if language:
        for row in entries:
            row.setdefault("language", language)
    return entries, torn


def xml_entries(data: bytes) -> tuple[Any, list[Any], str | None]:
    """Read RSS or Atom, also with the usual violations of their rules.

    Args:
        data: the feed, of bounded length.

    Returns:
        The root element, the elements of the entries, and what was lost if the file ends early.

    Raises:
        ValueError: the file has no element.
    """
    from lxml import etree

    text = DECLARATION.sub("", decoded_xml(data).lstrip("\ufeff \t\r\n"), 1)
    torn = None
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), _parser(recover=False))
    except etree.XMLSyntaxError:
        try:
            root = etree.fromstring(mended_xml(text).encode("utf-8", "replace"), _parser(recover=True))
        except etree.XMLSyntaxError as error:
            raise ValueError(str(error)) from None
        if root is None:
            raise ValueError("no element") from None
        name = (f"{root.prefix}:" if root.prefix else "") + root.tag.rpartition("}")[2]
        if not re.search(rf"</{re.escape(name)}\s*>", text[-_HEAD:]):
            torn = "the feed ends early"
    entries = list(root.iter("item", "entry", "{*}item", "{*}entry"))
    if torn and entries and max(map(text.rfind, ("<item", "<entry"))) > max(map(text.rfind, ("</item", "</entry"))):
        entries.pop()
        torn = f"the feed ends early, within entry {len(entries) + 1:,}"
    return root, entries, torn


def _parser(*, recover: bool) -> Any:
    from lxml import etree

    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover
    )


def decoded_xml(data: bytes) -> str:
    """Return the text of an XML file. Many files declare a wrong encoding, so the bytes decide."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        found = _ENCODING.match(data)
    name = declared_encoding(found[1].decode()) if found else None
    if name and not name.startswith("utf"):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(name)
    return decode(data).text


def mended_xml(text: str) -> str:
    """Return XML that can be read.

    Feeds violate the rules by stray ampersands, HTML's names of characters, and control characters. After an error
    libxml2 leaves out every named entity, also `&lt;`, but not numeric ones. So names are replaced by numbers.

    Raises:
        ValueError: it has more ampersands than any feed.
    """
    if text.count("&") > _MOST_REFERENCES:
        raise ValueError(f"more than {_MOST_REFERENCES:,} ampersands in broken XML")
    return _REFERENCE.sub(_number, _CONTROLS.sub("", text))


def _number(found: re.Match[str]) -> str:
    reference, name = found[0], found[1]
    if reference[0] == "<" or (name and name.startswith("#")):
        return reference
    known = unescape(reference) if name else reference
    return f"&#38;{reference[1:]}" if known == reference else "".join(f"&#{ord(letter)};" for letter in known)


_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def row_of(entry: Any) -> dict[str, Any]:
    """Return an entry of RSS or Atom as a row."""
    row: dict[str, Any] = {}
    authors: list[str] = []
    tags: list[str] = []
    for one in entry:
        if not isinstance(one.tag, str):
            continue
        name = one.tag.rpartition("}")[2]
        if name == "link":
            if address := one.get("href") or _text(one):
                # Of Atom's links, the entry's page and not its feed's.
                row.setdefault("url" if one.get("rel", "alternate") == "alternate" else "", address)
        elif name in {"author", "creator"}:
            names = [_text(inner) for inner in one if isinstance(inner.tag, str) and inner.tag.endswith("name")]
            authors += [found for found in names or [_text(one)] if found]
        elif name == "category":
            tags += [found for found in [one.get("term") or _text(one)] if found]
        elif name in {"description", "summary"}:
            row.setdefault("description", _text(one))
            row.setdefault("plain", one.get("type", "html") in {"text", "xhtml"})
        elif name == "title":
            # Of RSS nobody knows whether it is HTML, so most readers take it for that. Atom says so.
            atom = one.tag.startswith(_ATOM)
            is_html = one.get("type", "text" if atom else "html") in {"html", "text/html"}
            row.setdefault("title", unescape(_INLINE.sub("", _text(one))).strip() if is_html else _text(one))
        elif name in _FIELDS:
            row.setdefault(_FIELDS[name], _content(one) if name == "content" else _text(one))
    if len(row.get("description") or "") >= _FULL and not row.get("content_html"):
        row["content_html"] = row.pop("description")
    if not row.pop("plain", True) and "description" in row:
        row["description"] = unescape(_ANY.sub(" ", row["description"])).strip()
    row.pop("", None)
    row |= {"authors": authors, "tags": tags}
    return {key: value for key, value in row.items() if value}


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _content(element: Any) -> str:
    """Return the content of an Atom entry: text, escaped HTML, or elements of XHTML."""
    from lxml import etree

    if element.get("src"):
        return ""
    if element.get("type") != "xhtml":
        return _text(element)
    return "".join(etree.tostring(inner, encoding="unicode", method="html") for inner in element).strip()
