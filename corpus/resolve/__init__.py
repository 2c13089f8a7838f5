"""Identity, revisions, duplicates: decisions on frames. Reads and writes nothing."""
