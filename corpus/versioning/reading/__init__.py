"""Opening versions in place and reading them: from the cache, else from a remote; filters, splits, as of a day."""
