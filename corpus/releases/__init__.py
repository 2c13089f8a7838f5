"""Name a version: the conditions for it, its number, notes, tag, push and citation."""
