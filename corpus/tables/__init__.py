"""Stored tables: keyed shards, the placement of rows in files, the ledger, and the engine that made them."""
