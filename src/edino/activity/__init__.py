"""What people did, in every channel: the collector that takes it in and the timeline that shows it.

Invariants: what was acknowledged is durable and counted once; a bad event never spoils its batch; bodies hold no raw
identifiers. Not here: who the people are (customers), what it means for orders or points (their own domains).
"""
