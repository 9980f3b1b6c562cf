"""What crosses the door of inventory."""
