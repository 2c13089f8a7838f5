"""Parse the articles of exports of press databases, with one module for each database.

`corpus.press.splitting` splits an export; each piece has the media type
`application/vnd.newscorpus.DATABASE+CONTAINER`, as
`application/vnd.newscorpus.factiva+html`, and a parser of that database here reads it.
"""
