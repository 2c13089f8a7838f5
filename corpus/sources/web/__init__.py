"""Collect documents from the web. Belongs here: collect.yaml, the client, its state and spool.

Nothing else in the engine may open a connection to a publisher.
"""
