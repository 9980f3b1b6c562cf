"""The order book: orders, payments, fulfilments, receipts, returns, sales credit.

Invariants: refunds never exceed what was paid by a tender, returns never exceed what was sold on a line, and what was
promised when an order was placed stays promised. It never prices or reserves by itself.
"""
