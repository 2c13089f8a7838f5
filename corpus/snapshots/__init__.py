"""One version of the corpus, read in place: from a commit or the working tree, the cache or a remote."""
