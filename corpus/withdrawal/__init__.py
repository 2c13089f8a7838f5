"""Withdrawing articles from the working tree, from past releases, and from wherever their text is kept."""
