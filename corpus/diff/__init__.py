"""What changed between two versions, article by article, and the history of one article."""
