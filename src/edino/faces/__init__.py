"""Composite screens and calls over several domains: the overview, the search, the customer card.

Invariants: no rules and no tables; everything is read through the doors of domains, and other domains add to the card
through `kernel.registry.card_panels`. Not here: screens that concern one domain alone.
"""
