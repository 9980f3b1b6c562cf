"""The door of customers."""

from edino.customers.api.locking import assignments, lock
from edino.customers.api.people import learn
from edino.customers.api.policies import current_policy, usable
from edino.customers.api.resolving import resolve
from edino.customers.api.verdicts import customer_now, join, split, unjoin, unsplit
from edino.customers.rules.values import Unusable

__all__ = [
    "Unusable",
    "assignments",
    "current_policy",
    "customer_now",
    "join",
    "learn",
    "lock",
    "resolve",
    "split",
    "unjoin",
    "unsplit",
    "usable",
]
