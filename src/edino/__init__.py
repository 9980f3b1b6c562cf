"""Edino joins a retailer's channels into one customer, one log and one account of results."""
