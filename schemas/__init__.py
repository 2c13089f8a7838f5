"""What a table must be. Belongs here: columns, checks and what is derived from them. Imports nothing of ours.

Import what you need from its module: settings and plain values are read without Arrow.
"""
