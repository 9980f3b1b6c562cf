"""Facts that checkout appends to the log. Bodies hold carts and orders by their public ids, never a person's words."""

from typing import Final

ABANDONED: Final = "cart.abandoned"
"""A cart ended without a purchase: cart, lines, channel."""

MERGED: Final = "cart.merged"
"""Two carts of one customer became one: cart, absorbed, policy, brought."""

PARTED: Final = "cart.parted"
"""A merge was taken back after the customers were split: cart, restored."""

RELEASED: Final = "checkout.released"
"""A purchase came to nothing and its holds went: cart, order, why."""

PARKED: Final = "checkout.parked"
"""A purchase with money waits for a person: cart, order, why."""
