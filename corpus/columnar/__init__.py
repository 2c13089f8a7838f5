"""Work on complete columns at once: Arrow and numpy arrays, lists of different lengths, code points of many texts."""
