"""Pure decisions of catalogue."""
