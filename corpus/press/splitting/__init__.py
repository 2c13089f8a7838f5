"""Exports of press databases: one file, many articles. Recognised by structure and split at the source.

A kind is a class with the methods of `kinds.Kind`, named in `kinds.KINDS`; `splitting.split` is what intake calls.
"""
