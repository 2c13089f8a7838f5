"""What each rule that a decision rests on means, in words."""

from __future__ import annotations

from typing import Final

RULES: Final = {
    "url": "the same URL is the same article",
    "accession": "the same accession number is the same article",
    "publication, title and date": "the same publication, title and date are the same article",
    "publisher, title and date": "the same publisher, title and date are the same article",
    "title, date and text": "the same text under the same title and date is the same article: there is no URL, no "
    "accession number, and no publication or publisher with title and date",
    "same words": "the same words as a known revision; only white space, punctuation, case or links differ",
    "earlier text again": "the words of an earlier revision again, after others in between",
    "minor change": "a smaller change than resolve.minor_change",
    "another story at this url": "neither text nor title resemble the revision before: the URL seems to be reused",
    "url and text": "another story at a URL that was reused, so it is an article of its own",
}


def rule_in_words(rule: str) -> str:
    """Return the name of a rule and what it means; of a quarantined document the failed checks, as they are."""
    return f"{rule}: {RULES[rule]}" if rule in RULES else rule
