"""News pages in HTML: what they say of themselves in metadata, and the text of the article.

`page` bytes to a bounded tree, `outline` and `layout` one walk each over it, before and after what is no text is taken
out, `jsonld` and `meta` what the page declares, `titles` and `people` what that means, `body` and `blocks` the text,
`parser` all of it together. Dates have many witnesses: `witnesses` collects them, from
`scripts`, and from what the page shows by `printed`, `spans` and `datewords`; `moments` weighs them, and `evidence`
keeps them.
"""
