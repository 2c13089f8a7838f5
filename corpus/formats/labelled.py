"""Read dates with labels in one line: `Updated 5 May 2023 | Published 3 May 2023`, in either order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.formats.html import spans
from corpus.formats.html.datewords import Sense, senses_of_line

if TYPE_CHECKING:
    from datetime import date

    from corpus.text import dates

LONGEST: Final = 200
# Of a line with one date.
_LONGEST_LABEL: Final = 40


def published(written: str, language: str | None, hint: date | None) -> dates.Moment | None:
    """Return the date that a line labels as publication, or the unlabelled one beside the date of a change.

    Args:
        written: a line with several dates; longer lines than 200 characters are not read.
        language: the language of the article, for 03/04/2020.
        hint: the day in the article's address, which decides before that.

    Returns:
        The date; None if the line has none, or does not say which one it is.
    """
    if len(written) > LONGEST:
        return None
    found = list(spans.find(written, language, hint))
    if not found or (len(found) == 1 and len(written) - len(found[0].written) > _LONGEST_LABEL):
        return None
    begins = [0, *(span.end for span in found)]
    between = [written[at : span.start] for at, span in zip(begins, found, strict=False)]
    between.append(written[begins[-1] :])
    _, senses = senses_of_line(between)
    published = [span for span, sense in zip(found, senses, strict=True) if sense is Sense.PUBLISHED]
    if not published and len(found) > 1 and Sense.MODIFIED in senses:
        published = [span for span, sense in zip(found, senses, strict=True) if sense is Sense.NOTHING]
    return published[0].moment if published and len({span.moment.day for span in published}) == 1 else None
