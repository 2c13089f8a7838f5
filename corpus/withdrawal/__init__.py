"""Withdraw articles from the working tree, from past releases, and from every place that keeps their text."""
