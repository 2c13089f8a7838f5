"""What can be expected of a corpus, and what becomes of an expectation. `expectations` has the table and the checks."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Figure(StrEnum):
    """What can be expected of a corpus, or of each publisher in it."""

    ROWS = "rows"
    ROWS_CHANGE = "rows_change"
    QUARANTINED = "share_quarantined"
    WITHOUT_DATE = "share_without_date"
    WITHOUT_AUTHOR = "share_without_author"
    WITHOUT_LANGUAGE = "share_without_language"
    TRAINING_DENIED = "share_training_denied"
    TRAINING_UNKNOWN = "share_training_unknown"
    MEDIAN_WORDS = "median_words"
    NEWEST_AGE = "newest_age_days"
    SILENT = "silent_publishers"
    SCHEMA = "schema_changes"


MEANINGS: Final[dict[Figure, str]] = {
    Figure.ROWS: "articles",
    Figure.ROWS_CHANGE: "their change since the last release, as a share: -0.1 is a tenth fewer",
    Figure.QUARANTINED: "share of the documents that are in quarantine",
    Figure.WITHOUT_DATE: "share of the articles without a date of publication",
    Figure.WITHOUT_AUTHOR: "share of the articles that name no author",
    Figure.WITHOUT_LANGUAGE: "share of the articles of unknown language",
    Figure.TRAINING_DENIED: "share of the articles whose publisher denies to train models on them",
    Figure.TRAINING_UNKNOWN: "share of the articles without a statement whether models may be trained on them",
    Figure.MEDIAN_WORDS: "median length of the articles in words",
    Figure.NEWEST_AGE: "days from the newest article's publication to the newest capture",
    Figure.SILENT: "publishers that published in the last days of the last release, and nothing since",
    Figure.SCHEMA: "columns of the published tables that are not what they were in the last release",
}
# What says something of one publisher.
OF_PUBLISHERS: Final = tuple(figure for figure in Figure if figure not in {Figure.SILENT, Figure.SCHEMA})


class Scope(StrEnum):
    """Of what a figure is: all of the corpus, or one publisher."""

    OVERALL = "overall"
    PUBLISHER = "publisher"


class Effect(StrEnum):
    """What it does if an expectation is not met."""

    FAIL = "fail"
    WARN = "warn"


class Verdict(StrEnum):
    """What became of one expectation."""

    MET = "met"
    WARNED = "warn"
    FAILED = "fail"
    UNKNOWN = "unknown"
    NONE = "nothing expected"
