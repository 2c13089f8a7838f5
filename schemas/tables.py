"""The tables of a corpus, column by column."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from schemas.observations import OBSERVATIONS
from schemas.table import UTC_MICROSECONDS, Column, Table


def _list(inner: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", inner, nullable=False))


def _struct(*members: tuple[str, pa.DataType, bool]) -> pa.DataType:
    return pa.struct([pa.field(name, dtype, nullable=nullable) for name, dtype, nullable in members])


STRINGS: Final = _list(pa.string())
HEADINGS: Final = _list(_struct(("start", pa.int32(), False), ("text", pa.string(), False)))
LINKS: Final = _list(_struct(("title", pa.string(), False), ("url", pa.string(), True)))
HASHES: Final = _list(pa.uint32())
LONG_HASHES: Final = _list(pa.uint64())
PROBLEMS: Final = _list(_struct(("check", pa.string(), False), ("found", pa.string(), True)))

_DOCUMENT_ID = Column("document_id", pa.string(), "sha256 of the document's bytes, in hex")
_SOURCE = Column("source", pa.string(), "where the document was found: path, URL or `file.warc.gz#offset`")
_BATCH = Column("batch", pa.string(), "the batch that brought the document; `seeds` for the folder seeds/")
_CAPTURED_AT = Column("captured_at", UTC_MICROSECONDS, "capture time of this revision; null for seeds", nullable=True)
_ARTICLE_ID = Column(
    "article_id",
    pa.string(),
    "identity, 128-bit hex: of the canonical URL; without one, of the accession number; else of publication or "
    "publisher, title and date; else of those of them that there are, and the text",
)
_REVISION = Column("revision", pa.int32(), "1, 2, … in order of capture")

# What a document says: the same columns in `documents` (where a bad one may lack all) and in `articles`.
_CONTENT = (
    Column("url", pa.string(), "canonical URL", nullable=True),
    Column("publisher", pa.string(), "registrable domain, as `themoscowtimes.com`", nullable=True),
    Column("publication", pa.string(), "the paper or programme, as printed or declared", nullable=True),
    Column("page", pa.string(), "page of the print edition, as `A1` or `3-4`", nullable=True),
    Column("edition", pa.string(), "edition of the paper, as `Late Edition`", nullable=True),
    Column("accession", pa.string(), "the database's own number for the article", nullable=True),
    Column("title", pa.string(), "headline"),
    Column("description", pa.string(), "standfirst, dek", nullable=True),
    Column("authors", STRINGS, "people, in order, without “By”"),
    Column("agency", pa.string(), "news agency: `AFP`, `Reuters`, …", nullable=True),
    Column("section", pa.string(), "the publisher's section", nullable=True),
    Column("keywords", STRINGS, "the publisher's keywords or tags"),
    Column("language", pa.string(), "BCP 47 tag", nullable=True),
    Column("published_date", pa.date32(), "day of publication, as the source dates it", nullable=True),
    Column(
        "date_source",
        pa.string(),
        "where `published_date` comes from: `declared` in metadata or a field, `printed` in the text or on the page, "
        "the `address`, or `guessed`; null without a date",
        nullable=True,
    ),
    Column(
        "published_at",
        UTC_MICROSECONDS,
        "instant of publication; only where the source gives a time and an offset",
        nullable=True,
    ),
    Column("modified_at", UTC_MICROSECONDS, "instant of the last change, likewise", nullable=True),
    Column("text", pa.string(), "the text; paragraphs, and subheadings as paragraphs, are separated by a blank line"),
    Column("headings", HEADINGS, "subheadings, with their offsets into `text` in characters"),
    Column("image_credits", STRINGS, "who made the pictures"),
    Column("links", LINKS, "related articles that the document names"),
    Column("word_count", pa.int32(), "Unicode words in `text`"),
    Column("text_hash", pa.string(), "128-bit hex of the normalised text"),
)

SIGNALS: Final = _list(
    _struct(("where", pa.string(), False), ("name", pa.string(), False), ("value", pa.string(), False))
)

# What the publisher says of the use of the article, as it was when the document was captured. The most restrictive of
# several signals holds; null is not consent.
RIGHTS: Final = (
    Column("licence_url", pa.string(), "address of the licence that the page or its server names", nullable=True),
    Column("licence_id", pa.string(), "SPDX identifier of the licence, as `CC-BY-4.0`, if there is one", nullable=True),
    Column(
        "tdm_reservation",
        pa.bool_(),
        "whether the rights to text and data mining are reserved (TDMRep); null where nothing says so",
        nullable=True,
    ),
    Column("tdm_policy", pa.string(), "address of the policy for text and data mining (TDMRep)", nullable=True),
    Column(
        "ai_train",
        pa.string(),
        "`allow` or `deny`: may models be trained on it, by Content-Signal, Content-Usage, RSL and `noai`; null where "
        "nothing says so, which is not consent",
        nullable=True,
    ),
    Column("ai_input", pa.string(), "`allow` or `deny`: may it be given to a model as input, likewise", nullable=True),
    Column("search", pa.string(), "`allow` or `deny`: may it be indexed for search, likewise", nullable=True),
    Column("ai_agents_closed", STRINGS, "AI crawlers that robots.txt names and closes the page to"),
    Column("robots_tags", STRINGS, "directives of meta robots and X-Robots-Tag that concern all crawlers"),
    Column("copyright_holder", pa.string(), "who holds the copyright, as the page declares it", nullable=True),
    Column("usage_info", pa.string(), "address of the terms of use that the page names", nullable=True),
    Column("free_access", pa.bool_(), "whether it is free to read, as the page declares it", nullable=True),
    Column("rights_signals", SIGNALS, "the signals that these columns come from: where found, name and value"),
)

# Which other article has the same text, or has this text as a part.
_LIKES = (
    Column(
        "duplicate_of",
        pa.string(),
        "article_id of the earliest article with (nearly) this text",
        nullable=True,
    ),
    Column("similarity", pa.float32(), "Jaccard similarity, with `duplicate_of`", nullable=True),
    Column("contained_in", pa.string(), "article_id of an article that contains this text", nullable=True),
    Column("containment", pa.float32(), "share of this text's n-grams in `contained_in`", nullable=True),
)

_LOOSE_TITLE = Column("title", pa.string(), "headline, where one was found", nullable=True)

DOCUMENTS: Final = Table(
    "documents",
    "One row for each document as parsed, good or bad.",
    (
        _DOCUMENT_ID,
        _SOURCE,
        _BATCH,
        Column("media_type", pa.string(), "by content, then by name"),
        Column("size", pa.int64(), "bytes"),
        Column("encoding", pa.string(), "how the bytes were decoded; null where they were not", nullable=True),
        Column(
            "parser", pa.string(), "the parser and its version, as `text/1`; null if nothing read it", nullable=True
        ),
        _CAPTURED_AT,
        *(_LOOSE_TITLE if column.name == "title" else column for column in _CONTENT),
        *RIGHTS,
        Column("control_characters", pa.int32(), "those left in `text`, newlines aside"),
        Column("problems", PROBLEMS, "problems that the parser found: the check, and what was found"),
    ),
    sort=("source", "batch"),
)

VERDICTS: Final = Table(
    "verdicts",
    "One row for each failed check of a document. A document without a row passed every check.",
    (
        _DOCUMENT_ID,
        _SOURCE,
        _BATCH,
        Column("check", pa.string(), "the check's name, as in params.yaml"),
        Column("severity", pa.string(), "`block` quarantines the document, `warn` is counted"),
        Column("found", pa.string(), "what the check found", nullable=True),
    ),
    sort=("source", "batch", "check", "found"),
)

SIGNATURES: Final = Table(
    "signatures",
    "One row for each document: what is needed to find its article and similar texts without its text.",
    (
        _DOCUMENT_ID,
        _SOURCE,
        _BATCH,
        _CAPTURED_AT,
        Column("article_id", pa.string(), "identity, as in `articles`"),
        Column(
            "rule",
            pa.string(),
            "what the identity rests on: `url`, `accession`, `publication, title and date`, "
            "`publisher, title and date` or `title, date and text`",
        ),
        Column("published_date", pa.date32(), "day of publication, as the source dates it", nullable=True),
        Column("text_hash", pa.string(), "128-bit hex of the normalised text"),
        Column("head", pa.uint64(), "hash of title, authors, agency and dates"),
        Column("title_words", HASHES, "hashes of the title's words, ascending"),
        Column(
            "words", pa.uint64(), "hash of the text's words in order, without case, punctuation and ignored paragraphs"
        ),
        Column("grams", pa.int32(), "n-grams of words in the text, repetitions included"),
        Column("limit", pa.uint32(), "an n-gram is in the sample if its hash is no more than this"),
        Column("sample", HASHES, "hashes of the sampled n-grams, ascending"),
        Column("lowest", LONG_HASHES, "the eight lowest hashes of n-grams in 64 bits, ascending: they find candidates"),
    ),
)

PAIRS: Final = Table(
    "pairs",
    "One row for each pair of texts that were compared: they seemed similar, or one followed the other at its URL.",
    (
        Column("text_hash", pa.string(), "the one text; its hash is the lower of the two"),
        Column("other_hash", pa.string(), "the other"),
        Column("common", pa.int32(), "distinct n-grams that both have"),
        Column("grams", pa.int32(), "distinct n-grams of the one"),
        Column("other_grams", pa.int32(), "distinct n-grams of the other"),
    ),
    sort=("text_hash", "other_hash"),
)

DECISIONS: Final = Table(
    "decisions",
    "One row for each document: what became of it, and why.",
    (
        _DOCUMENT_ID,
        _SOURCE,
        _BATCH,
        Column("decision", pa.string(), "`article`, `superseded`, `repeat`, `duplicate` or `quarantined`"),
        Column("rule", pa.string(), "what the decision rests on"),
        Column("article_id", pa.string(), "identity of the article; null for quarantined", nullable=True),
        Column("revision", pa.int32(), "the revision this document is or repeats", nullable=True),
        Column("winner", pa.string(), "document_id of the revision that represents this document", nullable=True),
        Column("superseded_by", pa.string(), "document_id of the next revision", nullable=True),
        Column(
            "superseded_at",
            UTC_MICROSECONDS,
            "capture time of the next revision; null for seeds",
            nullable=True,
        ),
        Column("first_seen", UTC_MICROSECONDS, "capture time of revision 1; null for seeds", nullable=True),
        Column(
            "change",
            pa.float32(),
            "share of the n-grams that are not in both this text and the article's text before; null for the first",
            nullable=True,
        ),
        *_LIKES,
    ),
    sort=("source", "batch"),
)

ARTICLES: Final = Table(
    "articles",
    "One row for each article: its current revision.",
    (
        _ARTICLE_ID,
        _REVISION,
        *_CONTENT,
        *_LIKES,
        *RIGHTS,
        Column("first_seen", UTC_MICROSECONDS, "capture time of revision 1; null for seeds", nullable=True),
        _CAPTURED_AT,
        _DOCUMENT_ID,
        _SOURCE,
        _BATCH,
        Column("parser", pa.string(), "the parser and its version, as `text/1`"),
    ),
    sort=("published_date", "article_id"),
)

REVISIONS: Final = Table(
    "revisions",
    "One row for each superseded revision: the columns of `articles`, and what replaced it.",
    (
        *ARTICLES.columns,
        Column("superseded_by", pa.string(), "document_id of the next revision"),
        Column(
            "superseded_at",
            UTC_MICROSECONDS,
            "capture time of the next revision; null for seeds",
            nullable=True,
        ),
    ),
    sort=("published_date", "article_id", "revision"),
)

QUARANTINE: Final = Table(
    "quarantine",
    "One row for each document that failed a blocking check. Its bytes remain where they were found.",
    (
        _DOCUMENT_ID,
        _SOURCE,
        _BATCH,
        Column("media_type", pa.string(), "by content, then by name"),
        Column("size", pa.int64(), "bytes"),
        _CAPTURED_AT,
        Column("url", pa.string(), "canonical URL, where one was found", nullable=True),
        _LOOSE_TITLE,
        Column("excerpt", pa.string(), "the first 200 characters of what was read"),
        Column("reasons", PROBLEMS, "the blocking checks it failed, and what each found"),
    ),
    sort=("source", "batch"),
)

TABLES: Final = {
    table.name: table
    for table in (DOCUMENTS, OBSERVATIONS, VERDICTS, SIGNATURES, PAIRS, DECISIONS, ARTICLES, REVISIONS, QUARANTINE)
}
PUBLISHED: Final = (ARTICLES, REVISIONS, QUARANTINE)
