"""The city a simulation plays in: how many shoppers, and how often each of life's untidinesses happens."""

import hashlib
import math
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import NamedTuple

DAY = 86_400
MAX_DAYS = 730
MAX_SHOPPERS = 20_000_000
SOURCES = ("site", "app", "till", "kiosk", "callcentre")


class Identifier(NamedTuple):
    """A kind and a value in normal form: phones in E.164, e-mails in lower case."""

    kind: str
    value: str


ZEROED_DEVICE = "00000000-0000-0000-0000-000000000000"
POISONS: dict[str, tuple[Identifier, ...]] = {
    "site": (Identifier("email", "anonymous@shop.example"), Identifier("user_id", "undefined")),
    "app": (Identifier("device", ZEROED_DEVICE),),
    "till": (
        Identifier("phone", "+79990000000"),
        Identifier("phone", "000000"),
        Identifier("loyalty_card", "0000000000000"),
    ),
    "kiosk": (Identifier("phone", "+79990000000"), Identifier("loyalty_card", "0000000000000")),
    "callcentre": (Identifier("phone", "+78000000000"), Identifier("email", "no@no.example")),
}
"""Values that stand for nobody, by the source where people or scripts put them in."""


@dataclass(frozen=True, slots=True)
class City:
    """What is simulated. Equal cities give equal events, byte for byte; docs/simulator.md says why these rates.

    Shares are of 1. `poison` changes values only: the same shoppers make the same visits with and without it.
    """

    seed: int = 1
    shoppers: int = 1_000
    days: int = 30
    start: date = date(2025, 1, 6)
    shoppers_a_store: int = 2_500
    visits_a_month: float = 4.0

    lurkers: float = 0.15
    """Shoppers who only look at the site and never say who they are."""
    registered: float = 0.55
    carded: float = 0.55
    app_users: float = 0.35
    with_email: float = 0.75
    with_telegram: float = 0.08
    second_phone: float = 0.08

    shared_tablet: float = 0.06
    """Of households of two or more: a tablet on which two of them log in."""
    family_phone: float = 0.02
    """Shoppers who say a relative's phone at the till, a quarter of them beside a card of their own."""
    recycled_a_year: float = 0.005
    """Phone numbers that pass to somebody else within a year."""
    typos: float = 0.01
    """Of phones typed at a till."""
    typo_strikes: float = 0.02
    """Of those typos: hit the number of another shopper."""
    late_till: float = 0.05
    """Of weeks of a store: its tills lose the line and send days later."""
    late_days: int = 7
    returns: float = 0.05
    private_window: float = 0.04
    """Of visits to the site: from a browser that has forgotten who it is."""
    spelling: float = 0.15
    """Of names given: spelled otherwise (transliterated, short form, the letter ё, swapped)."""
    poison: float = 0.01
    """Of all events: carry a value that stands for nobody."""

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise ValueError("seed must lie in 0 … 2**63 - 1")
        if not 1 <= self.shoppers <= MAX_SHOPPERS:
            raise ValueError(f"shoppers must lie in 1 … {MAX_SHOPPERS}")
        if not 1 <= self.days <= MAX_DAYS:
            raise ValueError(f"days must lie in 1 … {MAX_DAYS}")
        if self.shoppers_a_store < 1:
            raise ValueError("shoppers_a_store must be at least 1")
        if not 1 <= self.late_days <= 7:
            raise ValueError("late_days must lie in 1 … 7")
        if not 0 < self.visits_a_month <= 100:
            raise ValueError("visits_a_month must lie in (0, 100]")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is float and field.name != "visits_a_month" and not 0 <= value <= 1:
                raise ValueError(f"{field.name} is a share of 1")

    @property
    def stores(self) -> int:
        """How many stores the city has: two at least, so that people return to another one than they bought in."""
        return max(2, self.shoppers // self.shoppers_a_store)

    @property
    def opens(self) -> int:
        """Midnight of the first day in Moscow, in seconds of Unix time."""
        midnight = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return int(midnight.timestamp()) - 3 * 3_600

    @property
    def run(self) -> int:
        """48 bits that differ between different cities, so that their message ids never meet."""
        declared = repr(sorted(asdict(self).items())).encode()
        return int.from_bytes(hashlib.sha256(declared).digest()[:6], "big")


_MASK = 2**64 - 1


def mix(*parts: int) -> int:
    """A 64-bit hash of integers (SplitMix64's finaliser, Steele et al. 2014): the same on every machine."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = ((state ^ part) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state


def chance(*parts: int) -> float:
    """A fraction in [0, 1) that depends on nothing but these integers."""
    return (mix(*parts) >> 11) * 2.0**-53


def exponential(fraction: float, mean: float) -> float:
    """The exponential variate with this mean at this quantile."""
    return -math.log(1.0 - fraction) * mean
