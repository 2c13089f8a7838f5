"""News pages in HTML: what they say of themselves in metadata, and the text of the article.

`page` bytes to a bounded tree, `jsonld` and `meta` what the page declares, `titles`, `people` and `moments` what that
means, `body` and `witnesses` the text, `parser` all of it together.
"""
