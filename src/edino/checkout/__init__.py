"""Carts, and turning a cart into an order: the only orchestrator of a purchase.

Invariants: one order per cart, whoever asks and how often; nothing is charged that was not shown; no outside call is
made inside a transaction. It keeps no price, stock or order of its own: docs/algorithms/checkout.md.
"""
