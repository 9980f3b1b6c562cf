"""The door of promotions."""
