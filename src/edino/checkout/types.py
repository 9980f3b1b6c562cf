"""What crosses the door of checkout."""
