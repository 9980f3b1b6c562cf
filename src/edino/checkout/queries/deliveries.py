"""Statements about methods of delivery."""

import msgspec

from edino.checkout.types import DeliveryMethod, Zone
from edino.kernel import sql

_SQL = sql.statements("edino.checkout", "deliveries.sql")


def methods() -> list[DeliveryMethod]:
    """The methods of delivery in their order."""
    return [
        DeliveryMethod(code, names, currency, msgspec.convert(zones, tuple[Zone, ...]), position, active)
        for code, names, currency, zones, position, active in sql.tuples(_SQL["methods"])
    ]


def save_method(given: DeliveryMethod) -> None:
    """Make or change a method of delivery."""
    values = {
        "code": given.code,
        "names": msgspec.json.encode(given.names).decode(),
        "currency": given.currency,
        "zones": msgspec.json.encode(given.zones).decode(),
        "position": given.position,
        "active": given.active,
    }
    sql.execute(_SQL["save_method"], values)
