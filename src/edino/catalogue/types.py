"""What crosses the door of catalogue."""
