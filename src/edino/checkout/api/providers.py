"""Who collects money for us: found by name, and asked only when no transaction is open."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from edino.checkout.errors import NotPayable
from edino.checkout.types import Kind, PaymentProvider, payment_providers
from edino.kernel.errors import FieldError

Answer = TypeVar("Answer")


def of(name: str) -> PaymentProvider:
    """The provider of this name; `NotPayable` when there is none."""
    found = payment_providers.get(name)
    if found is None:
        raise NotPayable(fields=[FieldError("tenders.provider", "unknown", "There is no such payment service.")])
    return found


def for_kind(kind: Kind, name: str) -> str:
    """The name of the provider that collects this kind: the one asked for, else the first that can; "" if nobody."""
    if name:
        if kind not in of(name).kinds:
            raise NotPayable(fields=[FieldError("tenders.provider", "kind", "This payment service cannot do that.")])
        return name
    return next((known for known, offer in payment_providers if kind in offer.kinds), "")


def outside(call: Callable[[], Answer]) -> Answer:
    """Ask a provider. Never inside a transaction: locks would wait for somebody else's machine."""
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("a payment service is asked inside a transaction")
    return call()
