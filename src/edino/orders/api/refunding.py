"""Money that goes back: the ledger of refunds. docs/algorithms/returns.md, section 4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    parts = planned(order, amount=amount, to=to, carried=carried)
    if not parts:
        return ""
    to_card = sum(one.amount for one in parts if one.how == "new_card")
    card, code = new_gift_card(to_card, order.currency, (*cause, str(order.uid)), order.uid) if to_card else (0, "")
    rows: list[dict[str, Any]] = []
    for one in parts:
        paid = one.payment
        row: dict[str, Any] = {"payment_id": paid.id, "order_id": order.id, "amount": one.amount}
        row |= {"provider": paid.provider, "provider_ref": paid.provider_ref, "tender": one.tender}
        row["state"] = "due" if one.how == "back" else "done"
        if one.how == "new_card":
            row |= {"provider": "gift_card", "provider_ref": str(card)}
        elif one.how == "own_card":
            # One cause may reach the same card by several payments: each brings its own money back.
            promotions.refund_gift_card(
                card_id=int(paid.provider_ref),
                order_uid=order.uid,
                amount=one.amount,
                key=":".join((*cause, str(paid.uid))),
            )
        rows.append(row)
    write(rows, currency=order.currency, cause=cause, at=at)
    told: dict[str, int] = {}
    for row in rows:
        told[row["tender"]] = told.get(row["tender"], 0) + row["amount"]
    fiscal.given_back(order, pieces, told, at, key=":".join(cause), left=left)
    return code


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a refund: of which payment, and how it goes back."""

    payment: Payment
    amount: int
    how: Literal["back", "own_card", "new_card", "exchange"]

    @property
    def tender(self) -> str:
        """The means by which it goes back."""
        if self.how == "exchange":
            return "exchange"
        return self.payment.tender if self.how == "back" else "gift_card"


def planned(order: Order, *, amount: int, to: To = "original", carried: int = 0) -> list[Part]:
    """How `amount` goes back, `carried` of it over to an exchange: what `give_back` does, and what is told before."""
    held = [
        shares.Holding(one.id, one.tender, one.captured - one.refunded)
        for one in order.payments
        if one.captured > one.refunded
    ]
    payments = {one.id: one for one in order.payments}
    parts: list[Part] = []
    for sum_, over in ((carried, True), (amount - carried, False)):
        for holding, share in shares.by_tender(sum_, held):
            payment = payments[holding.id]
            parts.append(Part(payment, share, "exchange" if over else _how(payment, to)))
            held = [one._replace(left=one.left - share) if one.id == holding.id else one for one in held]
        held = [one for one in held if one.left]
    return parts


def _how(payment: Payment, to: To) -> Literal["back", "own_card", "new_card"]:
    # Whom a till's gift card paid that nobody knows, his money goes to a new one.
    lost = payment.tender == "gift_card" and not payment.provider_ref.isdecimal()
    if to == "gift_card" or payment.tender == "exchange" or lost:
        return "new_card"
    return "own_card" if payment.tender == "gift_card" else "back"


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
