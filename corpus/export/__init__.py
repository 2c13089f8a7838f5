"""A version as a folder of files to pass on: the data in one of some formats, and what they are.

Belongs here: choosing, writing and describing. Every byte depends on the version, the filters, the format and the
engine alone: no clock, no path, no order of arrival. Does not belong here: reading a version, which `versioning` does.
"""

from corpus.export.files import Format
from corpus.export.run import Order, Outcome, export

__all__ = ["Format", "Order", "Outcome", "export"]
