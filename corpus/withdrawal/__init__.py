"""Withdrawing articles from the working tree, from past releases, and from where their text is kept."""
