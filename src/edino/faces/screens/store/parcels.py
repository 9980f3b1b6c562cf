"""A parcel of an order as the store's pages see it, whoever picks it or hands it over."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import get_language

from edino.catalogue import api as catalogue
from edino.catalogue.types import VariantInfo
from edino.faces.screens.store.frame import StoreRequest
from edino.orders import api as orders
from edino.orders.api import office
from edino.orders.errors import NoSuchFulfilment
from edino.orders.types import Fulfilment, Line, Order
from edino.ui.screen import Product


@dataclass(frozen=True, slots=True)
class Good:
    """Pieces of a line in a parcel. `codes` are what a scanner may read on them."""

    line: Line
    variant: VariantInfo | None
    pieces: int

    @property
    def name(self) -> str:
        """What it is called now, else when it was sold."""
        return self.variant.name if self.variant else self.line.name

    @property
    def about(self) -> str:
        """Size, colour and SKU: what tells it from its sisters."""
        options = [str(value) for value in self.variant.options.values()] if self.variant else []
        return " · ".join([*options, self.line.sku])

    def shown(self) -> Product:
        """As the lists show it."""
        return Product(self.name, self.about, image=(self.variant.image or "") if self.variant else "")


@dataclass(frozen=True, slots=True)
class Parcel:
    """Goods of one order on one way, with the order."""

    order: Order
    itself: Fulfilment
    goods: tuple[Good, ...]

    @property
    def pieces(self) -> int:
        """How many there are of them."""
        return sum(good.pieces for good in self.goods)


def parcel(request: StoreRequest, uid: UUID) -> Parcel:
    """The parcel of this uid, if this store has to do with it; `NoSuchFulfilment`."""
    order_uid = office.order_of_parcel(uid=uid)
    if order_uid is None:
        raise NoSuchFulfilment
    order = orders.order(uid=order_uid)
    itself = next(one for one in order.fulfilments if one.uid == uid)
    if not ours(request, itself):
        raise NoSuchFulfilment
    return Parcel(order, itself, goods(order, itself))


def ours(request: StoreRequest, itself: Fulfilment) -> bool:
    """Whether the parcel is picked here, or is to be handed over here."""
    return request.store.id == itself.location_id or request.store.code == itself.pickup_location


def goods(order: Order, itself: Fulfilment) -> tuple[Good, ...]:
    """What a parcel holds: its live allocations, one entry for each line."""
    counts: dict[int, int] = {}
    for part in order.allocations:
        if part.fulfilment_id == itself.id and part.quantity > part.given_up:
            counts[part.line_id] = counts.get(part.line_id, 0) + part.quantity - part.given_up
    lines = [line for line in order.lines if line.id in counts]
    ids = [line.variant_id for line in lines if line.variant_id is not None]
    known = catalogue.variants_by_id(ids=ids, language=get_language() or "en") if ids else {}
    return tuple(Good(line, known.get(line.variant_id or 0), counts[line.id]) for line in lines)
