"""Search in the articles of a version: the query language, the tokeniser, the index, and what is computed with them."""
