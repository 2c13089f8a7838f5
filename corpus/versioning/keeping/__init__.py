"""Whether a version is what it was pinned to be, byte by byte, and mending what is not."""
