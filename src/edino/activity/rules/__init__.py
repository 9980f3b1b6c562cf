"""Pure decisions of activity."""
