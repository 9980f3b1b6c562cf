"""The door of customers."""

from edino.customers.api.people import learn
from edino.customers.api.policies import current_policy, usable
from edino.customers.api.resolving import resolve
from edino.customers.rules.values import Unusable

__all__ = ["Unusable", "current_policy", "learn", "resolve", "usable"]
