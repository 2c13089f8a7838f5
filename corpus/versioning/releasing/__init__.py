"""Naming versions: numbers, the gate, expectations, notes, tags, pushing and citing."""
