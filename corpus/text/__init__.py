"""Strings and what they mean: normalisation, URLs, dates, language, encodings. Knows nothing of formats or tables."""
