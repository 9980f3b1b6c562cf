"""Gift cards: money paid before, and a way to pay. The balance is a capacity, its story a ledger; both must agree."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from edino.channels.types import Source
from edino.kernel import clock, holds, log
from edino.kernel.errors import Invalid
from edino.kernel.reconciling import Difference
from edino.promotions import events
from edino.promotions.api.saving import Hand
from edino.promotions.errors import GiftCardEnded, NoSuchGiftCard, NotEnoughOnCard
from edino.promotions.queries import codes as queries
from edino.promotions.rules.codes import GIFT_LENGTH, bare, printed, spelled
from edino.promotions.types import Entry, GiftCard
from edino.staff import api as staff
from edino.staff.types import Actor

CAPACITY: Final = "giftcard"
LARGEST: Final = 10**12


class Issued(NamedTuple):
    """A new gift card: `code` is shown this once, only its hash is kept."""

    code: str
    card: GiftCard


def issue_gift_card(
    *,
    amount: int,
    currency: str,
    by: Hand,
    expires_at: datetime | None = None,
    order_uid: UUID | None = None,
    seed: str = "",
) -> Issued:
    """Make a gift card worth `amount` minor units.

    `seed`: the same seed makes the same code, so that a call that is repeated answers the same card without its code
    having been stored anywhere.
    """
    if not 0 < amount <= LARGEST:
        raise Invalid.field("amount", "out_of_range", "A gift card is worth more than nothing.")
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        raise Invalid.field("currency", "unknown", "A currency is written as in RUB.")
    if expires_at is not None and expires_at <= clock.now():
        raise Invalid.field("expires_at", "past", "It would have expired already.")
    code, now = _code(seed), clock.now()
    values = {
        "hash": hash_of(code),
        "ending": code[-4:],
        "currency": currency,
        "amount": amount,
        "expires_at": expires_at,
        "by": by.name,
        "order": order_uid,
        "at": now,
    }
    with transaction.atomic():
        id_ = queries.add_card(values)
        if id_ is not None:
            holds.open_capacities(CAPACITY, [(id_, amount, 0)])
            queries.add_entry(card=id_, kind="issued", amount=amount, order=order_uid, key=f"issued {id_}", at=now)
            body = {"card": id_, "amount": amount, "currency": currency}
            source = by.id if isinstance(by, Source) else None
            log.append([log.Fact(events.GIFT_CARD_ISSUED, "fact", now, body, source_id=source)])
            staff.audit(
                actor=Actor(by.name) if isinstance(by, Source) else by,
                operation="giftcards.manage",
                subject=("gift card", str(id_)),
                detail={"amount": amount, "currency": currency},
            )
        [found] = queries.cards(at=now, limit=1, hash_=hash_of(code))
    return Issued(printed(code), _card(found))


def gift_card(*, code: str) -> GiftCard:
    """The gift card of this code with what can be spent of it now; NoSuchGiftCard, GiftCardEnded."""
    found = queries.cards(at=clock.now(), limit=1, hash_=hash_of(bare(code)))
    if not found or found[0].is_void:
        raise NoSuchGiftCard
    if found[0].expires_at is not None and found[0].expires_at <= clock.now():
        raise GiftCardEnded
    return _card(found[0])


def gift_card_code(*, seed: str) -> str:
    """The printed code of the card that was made from a seed."""
    return printed(_code(seed))


def gift_card_by_id(*, card_id: int) -> GiftCard:
    """A gift card as staff sees it, also one that has ended."""
    found = queries.cards(at=clock.now(), limit=1, id_=card_id)
    if not found:
        raise NoSuchGiftCard
    return _card(found[0])


def gift_cards(*, ending: str = "", limit: int = 200) -> list[GiftCard]:
    """Gift cards, newest first; `ending` is the last four signs of the code."""
    return [_card(one) for one in queries.cards(at=clock.now(), limit=limit, ending=ending.strip().upper())]


def gift_entries(*, card_id: int) -> Sequence[Entry]:
    """The ledger of a card, newest first."""
    return queries.entries(card_id)


def spend_gift_card(*, card_id: int, order_uid: UUID, amount: int, held: bool, key: str = "") -> bool:
    """Pay so much of an order by a gift card; False when this was noted before.

    `held`: the amount was held on the card's capacity and the hold is converted, so only the ledger is written. Not
    held: it is taken now, NotEnoughOnCard if it is not there. `key` tells several payments of one order apart.
    """
    if amount <= 0:
        raise Invalid.field("amount", "out_of_range", "A payment is above zero.")
    now = clock.now()
    with transaction.atomic():
        card = gift_card_by_id(card_id=card_id)
        told = f"spent {order_uid} {card_id} {key}".rstrip()
        if not queries.add_entry(card=card_id, kind="spent", amount=-amount, order=order_uid, key=told, at=now):
            return False
        if not held:
            if card.void or (card.expires_at is not None and card.expires_at <= now):
                raise GiftCardEnded
            try:
                holds.use([holds.Want(card.capacity_id, amount)])
            except holds.Short as short:
                raise NotEnoughOnCard from short
    return True


def refund_gift_card(*, card_id: int, order_uid: UUID, amount: int, key: str) -> bool:
    """Put money of an order back on its card; False when `key` (of the refund) was noted before for this order.

    Never more than the order took from this card: `NotEnoughOnCard`.
    """
    if amount <= 0:
        raise Invalid.field("amount", "out_of_range", "A refund is above zero.")
    with transaction.atomic():
        card = gift_card_by_id(card_id=card_id)
        told = f"refunded {order_uid} {card_id} {key}"
        now = clock.now()
        if not queries.add_entry(card=card_id, kind="refunded", amount=amount, order=order_uid, key=told, at=now):
            return False
        try:
            holds.unuse([holds.Want(card.capacity_id, amount)])  # locks the card, so the sum below is everybody's
        except holds.NotPromised as refused:
            raise NotEnoughOnCard from refused
        if queries.spent(card_id, order_uid) < 0:
            raise NotEnoughOnCard
    return True


def gift_card_drift() -> list[tuple[int, int, int]]:
    """Cards whose ledger and balance disagree: (card, ledger, capacity). Empty when all is well."""
    return queries.drift()


def differences() -> list[Difference]:
    """The same as `edino reconcile` tells it."""
    return [Difference(f"gift card {card}", kept, ledger) for card, ledger, kept in queries.drift()]


def _code(seed: str) -> str:
    if not seed:
        return spelled(secrets.token_bytes(GIFT_LENGTH))
    told = f"edino gift card {seed}".encode()
    return spelled(hmac.new(settings.SECRET_KEY.encode(), told, sha256).digest()[:GIFT_LENGTH])


def hash_of(code: str) -> bytes:
    """What is kept of a code."""
    return sha256(f"edino gift card {code}".encode("utf-8", "surrogatepass")).digest()


def _card(found: queries.Card) -> GiftCard:
    return GiftCard(
        id=found.id,
        masked=f"•••• {found.ending}",
        balance=found.balance,
        currency=found.currency,
        capacity_id=found.capacity_id,
        expires_at=found.expires_at,
        void=found.is_void,
        issued=found.amount,
        created_at=found.created_at,
    )
