"""What publishers say of the use of their articles: raw signals, and the columns that are derived from them.

Belongs here: reading signals (headers, robots.txt, tdmrep.json, RSL), SPDX identifiers, and what signals mean together.
Pure functions of bytes and texts. Where signals contradict each other the most restrictive holds, and silence is null:
null is not consent.
"""

from corpus.rights.deriving import derive
from corpus.rights.headers import signals_of_headers
from corpus.rights.licences import spdx_of
from corpus.rights.robots import signals_of_robots
from corpus.rights.rsl import signals_of_rsl
from corpus.rights.signals import NOTHING, Place, Rights, Signal
from corpus.rights.tdmrep import signals_of_tdmrep

__all__ = [
    "NOTHING",
    "Place",
    "Rights",
    "Signal",
    "derive",
    "signals_of_headers",
    "signals_of_robots",
    "signals_of_rsl",
    "signals_of_tdmrep",
    "spdx_of",
]
