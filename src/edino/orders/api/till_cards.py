"""Gift cards on till receipts: debited and credited as it happened, and what is odd about it becomes a case."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from edino.kernel import ids
from edino.orders.queries import receipts as queries
from edino.orders.types import Receipt, ReceiptProblem
from edino.promotions.api import tills
from edino.promotions.types import CardMove

if TYPE_CHECKING:
    from edino.orders.api.receiving import Known

GIFT_CARD: Final = "gift_card"
_ODD: Final[Mapping[str, ReceiptProblem]] = {
    "unknown": ReceiptProblem(
        "tenders", "gift_card_unknown", "Nobody knows this gift card: no money was taken from any."
    ),
    "currency": ReceiptProblem(
        "tenders", "gift_card_currency", "The gift card is of another currency: none was moved."
    ),
    "ended": ReceiptProblem("tenders", "gift_card_ended", "The gift card had ended: it was taken as it happened."),
    "overdrawn": ReceiptProblem(
        "tenders", "gift_card_overdrawn", "The gift card had less: it was taken as it happened."
    ),
}


def moved(receipts: Sequence[Receipt], world: "Known", at: datetime, origin: str) -> None:
    """Move the money of gift cards, once for each tender of a receipt; `world.cards` knows then which card it was.

    What a file tells of the past (`origin` import) opens no case: its cards may be of another house.
    """
    told = [
        (receipt, place, tender)
        for receipt in receipts
        for place, tender in enumerate(receipt.tenders, 1)
        if tender.tender == GIFT_CARD and tender.amount
    ]
    if not told:
        return
    sold_with = queries.cards_of({one.refund_of for one, _, tender in told if one.refund_of and not tender.reference})
    moves = [
        CardMove(
            key=f"receipt {receipt.uid} {place}",
            order_uid=receipt.refund_of or receipt.uid,
            amount=tender.amount if receipt.kind == "sale" else -tender.amount,
            currency=receipt.currency,
            code=tender.reference,
            card_id=None if tender.reference or receipt.refund_of is None else sold_with.get(receipt.refund_of),
        )
        for receipt, place, tender in told
    ]
    cases: list[dict[str, Any]] = []
    for (receipt, place, tender), done in zip(told, tills.happened(moves=moves), strict=True):
        if done.card_id is not None:
            world.cards[receipt.uid, place] = done.card_id
        if not done.odd or (origin != "till" and done.odd in {"unknown", "currency"}):
            continue
        world.warnings.setdefault(receipt.uid, []).append(_ODD[done.odd])
        cases.append(_case(receipt, place, done.odd, done.over or tender.amount, done.card_id))
    queries.open_cases(cases, at)


def named(world: "Known", receipt: UUID, place: int) -> dict[str, str]:
    """How a payment or refund names its card; never by its code, which is money."""
    card = world.cards.get((receipt, place))
    return {"provider": GIFT_CARD, "reference": str(card)} if card is not None else {"provider": "", "reference": ""}


def _case(receipt: Receipt, place: int, odd: str, amount: int, card: int | None) -> dict[str, Any]:
    return {
        "uid": ids.uuid7(),
        "key": f"gift_card:{receipt.uid}:{place}",
        "kind": f"gift_card_{odd}",
        "subject": receipt.uid,
        "number": receipt.number or str(receipt.uid)[-12:],
        "note": f"{receipt.till} · {card}" if card is not None else receipt.till,
        "currency": receipt.currency,
        "amount": amount,
    }
