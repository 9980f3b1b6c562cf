"""Statements of checkout, one typed function each."""
