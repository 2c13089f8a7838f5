"""Taking articles out for good: from documents, batches, tables, past releases, cache and remote."""
