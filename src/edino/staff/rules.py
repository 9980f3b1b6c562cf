"""Who may do what: the role × operation matrix of the whole system, in one place so that it can be read in one go."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from edino.staff.types import Role

_A, _O, _V = Role.ASSOCIATE, Role.OPERATOR, Role.MARKETER
_M, _B, _I, _ADMIN = Role.MERCHANDISER, Role.ANALYST, Role.INTEGRATOR, Role.ADMINISTRATOR


def _only(*roles: Role) -> frozenset[Role]:
    return frozenset({*roles, _ADMIN})


EVERYBODY = frozenset(Role)

OPERATIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "account.own": EVERYBODY,  # one's own password, second factor, language
        "overview.see": EVERYBODY,
        "customers.search": _only(_A, _O, _V),
        "customers.see": _only(_A, _O, _V),  # masked; the bare value is customers.see_personal, and goes to the trail
        "customers.see_personal": _only(_A, _O),
        "customers.edit": _only(_A, _O),
        "customers.consents": _only(_A, _O),
        "customers.why": _only(_A, _O, _V),
        "customers.review": _only(_O, _V),
        "customers.join": _only(_O),
        "customers.split": _only(_O),
        "customers.export": _only(),
        "customers.erase": _only(),
        "customers.policy": _only(_V),
        "channels.see": _only(_V, _B, _I),
        "channels.manage": _only(_I),
        "keys.manage": _only(_I),
        "staff.see": _only(),
        "staff.manage": _only(),
        "audit.see": _only(),
        "developer.see": _only(_I),
        "imports.run": _only(_I),
        "catalogue.see": EVERYBODY,
        "catalogue.edit": _only(_M),
        "reviews.moderate": _only(_M, _O),
        "prices.see": _only(_M, _B, _V),
        "prices.edit": _only(_M),
        "promotions.see": _only(_M, _V, _B, _O),
        "promotions.edit": _only(_M, _V),
        "coupons.issue": _only(_M, _V, _O),
        "coupons.compensate": _only(_A, _O),  # for the trouble, within the giver's budget of the month
        "giftcards.manage": _only(_M),
        "stock.see": EVERYBODY,
        "stock.edit": _only(_M),
        "stock.count": _only(_M, _A),
        "transfers.manage": _only(_M, _A),
        "orders.see": _only(_A, _O, _M, _B),
        "orders.edit": _only(_A, _O),
        "returns.take": _only(_A, _O),
        "cashiers.see": _only(_B),
        "store.work": _only(_A),
        "delivery.edit": _only(_M),
        "carts.serve": _only(_A, _O),
        "exchange.see": _only(_M, _I),
        "exchange.run": _only(_I),
        "ui.see": EVERYBODY,
    }
)


def roles(operation: str) -> frozenset[Role]:
    """The roles that include an operation. An operation nobody declared is a mistake of ours: KeyError."""
    return OPERATIONS[operation]


def allows(role: str, operation: str) -> bool:
    """Whether a role includes an operation."""
    return role in roles(operation)


def operations_of(role: str) -> list[str]:
    """What a role includes, in the order of the matrix."""
    return [operation for operation, allowed in OPERATIONS.items() if role in allowed]


class Quota:
    """So many of each kind per minute; the rest are counted, and the count is handed out with the next one allowed."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._spent: dict[str, tuple[int, int, int]] = {}

    def spend(self, kind: str, at: datetime) -> tuple[bool, int]:
        """Whether this one is within the quota, and how many before it were not."""
        minute = int(at.timestamp()) // 60
        last, spent, dropped = self._spent.get(kind, (minute, 0, 0))
        if last != minute:
            spent = 0
        if spent >= self.per_minute:
            self._spent[kind] = (minute, spent, dropped + 1)
            return False, 0
        self._spent[kind] = (minute, spent + 1, 0)
        return True, dropped
