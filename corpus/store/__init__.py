"""Keyed shards, atomic writes, layout, ledger, lock: how tables stand on disk."""
