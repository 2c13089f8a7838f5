"""The templates, the style sheet and the icon of the pages. No code."""
