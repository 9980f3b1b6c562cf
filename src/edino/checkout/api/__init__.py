"""The door of checkout."""

from edino.checkout.api.buying import checkout
from edino.checkout.api.carts import add_code, cart, drop_code, open_cart, put_line, set_contact, set_delivery, stored
from edino.checkout.api.finishing import finalise, resolve
from edino.checkout.api.merging import adopt, usual_policy
from edino.checkout.api.paying import look, settle_payment
from edino.checkout.api.people import live_cart, parked, profile_of
from edino.checkout.api.sharing import join, share
from edino.checkout.api.sweeping import end_abandoned, give_up, sweep
from edino.checkout.api.viewing import history
from edino.checkout.types import customer_groups, payment_providers, points

__all__ = [
    "add_code",
    "adopt",
    "cart",
    "checkout",
    "customer_groups",
    "drop_code",
    "end_abandoned",
    "finalise",
    "give_up",
    "history",
    "join",
    "live_cart",
    "look",
    "open_cart",
    "parked",
    "payment_providers",
    "points",
    "profile_of",
    "put_line",
    "resolve",
    "set_contact",
    "set_delivery",
    "settle_payment",
    "share",
    "stored",
    "sweep",
    "usual_policy",
]
