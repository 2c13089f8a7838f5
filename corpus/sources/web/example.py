"""A commented collect.yaml to start from."""

from __future__ import annotations

from typing import Final

EXAMPLE: Final = """\
# What `corpus collect` fetches. `corpus collect sources https://www.example.org` prints lines for a site.
agent:
  # The name that robots.txt files can address, and a page or e-mail address where a publisher learns who you are.
  name: newscorpus
  contact: "https://example.org/bot"

defaults:
  every: 1h            # how often a source is asked for new articles
  delay: 5s            # the gap between two requests to a host; a longer Crawl-delay is obeyed
  recrawl: [1h, 6h, 1d, 7d, 30d]   # ages at which an article is fetched again, to find corrections
  max_new: 500         # new articles of a source in one run
  max_age: 14d         # older entries are not fetched
  # seal: run          # a batch with each run, or one a day: day
  # keep: changed      # or all: keep the bytes of pages that changed in nothing that readers see
  # rights: {purpose: train, unknown: keep}   # store only what its publisher lets you use for that

sources:
  - name: example-news
    kind: feed         # RSS, Atom or JSON Feed
    url: "https://www.example.org/rss.xml"
    publisher: example.org
    licence: "all rights reserved; for research under the text and data mining exception"
  # - {name: paper, kind: sitemap, url: "https://www.example.org/sitemap.xml", include: ["*/news/*"]}
  # - {name: site, kind: robots, url: "https://www.example.org"}             # the sitemaps that robots.txt names
  # - {name: blog, kind: wordpress, url: "https://blog.example.org"}         # its REST API
  # - {name: front, kind: page, url: "https://www.example.org/politics", include: ["/politics/20*"]}
  # - {name: list, kind: urls, path: addresses.txt}

# Where to send alerts. Secrets belong into the environment: CORPUS_ALERT_URLS, or ${NAME} here.
# alerts: ["${ALERT_URL}"]
"""
