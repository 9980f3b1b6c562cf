"""What crosses the door of orders."""
