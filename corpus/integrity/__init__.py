"""Check that what is stored is what was pinned: verification, repair and a clean rebuild."""
