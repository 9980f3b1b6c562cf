"""Reads of catalogue, one function per statement."""
