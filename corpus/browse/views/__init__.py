"""The pages, one or a few that belong together in each module: from what is asked for to what the template shows."""
