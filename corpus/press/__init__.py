"""Exports of press databases: split into articles at the source (`splitting`), and each piece read (`parsing`)."""
