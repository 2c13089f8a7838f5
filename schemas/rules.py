"""The checks by name: what each means, and what it does unless params.yaml says otherwise.

A rule is either reported by a parser, which alone sees the bytes, or checked on the parsed table by `schemas.models`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# C0 and C1 but newline; tabs are gone by then.
CONTROL: Final = r"[\x00-\x09\x0b-\x1f\x7f-\x9f]"


class Severity(StrEnum):
    """What a failed check does."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"  # not `off`: YAML reads that as false


class Check(StrEnum):
    """Every check there is."""

    # Reported by readers and parsers, in a document's `problems`.
    WITHDRAWN = "withdrawn"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    SYMLINK = "symlink"
    UNSUPPORTED = "unsupported_media_type"
    BINARY = "binary"
    UNREADABLE = "unreadable"
    PAYWALL = "paywall"
    TRUNCATED = "truncated"
    SHORTER_THAN_DECLARED = "shorter_than_declared"
    SEVERAL_ARTICLES = "several_articles"
    NOT_READ = "recognised_not_read"
    ENCODING = "encoding"
    HTTP_STATUS = "http_status"
    INDEX_PAGE = "index_page"
    LANGUAGE_CONFLICT = "language_conflict"
    NUL = "nul"
    FRONT_MATTER = "front_matter"
    AMBIGUOUS_DATE = "ambiguous_date"
    UNREAD_DATE = "unread_date"
    GUESSED_DATE = "guessed_date"
    REJECTED_URL = "rejected_url"
    # Checked on the table of documents.
    TITLE_MISSING = "title_missing"
    TITLE_LENGTH = "title_length"
    TEXT_SHORT = "text_short"
    CONTROL_CHARACTERS = "control_characters"
    DATE_EARLY = "date_early"
    DATE_LATE = "date_late"
    DATE_MISSING = "date_missing"
    MODIFIED_EARLY = "modified_early"
    URL_NOT_PUBLIC = "url_not_public"
    LANGUAGE_TAG = "language_tag"
    LIST_BLANK = "list_blank"


@dataclass(frozen=True, slots=True)
class Rule:
    """A check's default severity and its meaning in a sentence. What is `fixed` params.yaml cannot soften."""

    severity: Severity
    meaning: str
    fixed: bool = False


_B, _W = Severity.BLOCK, Severity.WARN

RULES: Final[dict[Check, Rule]] = {
    Check.WITHDRAWN: Rule(
        _B, "the document, its article or its publisher was withdrawn; withdrawn.yaml says when and why", fixed=True
    ),
    Check.EMPTY: Rule(_B, "the document has no bytes, or only white space", fixed=True),
    Check.TOO_LARGE: Rule(_B, "the document is larger than ingest.max_bytes", fixed=True),
    Check.SYMLINK: Rule(_B, "a symbolic link; links are never followed", fixed=True),
    Check.UNSUPPORTED: Rule(_B, "no parser reads this media type", fixed=True),
    Check.BINARY: Rule(_B, "the bytes are no text in any encoding", fixed=True),
    Check.UNREADABLE: Rule(
        _B, "it took more time or memory than is allowed, or its markup is like no real page's", fixed=True
    ),
    Check.PAYWALL: Rule(_W, "the page says of itself that it is not free to read; the text may be a part"),
    Check.TRUNCATED: Rule(_W, "the text ends in an ellipsis, as a part of one does"),
    Check.SHORTER_THAN_DECLARED: Rule(
        _W, "the text has much fewer words than the database declares; some of it may be lost"
    ),
    Check.SEVERAL_ARTICLES: Rule(
        _B, "the document seems to hold several articles, and is of no database's export that is known"
    ),
    Check.NOT_READ: Rule(_B, "recognised, not read: an export of a database in a form that has no parser", fixed=True),
    Check.ENCODING: Rule(_W, "the bytes are not UTF-8 and were decoded otherwise"),
    Check.HTTP_STATUS: Rule(
        _B, "the server answered with an error (400 or above); the page is not what its address names"
    ),
    Check.INDEX_PAGE: Rule(_W, "a front page or list of teasers: many linked headings and hardly any text of its own"),
    Check.LANGUAGE_CONFLICT: Rule(
        _W, "the page declares another language than its text is surely in; the text's is taken"
    ),
    Check.NUL: Rule(_W, "NUL characters were removed"),
    Check.FRONT_MATTER: Rule(_B, "the front matter cannot be read"),
    Check.AMBIGUOUS_DATE: Rule(_W, "a numeric date whose day and month could be swapped"),
    Check.UNREAD_DATE: Rule(_W, "a line or field that should be a date and could not be read"),
    Check.GUESSED_DATE: Rule(_W, "the day of publication is a guess: the page neither declares nor clearly shows one"),
    Check.REJECTED_URL: Rule(_W, "an address that is not http(s) was left out"),
    Check.TITLE_MISSING: Rule(_B, "no title was found", fixed=True),
    Check.TITLE_LENGTH: Rule(_B, "the title is shorter or longer than validate.title_length"),
    Check.TEXT_SHORT: Rule(_B, "the text has fewer words than validate.min_words"),
    Check.CONTROL_CHARACTERS: Rule(_B, "control characters are left in title or text"),
    Check.DATE_EARLY: Rule(_B, "published or modified before validate.earliest_date"),
    Check.DATE_LATE: Rule(
        _B, "published or modified more than a day after capture (seeds: after validate.latest_date)"
    ),
    Check.DATE_MISSING: Rule(_W, "no date of publication was found"),
    Check.MODIFIED_EARLY: Rule(_W, "modified more than a day before it was published"),
    Check.URL_NOT_PUBLIC: Rule(_B, "the URL is not http(s) with a public host"),
    Check.LANGUAGE_TAG: Rule(_W, "the language is no valid BCP 47 tag"),
    Check.LIST_BLANK: Rule(_B, "a list of authors, keywords or credits has a blank element"),
}
