"""The corpus repository on disk: git, the write lock, atomic files, commits and the journal of a release."""
