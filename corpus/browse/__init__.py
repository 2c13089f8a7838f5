"""A version of a corpus in the browser: search and read it on this machine.

Belongs here: the server, what protects it, and its pages, which need no JavaScript. Does not belong here: finding
articles (`corpus.search`), comparing them (`corpus.diff`), explaining them (`corpus.app`). Nothing here writes to the
corpus, and no lock is taken.
"""
