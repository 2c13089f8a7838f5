"""What changed: between two versions, article by article, and from one revision of an article to the next."""
