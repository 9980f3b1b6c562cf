"""The statements of orders, one typed function each."""
