"""Figures of a finished build: metrics.json, CSVs, card.md, dictionary.md and index.html.

Belongs here: counting, and writing down the counts. Every file is a function of the tables, the ledger, the batches'
licences and the two settings alone: no clock, no path, no order of shards in any byte. Does not belong here: deciding
anything.
"""

from corpus.report.publish import write

__all__ = ["write"]
