"""The door of customers."""

from edino.customers.api.card import person
from edino.customers.api.consents import may_contact, permissions, prefer, record_consents
from edino.customers.api.locking import assignments, lock
from edino.customers.api.people import identify, learn, lookup
from edino.customers.api.policies import Judge, current_policy, usable
from edino.customers.api.privacy import erase, export
from edino.customers.api.resolving import resolve
from edino.customers.api.reviewing import case, cases, decide
from edino.customers.api.searching import search
from edino.customers.api.verdicts import customer_now, join, split, unjoin, unsplit
from edino.customers.api.why import why
from edino.customers.rules.values import Unusable

__all__ = [
    "Judge",
    "Unusable",
    "assignments",
    "case",
    "cases",
    "current_policy",
    "customer_now",
    "decide",
    "erase",
    "export",
    "identify",
    "join",
    "learn",
    "lock",
    "lookup",
    "may_contact",
    "permissions",
    "person",
    "prefer",
    "record_consents",
    "resolve",
    "search",
    "split",
    "unjoin",
    "unsplit",
    "usable",
    "why",
]
