"""What crosses the door of promotions."""
