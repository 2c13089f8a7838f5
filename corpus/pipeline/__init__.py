"""The five stages, from documents to the corpus, and how a build runs them."""
