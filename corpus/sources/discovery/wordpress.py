"""Posts that WordPress gives through its REST API, with their texts."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from corpus.sources import feeds
from corpus.sources.discovery.found import MOST_FEED_BYTES, Collector, is_html, rows_of, text_of
from corpus.text.entities import unescape

_PER_PAGE: Final = 50
_MOST_POSTS: Final = 1_000
_MOST_PAGES: Final = 1_000
# What a site without `per_page` gives.
_USUAL: Final = 10
_TAG: Final = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_LAST: Final = "rest_post_invalid_page_number"


def first_page(url: str) -> str:
    """Return the address of the newest posts of a site, from its own address or that of its API."""
    parts = urlsplit(url)
    if "rest_route=" in parts.query or "/wp-json/" in parts.path:
        return url
    path = parts.path.removesuffix("/wp-json").rstrip("/")
    query = urlencode({"per_page": _PER_PAGE, "orderby": "date", "order": "desc"})
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/wp-json/wp/v2/posts", query, ""))


def read(body: bytes, collector: Collector) -> None:
    """Read a page of posts; the next page is in `more` if this one is full.

    Args:
        body: the answer, decompressed.
        collector: takes what is found; its base is the address that was asked for.
    """
    if len(body) > MOST_FEED_BYTES:
        collector.problem(f"an answer of {len(body):,} bytes; at most {MOST_FEED_BYTES:,} are read")
        return
    try:
        posts = _value(body)
    except (ValueError, RecursionError):
        collector.problem("this is an HTML page, not an answer of the API" if is_html(body) else "not JSON")
        return
    if isinstance(posts, dict) and "link" in posts:
        posts = [posts]
    if not isinstance(posts, list):
        code = text_of(posts.get("code")) if isinstance(posts, dict) else None
        if code != _LAST:
            collector.problem(f"the API answers {ascii(code)[1:-1][:100]}" if code else "not a list of posts")
        return
    for post in rows_of(posts)[:_MOST_POSTS]:
        _add(post, collector)
    if collector.is_empty:
        collector.problem("the API names no posts")
    elif following := _next(collector.base, len(posts)):
        collector.add_more(following)


def _value(body: bytes) -> Any:
    """Return the JSON of an answer; PHP may have printed warnings before it."""
    data = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    try:
        return json.loads(data)
    except ValueError:
        start = re.search(rb"\[\s*\{\s*\"(?:id|date|link)\"", data[:100_000])
        if start is None:
            raise
        return json.loads(data[start.start() :])


def _add(post: dict[str, Any], collector: Collector) -> None:
    status = post.get("status", "publish")
    if status != "publish":
        return
    link = text_of(post.get("link"))
    content, title = post.get("content"), _rendered(post.get("title"))
    body = _rendered(content)
    row = {
        "title": unescape(_TAG.sub("", title)).strip() if title else None,
        # A post behind a password gives an empty text.
        "content_html": body if body and not (isinstance(content, dict) and content.get("protected")) else None,
        "description": unescape(_TAG.sub(" ", _rendered(post.get("excerpt")) or "")).strip() or None,
        "url": collector.resolve(link),
        "date": _utc(post.get("date_gmt")) or text_of(post.get("date")),
        "modified": _utc(post.get("modified_gmt")) or text_of(post.get("modified")),
        "authors": _authors(post),
    }
    row = {key: value for key, value in row.items() if value}
    if link is None:
        collector.problem("a post has no link")
        return
    document = feeds.document(row) if "content_html" in row else None
    collector.add(link, row.get("date"), row.get("modified"), row.get("title"), document)


def _rendered(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("rendered")
    return text_of(value)


def _utc(written: object) -> str | None:
    """Return a time of WordPress in UTC with its offset, which the API leaves out."""
    text = text_of(written)
    if text is None or text.startswith("0000"):
        return None
    return f"{text}Z" if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text) else text


def _authors(post: dict[str, Any]) -> list[str]:
    embedded = post.get("_embedded")
    rows = rows_of(embedded.get("author")) if isinstance(embedded, dict) else []
    names = [name for one in rows if (name := text_of(one.get("name")))]
    yoast = post.get("yoast_head_json")
    if not names and isinstance(yoast, dict) and (name := text_of(yoast.get("author"))):
        names = [name]
    return names[:20]


def _next(asked: str, posts: int) -> str | None:
    """Return the address of the next page; None if this one was not full."""
    try:
        parts = urlsplit(asked)
        query = parse_qs(parts.query)
        page = int(query.get("page", ["1"])[0])
        per_page = int(query.get("per_page", [str(_USUAL)])[0])
    except ValueError:
        return None
    if posts < per_page or not 1 <= page < _MOST_PAGES:
        return None
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "page"]
    return urlunsplit(parts._replace(query=urlencode([*kept, ("page", str(page + 1))]), fragment=""))
