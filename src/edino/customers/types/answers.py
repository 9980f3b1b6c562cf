"""What calls of several packages answer of a customer, in one shape."""

from dataclasses import dataclass
from datetime import datetime

from edino.customers.types import Permission


@dataclass(frozen=True, slots=True)
class PermissionAnswer:
    """What a contact point may be used for. `why` is own, bound, silent or unverified."""

    kind: str
    contact: str
    purpose: str
    brand: str
    allowed: bool
    state: str
    why: str
    since: datetime | None

    @classmethod
    def of(cls, one: Permission) -> "PermissionAnswer":
        """As the customer's permission says it, with the contact masked."""
        return cls(one.kind, one.masked, one.purpose, one.brand, one.allowed, one.state, one.why, one.since)
