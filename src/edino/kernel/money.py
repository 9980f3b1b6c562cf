"""Money: integer minor units of an ISO 4217 currency. No floats anywhere near it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from babel.numbers import list_currencies

_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` units (kopecks, pence, cents) of `currency`."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError("money is counted in whole minor units")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """From major units; more decimals than the currency has are refused, not rounded."""
        minor = Decimal(amount).scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"{amount} has more decimals than {currency} has")
        return cls(int(minor), currency)

    @property
    def amount(self) -> Decimal:
        """In major units, exactly."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def times(self, factor: Decimal | int) -> "Money":
        """Multiplied, rounded half to even to the minor unit."""
        product = (self.minor * Decimal(factor)).to_integral_value(rounding=ROUND_HALF_EVEN)
        return Money(int(product), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.minor


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217, those of currencies that are no more among them."""
    return frozenset(list_currencies())


def exponent(currency: str) -> int:
    """How many decimals the currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` minor units by `weights`, by largest remainder; the shares sum to `total` exactly.

    Ties go to the earlier share, so the result is the same every time. All weights zero: equal weights.
    """
    if not weights:
        raise ValueError("nothing to share among")
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    basis = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(basis)
    sign = -1 if total < 0 else 1
    shares = [abs(total) * weight // whole for weight in basis]
    by_remainder = sorted(range(len(basis)), key=lambda i: (-(abs(total) * basis[i] % whole), i))
    for index in by_remainder[: abs(total) - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]
