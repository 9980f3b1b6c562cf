"""The door of checkout."""
