"""Work with strings: normalisation, URLs, dates, language, encodings. Knows nothing of formats or tables."""
