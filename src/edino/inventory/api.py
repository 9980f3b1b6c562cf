"""The door of inventory."""
