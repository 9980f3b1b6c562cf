"""Promotions, coupons and gift cards: what a basket costs after every rule, and why.

Invariants: the same basket always gets the same quote; the shares of the lines add up to each discount exactly; a
limited benefit is held before it is promised. It does not know carts or orders.
"""
