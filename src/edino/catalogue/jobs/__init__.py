"""Work of catalogue in the background."""
