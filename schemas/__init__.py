"""What a table must be. Belongs here: columns, checks and what is derived from them. Imports nothing of ours."""

from schemas.observations import OBSERVATIONS
from schemas.rules import RULES, Check, Rule, Severity
from schemas.table import Column, Table
from schemas.tables import (
    ARTICLES,
    DECISIONS,
    DOCUMENTS,
    PAIRS,
    PUBLISHED,
    QUARANTINE,
    REVISIONS,
    SIGNATURES,
    TABLES,
    VERDICTS,
    DateSource,
)

__all__ = [
    "ARTICLES",
    "DECISIONS",
    "DOCUMENTS",
    "OBSERVATIONS",
    "PAIRS",
    "PUBLISHED",
    "QUARANTINE",
    "REVISIONS",
    "RULES",
    "SIGNATURES",
    "TABLES",
    "VERDICTS",
    "Check",
    "Column",
    "DateSource",
    "Rule",
    "Severity",
    "Table",
]
