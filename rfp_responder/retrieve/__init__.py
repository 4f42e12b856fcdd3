"""Finding the passages that matter."""
