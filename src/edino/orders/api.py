"""The door of orders."""
