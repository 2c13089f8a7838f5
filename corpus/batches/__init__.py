"""Documents at rest: seeds, batches in data/raw, their register, and what was withdrawn."""
