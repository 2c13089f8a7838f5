"""Naming a version: what it is held to, its number, notes, tag, push and citation."""
