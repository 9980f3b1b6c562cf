"""What crosses the door of checkout. Amounts are whole minor units of the document's currency."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from edino.kernel.holds import Want
from edino.kernel.registry import Registry

Method = Literal["pickup", "delivery", "carry"]
Policy = Literal["max", "sum", "ask"]
Kind = Literal["card", "cash", "cod", "bank", "gift_card", "points"]
MoneyState = Literal["asked", "pending", "authorised", "captured", "failed", "cancelled"]
StockWord = Literal["enough", "few", "none", "unknown"]
PurchaseState = Literal["prepared", "paying", "placed", "released", "parked"]

TENDERS: Final[tuple[Kind, ...]] = ("card", "cash", "cod", "bank", "gift_card", "points")
TERMINAL: Final = "terminal"
"""The provider of a card that the terminal at the counter has taken: nobody is asked, and only staff may say it."""
METHODS: Final[tuple[Method, ...]] = ("pickup", "delivery", "carry")
POLICIES: Final[tuple[Policy, ...]] = ("max", "sum", "ask")
MOST: Final = 9_999
"""Pieces of one SKU in a cart."""
MOST_LINES: Final = 500


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand did something: the shopper's, a member of staff's (by name) or a system's; on which device.

    `location` (its code) and `staff_id` say where and by whom a shopper is served, whose sale it then counts as.
    """

    kind: Literal["shopper", "staff", "source"]
    name: str = ""
    device: str = ""
    location: str = ""
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """How the shopper is reached about this purchase, as it was typed."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the goods reach the shopper. `location` is the place of pickup, or where they are carried out of.

    `amount` is what delivery costs before any discount, told by the system that sells it. With a `service`, the code of
    a method of delivery, it is not asked: the price of the method for that city and postcode counts.
    """

    method: Method
    location: str = ""
    slot: UUID | None = None
    city: str = ""
    address: str = ""
    amount: int = 0
    service: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a method of delivery goes, and for how much: these cities, postcodes that begin so; with neither, anywhere.

    Amounts are minor units; `free_from`: goods of so much or more are brought for nothing. It takes `days`, at least
    and at most.
    """

    price: int
    cities: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    free_from: int | None = None
    days: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class DeliveryMethod:
    """A method of delivery that shoppers choose: its name by language, its zones, the order in which it is offered."""

    code: str
    names: Mapping[str, str]
    currency: str
    zones: tuple[Zone, ...]
    position: int = 100
    active: bool = True

    def name(self, language: str) -> str:
        """Its name in a language, else in English, else any."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), self.code)


@dataclass(frozen=True, slots=True)
class DeliveryOffer:
    """A method of delivery as it is offered to a shopper: `price` for these goods, `full` before it became free."""

    code: str
    name: str
    currency: str
    price: int
    full: int
    free_from: int | None
    days: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """How many of a SKU stand in a cart."""

    sku: str
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart as it is stored. A merged one went into the cart `merged_into`.

    `book`: the version of the book of promotions when it was read.
    """

    id: int
    uid: UUID
    version: int
    state: Literal["open", "buying", "ordered", "merged", "ended"]
    source_id: int
    channel: str
    assortment: str
    currency: str
    region: str
    language: str
    profile_id: int | None
    location: str
    staff_id: int | None
    lines: tuple[Line, ...]
    codes: tuple[str, ...]
    delivery: Delivery | None
    contact: Contact
    shown: Mapping[str, Any]
    reserve: bool
    merged_into: UUID | None
    updated_at: datetime
    book: int | None = None


@dataclass(frozen=True, slots=True)
class LineShare:
    """What one promotion took off a line."""

    promotion_id: int
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as it is shown: `stock` is enough, few, none or unknown; `free` how many can be promised now."""

    sku: str
    variant_id: int
    product: UUID | None
    name: str
    options: Mapping[str, str]
    image: str | None
    quantity: int
    unit: int
    gross: int
    discount: int
    net: int
    shares: tuple[LineShare, ...]
    stock: StockWord
    free: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was last shown: `what` is total, unit, net, quantity, stock, line or version.

    `offer`: the assortment of the cart does not offer the SKU any more.
    """

    what: str
    sku: str
    before: int | str | None
    after: int | str | None


@dataclass(frozen=True, slots=True)
class CodeView:
    """A coupon in the cart, and whether it counts."""

    code: str
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class WhyView:
    """Why a promotion applied or did not."""

    name: str
    applied: bool
    code: str
    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to a cart: the version that came of it, by whose hand, on which device."""

    version: int
    at: datetime
    kind: str
    name: str
    device: str
    what: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart priced now. `drift` is what differs from what this device was last shown."""

    uid: UUID
    version: int
    state: str
    currency: str
    assortment: str
    lines: tuple[LineView, ...]
    subtotal: int
    discount: int
    delivery_amount: int
    total: int
    codes: tuple[CodeView, ...]
    why: tuple[WhyView, ...]
    delivery: Delivery | None
    contact: Contact
    known: bool
    drift: tuple[Difference, ...]
    beside: UUID | None = None
    order: UUID | None = None


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of a cart that was given to a customer: the cart to go on with, and what was brought into it."""

    cart: UUID
    policy: Policy
    merged: UUID | None
    brought: Mapping[str, int]
    beside: UUID | None


@dataclass(frozen=True, slots=True)
class Shared:
    """A cart handed over: the token is shown this once; `link` and `qr` (SVG) hold it and nothing else."""

    token: str
    link: str
    qr: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tender:
    """A means of payment. At most one tender leaves its amount open and pays the rest.

    `code` is of a gift card; `provider` names who collects a card payment, the first that can when empty.
    """

    kind: Kind
    amount: int | None = None
    code: str = ""
    provider: str = ""
    return_url: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """A tender whose amount is settled.

    `card_id` is the gift card's; `provider` who collects, if anybody. `deferred`: the order does not wait for it, since
    it is our own money, cash, or will be paid later by agreement.
    """

    place: int
    kind: Kind
    amount: int
    provider: str = ""
    card_id: int | None = None
    return_url: str = ""
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of checking out. `next` is done, pay (then `url` says where) or wait (a person looks at it)."""

    cart: UUID
    order: UUID
    number: str
    state: PurchaseState
    next: Literal["done", "pay", "wait"]
    url: str
    total: int
    currency: str
    pickup_code: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Purchase:
    """The steps of buying one cart, as they stand. `answer` is what is told on replay."""

    id: int
    cart_id: int
    cart_uid: UUID
    cart_version: int
    order_uid: UUID
    state: PurchaseState
    fence: int
    lease_until: datetime
    key: str
    fingerprint: bytes
    total: int
    currency: str
    tenders: tuple[Leg, ...]
    quote: Mapping[str, Any]
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to have a tender paid by a provider."""

    id: int
    purchase_id: int
    place: int
    number: int
    provider: str
    amount: int
    currency: str
    state: MoneyState
    ref: str
    url: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Money:
    """What a provider says of a payment: its id there, how it stands, for how much; `url`: where to pay."""

    ref: str
    state: MoneyState
    amount: int
    currency: str
    url: str = ""
    refunded: int = 0
    reason: str = ""
    order: UUID | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """What a provider is asked to collect. `key` makes a repeat harmless."""

    key: str
    order_uid: UUID
    amount: int
    currency: str
    description: str
    return_url: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund as the provider has it: pending, done or failed."""

    ref: str
    state: Literal["pending", "done", "failed"]
    amount: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification points at. Nothing else in it is believed."""

    ref: str
    kind: Literal["payment", "refund"] = "payment"


class PaymentProvider(Protocol):
    """Who collects money for us. Each call may raise `ProviderUnavailable` (nothing is known) or `ProviderRefused`.

    Money of a deferred one (invoice, on delivery) is not waited for, so it is never asked while somebody waits.
    """

    @property
    def name(self) -> str:
        """How it is called among providers."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it can collect."""

    @property
    def deferred(self) -> bool:
        """Whether orders do not wait for its money."""

    def create(self, bill: Bill) -> Money:
        """Ask for a payment; the same key gives the same payment again."""

    def state(self, ref: str) -> Money:
        """How a payment stands now."""

    def capture(self, ref: str, *, amount: int, currency: str, key: str) -> Money:
        """Take money that was authorised."""

    def cancel(self, ref: str, *, key: str) -> Money:
        """Let authorised money go."""

    def refund(self, ref: str, *, amount: int, currency: str, key: str) -> Refunded:
        """Give captured money back, wholly or in part."""

    def notice(self, *, body: bytes, address: str) -> Notice:
        """Read a notification; `ForgedNotice` when it cannot have come from the provider."""


class PointsProvider(Protocol):
    """Who keeps points (loyalty registers itself)."""

    def want(self, *, profile_id: int, amount: int, currency: str) -> Want:
        """The hold that pays so much with points; `Short` or `Invalid` when they cannot."""

    def spend(self, *, profile_id: int, order_uid: UUID, amount: int, currency: str) -> None:
        """Write what was held and converted as spent, once per order."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    looked: int = 0
    placed: int = 0
    released: int = 0
    parked: int = 0
    captured: int = 0
    waiting: int = 0
    ended: int = 0
    refunded: int = 0
    troubles: int = 0
    orders: Sequence[UUID] = field(default=())


Listener = Callable[[int], None]
Groups = Callable[[int], frozenset[str]]
"""The groups of customers (by inside id) that prices and promotions know by name."""

customer_groups: Registry[Groups] = Registry("customer groups")
payment_providers: Registry[PaymentProvider] = Registry("payment provider")
points: Registry[PointsProvider] = Registry("points provider")
