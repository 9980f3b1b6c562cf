"""A warehouse that packs one parcel a day: the second order is refused, until the first is cancelled."""

import pytest

from edino.checkout import api
from edino.checkout.errors import NotThatMany
from edino.checkout.types import Placed
from edino.inventory import api as inventory
from edino.inventory.types import LocationInput
from edino.kernel import holds, sql
from edino.orders import api as orders
from tests.checkout.stage import COD, HOUSE, KOLYA, Shop, cart_of, courier, pickup, somebody

pytestmark = pytest.mark.django_db


def sent(shop: Shop, key: str) -> Placed:
    """Socks by courier: only the warehouse sends parcels."""
    return bought(shop, courier(), key)


def bought(shop: Shop, delivery: object, key: str) -> Placed:
    cart = cart_of(shop, {"SOCK-1": 1})
    view = api.set_delivery(uid=cart.uid, delivery=delivery, by=KOLYA)  # type: ignore[arg-type]  # one of the stage's
    return api.checkout(uid=cart.uid, expected_total=view.total, tenders=COD, contact=somebody(), key=key, by=KOLYA)


def left() -> list[tuple[int, int, int]]:
    return sql.tuples("SELECT total, used, held FROM kernel_capacity WHERE kind = 'parcels'")


def test_no_more_parcels_leave_than_are_packed_and_a_cancelled_one_makes_room(shop: Shop) -> None:
    inventory.save_location(location=LocationInput("HUB", daily_parcels=1), by=HOUSE)
    first = sent(shop, "k-1")
    assert left() == [(1, 1, 0)]
    with pytest.raises(NotThatMany):
        sent(shop, "k-2")
    assert left() == [(1, 1, 0)]
    bought(shop, pickup(), "k-3")  # what the store has on its own shelf is no parcel
    assert left() == [(1, 1, 0)]
    orders.cancel(uid=first.order, by=HOUSE)
    assert left() == [(1, 0, 0)]
    sent(shop, "k-4")
    assert left() == [(1, 1, 0)]
    assert sql.scalar("SELECT count(*) FROM orders_order WHERE state = 'placed'") == 2
    assert holds.drift() == []


def test_a_rerouted_order_takes_a_parcel_of_the_other_place_or_passes_it_over(shop: Shop) -> None:
    first, second = sent(shop, "k-1"), sent(shop, "k-2")
    klin = LocationInput("KLIN", "Klin store", "store", "Klin", sells=True, ships=True, pickup=True, daily_parcels=1)
    inventory.save_location(location=klin, by=HOUSE)
    one, other = (orders.order(uid=placed.order) for placed in (first, second))
    moved = orders.reject(uid=one.uid, parcel=one.fulfilments[0].uid, reason="no_time", by=HOUSE)
    assert [(part.location, part.state) for part in moved.fulfilments] == [("HUB", "rejected"), ("KLIN", "to_pick")]
    assert left() == [(1, 1, 0)]
    # Klin packs one a day, and has it.
    waits = orders.reject(uid=other.uid, parcel=other.fulfilments[0].uid, reason="no_time", by=HOUSE)
    assert (waits.parked, left()) == ("no_route", [(1, 1, 0)])
    orders.cancel(uid=one.uid, by=HOUSE)
    assert left() == [(1, 0, 0)]
    found = orders.replan(uid=other.uid, by=HOUSE, exclude=["HUB"])
    assert (found.parked, found.fulfilments[-1].location, left()) == ("", "KLIN", [(1, 1, 0)])
    assert holds.drift() == []
