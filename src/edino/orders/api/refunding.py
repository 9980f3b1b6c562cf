"""Money that goes back: the ledger of refunds. docs/algorithms/returns.md, section 4."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from edino.kernel import clock, log
from edino.orders import events
from edino.orders.api import fiscal
from edino.orders.api.reading import order as read
from edino.orders.queries import book
from edino.orders.rules import shares
from edino.orders.types import Line, Order, Payment, Refund
from edino.promotions import api as promotions
from edino.staff.types import Actor

To = Literal["original", "gift_card"]


def give_back(
    order: Order,
    *,
    amount: int,
    cause: tuple[str, str],
    at: datetime,
    to: To = "original",
    carried: int = 0,
    pieces: Sequence[tuple[Line, int, int]] = (),
    left: bool = False,
) -> str:
    """Share `amount` among what the payments of a locked order hold; the code of a gift card when one was made.

    `cause`: kind and key, under which each payment gives back once; `pieces` (line, count, worth) are what it is for,
    and `left` says that they had been paid in full and sent. Of the amount `carried` goes to an exchange. What cannot
    go back the way it came, and everything when `to` says so, goes to one new gift card.
    """
    if not amount:
        return ""
    held = [
        shares.Holding(one.id, one.tender, one.captured - one.refunded)
        for one in order.payments
        if one.captured > one.refunded
    ]
    payments = {one.id: one for one in order.payments}
    rows: list[dict[str, Any]] = []
    to_card = 0
    for part, how in ((carried, "exchange"), (amount - carried, "")):
        for holding, share in shares.by_tender(part, held):
            payment = payments[holding.id]
            row: dict[str, Any] = {"payment_id": holding.id, "order_id": order.id, "amount": share}
            row["provider"] = payment.provider
            row |= {"provider_ref": payment.provider_ref, "tender": how or payment.tender, "state": "due"}
            if how:
                row["state"] = "done"
            elif to == "gift_card" or payment.tender == "exchange" or _lost(payment):
                row |= {"tender": "gift_card", "state": "done"}
                to_card += share
            elif payment.tender == "gift_card":
                promotions.refund_gift_card(
                    card_id=int(payment.provider_ref), order_uid=order.uid, amount=share, key=":".join(cause)
                )
                row["state"] = "done"
            rows.append(row)
            held = [one._replace(left=one.left - share) if one.id == holding.id else one for one in held]
        held = [one for one in held if one.left]
    code = ""
    if to_card:
        card, code = new_gift_card(to_card, order.currency, (*cause, str(order.uid)), order.uid)
        for row in rows:
            paid = payments[row["payment_id"]]
            if row["tender"] == "gift_card" and (paid.tender != "gift_card" or _lost(paid)):
                row |= {"provider": "gift_card", "provider_ref": str(card)}
    write(rows, currency=order.currency, cause=cause, at=at)
    told: dict[str, int] = {}
    for row in rows:
        told[row["tender"]] = told.get(row["tender"], 0) + row["amount"]
    fiscal.given_back(order, pieces, told, at, key=":".join(cause), left=left)
    return code


def _lost(payment: Payment) -> bool:
    """Whether it was paid by a gift card that nobody knows (a till said so): its money goes to a new one."""
    return payment.tender == "gift_card" and not payment.provider_ref.isdecimal()


def write(rows: Sequence[Mapping[str, Any]], *, currency: str, cause: tuple[str, str], at: datetime) -> int:
    """Write rows of the ledger; how many were new."""
    told = {"currency": currency, "cause_kind": cause[0], "cause_key": cause[1]}
    return book.add_refunds([{**row, **told} for row in rows], at)


def new_gift_card(amount: int, currency: str, cause: tuple[str, ...], order_uid: UUID | None = None) -> tuple[int, str]:
    """A gift card worth so much: its id and its code, which is stored nowhere."""
    made = promotions.issue_gift_card(
        amount=amount, currency=currency, by=Actor("orders"), order_uid=order_uid, seed=":".join(cause)
    )
    return made.card.id, made.code


def refunds(*, state: str = "due", after: int = 0, limit: int = 200, order_uid: UUID | None = None) -> list[Refund]:
    """Refunds in a state, oldest first; `after`: ids above this one. Providers and tills settle those that are due."""
    if order_uid is not None:
        return [one for one in read(uid=order_uid).refunds if one.state == state]
    return book.refunds(state=state, after=after, size=limit)


def settle_refund(*, uid: UUID, state: Literal["done", "failed"] = "done", provider_ref: str = "") -> bool:
    """Say that money of a due refund went back, or that the provider refused for good; False when it was not due."""
    at = clock.now()
    if not book.settle_refund(uid, state, provider_ref, at):
        return False
    if state == "done":
        order_uid, number, tender, amount, currency = book.refund_of(uid)
        order = str(order_uid) if order_uid else None
        money = {"tender": tender, "amount": amount, "currency": currency}
        log.append(
            [log.Fact(events.REFUNDED, "fact", at, {"refund": str(uid), "order": order, "number": number, **money})]
        )
    return True
