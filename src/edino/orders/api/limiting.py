"""How much may come back without a receipt: what the installation says (EDINO_RECEIPTLESS_…), per customer."""

import os
from datetime import timedelta
from typing import Final

from edino.kernel import clock
from edino.kernel.money import exponent
from edino.orders.queries import returns as queries
from edino.orders.types import Allowance, ReturnPolicy

AMOUNTS: Final = "RUB:5000,BYN:200,KZT:25000,USD:100,EUR:100,GBP:100"


def policy(*, currency: str) -> ReturnPolicy:
    """The limit in a currency; one that the setting does not name has an amount of nothing."""
    told = os.environ.get("EDINO_RECEIPTLESS_AMOUNTS", "").strip() or AMOUNTS
    amounts = {name.strip(): amount for name, _, amount in (one.partition(":") for one in told.split(","))}
    told_amount = amounts.get(currency, "").strip()
    return ReturnPolicy(
        days=whole("EDINO_RECEIPTLESS_DAYS", 90),
        times=whole("EDINO_RECEIPTLESS_TIMES", 3),
        amount=int(told_amount) * 10 ** exponent(currency) if told_amount.isdecimal() else 0,
    )


def allowance(*, currency: str, customer_id: int | None = None) -> Allowance:
    """The limit and what is left of it for a customer (all of it for one nobody knows yet)."""
    limit = policy(currency=currency)
    if customer_id is None:
        return Allowance(limit, currency, limit.times, limit.amount)
    times, amount = queries.receiptless(customer_id, clock.now() - timedelta(days=limit.days), currency)
    return Allowance(limit, currency, max(limit.times - times, 0), max(limit.amount - amount, 0))


def whole(name: str, otherwise: int) -> int:
    """A whole number of the settings."""
    told = os.environ.get(name, "").strip()
    return int(told) if told.isdecimal() else otherwise
