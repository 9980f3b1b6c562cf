"""What a document of any format says, in one shape. Amounts are decimals in major units, as the document wrote them."""

from datetime import datetime
from decimal import Decimal

import msgspec


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a document says. `id` is the sender's own name for it; `line` is where its end stands in the file."""

    id: str
    line: int = 0


class Category(Said, frozen=True, kw_only=True, omit_defaults=True):
    """A group of goods; `parent` is the id of another, "" for a root."""

    name: str = ""
    parent: str = ""


class Property(Said, frozen=True, kw_only=True, omit_defaults=True):
    """A property of the classifier; `values` are its directory, by the id of the entry."""

    name: str = ""
    values: dict[str, str] = {}


class ReferenceEntry(Said, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of a reference book of the sender's, which values of properties name by its id."""

    name: str = ""
    book: str = ""


class PriceType(Said, frozen=True, kw_only=True, omit_defaults=True):
    """A kind of price, such as retail."""

    name: str = ""
    currency: str = ""


class Store(Said, frozen=True, kw_only=True, omit_defaults=True):
    """A warehouse or shop that offers count their stock in."""

    name: str = ""
    address: str = ""
    city: str = ""
    phone: str = ""


class Picture(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture: an address on the web, or a path inside the exchange."""

    place: str
    caption: str = ""


class Goods(Said, frozen=True, kw_only=True, omit_defaults=True):
    """A product as its card says. `properties` hold raw values, by the id (or name) of the property, several of one
    property on lines of their own."""

    name: str = ""
    article: str = ""
    barcodes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    description: str = ""
    brand: str = ""
    properties: dict[str, str] = {}
    attributes: dict[str, str] = {}
    pictures: tuple[Picture, ...] = ()
    unit: str = ""
    weight_g: int | None = None
    tax: str = ""
    service: bool = False
    deleted: bool = False
    catalog: str = ""


class Offer(Said, frozen=True, kw_only=True, omit_defaults=True):
    """What can be bought: the product `goods` in one combination of `options`."""

    goods: str = ""
    name: str = ""
    article: str = ""
    barcodes: tuple[str, ...] = ()
    options: dict[str, str] = {}
    unit: str = ""
    pictures: tuple[Picture, ...] = ()
    deleted: bool = False
    catalog: str = ""


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """One price of an offer, per base unit."""

    type: str
    amount: Decimal
    currency: str = ""
    was: Decimal | None = None


class Prices(Said, frozen=True, kw_only=True, omit_defaults=True):
    """All prices of an offer that the document gives."""

    prices: tuple[Price, ...] = ()


class Rest(Said, frozen=True, kw_only=True, omit_defaults=True):
    """Stock of an offer: in all, and by store where the document says so."""

    total: Decimal | None = None
    stores: dict[str, Decimal] = {}


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a document says of itself. `full`: what it does not name is gone; None where it cannot say."""

    kind: str
    version: str = ""
    as_of: datetime | None = None
    catalog: str = ""
    full: bool | None = None
    has: str = ""


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an order document; `offer` is the sender's id of what was sold."""

    offer: str
    name: str = ""
    article: str = ""
    quantity: Decimal = Decimal(0)
    unit: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    service: bool = False


class Order(Said, frozen=True, kw_only=True, omit_defaults=True):
    """An order as the accounting system tells of it; `requisites` are what it says by name: status, payment."""

    number: str = ""
    operation: str = ""
    at: str = ""
    currency: str = ""
    total: Decimal | None = None
    comment: str = ""
    lines: tuple[OrderLine, ...] = ()
    requisites: dict[str, str] = {}


Record = Header | Category | Property | ReferenceEntry | PriceType | Store | Goods | Offer | Prices | Rest | Order
