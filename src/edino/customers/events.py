"""Facts about people that customers appends to the log. Identity's own (joined, split) are named where they happen."""

from typing import Final

CONSENT: Final = {
    "granted": "Consent Granted",
    "refused": "Consent Refused",
    "withdrawn": "Consent Withdrawn",
}
"""State of a statement → the type of its fact; the body has point, kind, purpose, brand, verified, how."""

ERASED: Final = "customers.erased"
"""Somebody was erased or made nameless: customer, how, numbers of identifiers and profiles."""
