"""ATOL Online, protocol v5 (FFD 1.2): fiscal receipts of Russia (54-FZ), made in the cloud.

Invariants: a document is checked field by field before it is sent; its `external_id` is ours and the same for ever, so
that however often it is sent one receipt is made; what was sent is asked about until it is done or has failed.
"""
