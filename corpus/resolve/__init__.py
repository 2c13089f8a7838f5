"""Decides identity, revisions and duplicates on frames. It reads and writes no files."""
