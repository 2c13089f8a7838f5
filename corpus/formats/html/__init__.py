"""Reads news pages in HTML: the metadata that they declare, and the text of the article.

`page` makes a bounded tree from bytes. `outline` walks over the tree before other elements than text are removed,
`layout` afterwards. `jsonld` and `meta` read what the page declares, `titles` and `people` interpret it. `body` and
`blocks` find the text, and `parser` puts all of it together. Dates have many witnesses: `witnesses` collects them, from
`scripts` and, by `printed`, `spans` and `datewords`, from the shown page. `moments` weighs them, and `evidence` records
them.
"""
