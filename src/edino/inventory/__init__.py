"""Stock: locations, the ledger of movements, what can be promised, where a purchase is sourced from.

Invariants: levels equal the sum of their movements; the database refuses to promise more than there is. It does not
know carts or orders.
"""
