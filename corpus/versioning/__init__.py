"""Versions: building, naming, opening and comparing them. The only room that imports dvc or runs git."""
