"""Value-added tax: what a product says of it, and which rate that is on the day of a sale.

A product says a kind (standard, reduced, zero, none) or a special rate as it is. The rates of the kinds are one table:
a law that changes one ends a line and adds another. What was sold keeps the code it was sold with.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

STANDARD: Final = "standard"
REDUCED: Final = "reduced"
ZERO: Final = "zero"
NONE: Final = "none"
KINDS: Final = (STANDARD, REDUCED, ZERO, NONE)
PATTERN: Final = r"^(none|standard|reduced|zero|vat[0-9]{1,2})$"
_FORM: Final = re.compile(PATTERN)
_ZONE: Final = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of a kind, from a day (included) until another (excluded)."""

    kind: str
    code: str
    since: date
    until: date = date.max


RATES: Final = (
    Rate(STANDARD, "vat18", date(2004, 1, 1), date(2019, 1, 1)),
    Rate(STANDARD, "vat20", date(2019, 1, 1), date(2026, 1, 1)),  # 303-FZ of 3 August 2018
    Rate(STANDARD, "vat22", date(2026, 1, 1)),  # 425-FZ of 28 November 2025
    Rate(REDUCED, "vat10", date.min),
    Rate(ZERO, "vat0", date.min),
    Rate(NONE, "none", date.min),
)
SPECIAL: Final = ("vat5", "vat7")
"""Rates of sellers on the simplified system since 2025: no kind, said as they are."""

_KINDS_OF: Final = {rate.code: rate.kind for rate in RATES}


def known(tax: str) -> bool:
    """Whether a product may say this: a kind, or `vat` with its per cent."""
    return _FORM.fullmatch(tax) is not None


def kind_of(tax: str) -> str:
    """The kind that a code is of, whenever it was in force (vat20 and vat22: standard); a special rate stays."""
    return _KINDS_OF.get(tax, tax)


def code_on(tax: str, at: datetime) -> str:
    """The code of a kind on a day in Moscow; what is a code already stays as it is, for it says what was sold."""
    day = at.astimezone(_ZONE).date()
    return next((rate.code for rate in RATES if rate.kind == tax and rate.since <= day < rate.until), tax)


def sold_with(tax: str, at: datetime) -> str:
    """The code under which a product that says `tax` is sold at a moment: yesterday's rate becomes today's."""
    return code_on(kind_of(tax), at)


def of_delivery(goods: Iterable[str]) -> str:
    """What bringing goods is taxed with: as the goods if they all say the same, for a seller has one; else standard."""
    told = {kind_of(tax) for tax in goods}
    only = told.pop() if len(told) == 1 else STANDARD
    return only if only == NONE or only in SPECIAL else STANDARD
