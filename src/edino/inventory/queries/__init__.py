"""Reads and writes of inventory, one function per statement."""
