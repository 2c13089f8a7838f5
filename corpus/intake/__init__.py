"""The outside world: documents that are not, or not yet, in the corpus."""
