"""Fiscal receipts: put into an outbox with the effect they tell of, made by a device afterwards. docs/fiscal.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from edino.kernel import clock
from edino.orders.queries import fiscal as queries
from edino.orders.rules import fiscal as rules
from edino.orders.rules import shares
from edino.orders.rules.fiscal import Piece
from edino.orders.types import Line, Order
from edino.orders.types.fiscal import (
    FiscalDocument,
    FiscalLine,
    FiscalListing,
    FiscalRefused,
    FiscalUnavailable,
    Operation,
    Paid,
    fiscal_devices,
)

CLAIMED: Final = timedelta(minutes=2)
ASK_AGAIN: Final = timedelta(seconds=20)
LATE: Final = timedelta(minutes=15)
MOST_ATTEMPTS: Final = 40
WORDS: Final = (gettext_noop("Money back"), gettext_noop("Delivery"))
_PATIENCE: Final = timedelta(hours=1)
logger = structlog.get_logger("edino.fiscal")


def prepaid(order: Order, tenders: Mapping[str, int], at: datetime, *, key: str) -> None:
    """Money was taken for goods that have not been handed out: the first receipt of two."""
    amount = sum(tenders.values())
    pieces = [*(_open(line) for line in order.lines), *_delivery(order)]
    if amount and _device():
        lines = rules.prepaid(pieces, amount)
        _queue(order, ("sell", f"prepaid:{key}"), lines, rules.told(tenders), at)


def handed_out(
    order: Order, given: Sequence[tuple[Line, int, int]], paid_now: Mapping[str, int], at: datetime, *, key: str
) -> None:
    """Goods were handed out, (line, pieces, worth): the receipt of full payment, which sets off what was prepaid."""
    if not _device() or not given:
        return
    pieces = [_piece(line, count, worth) for line, count, worth in given]
    if not any(line.fulfilled for line in order.lines):
        pieces += _delivery(order)
    lines = rules.lines(pieces, "full_payment")
    total = sum(line.sum for line in lines)
    before = sum(one.captured for one in order.payments) - sum(paid_now.values())
    _queue(order, ("sell", f"handed:{key}"), lines, rules.settled(total, max(before, 0), paid_now), at)


def given_back(
    order: Order,
    pieces: Sequence[tuple[Line, int, int]],
    tenders: Mapping[str, int],
    at: datetime,
    *,
    key: str,
    left: bool = False,
) -> None:
    """Money goes back for (line, pieces, worth): a refund receipt by tender, of a prepayment or of a sale (`left`)."""
    amount = sum(tenders.values())
    if not _device() or not amount:
        return
    told = [_piece(line, count, worth) for line, count, worth in pieces]
    left = left or any(line.fulfilled for line, _, _ in pieces)
    lines = rules.lines(told, "full_payment" if left else "full_prepayment")
    if sum(line.sum for line in lines) != amount:
        lines = rules.lines(
            [Piece(_word("Money back"), 1, amount, "", "payment")], "full_payment" if left else "advance"
        )
    _queue(order, ("sell_refund", f"back:{key}"), lines, rules.told(tenders), at)


def send_due(*, limit: int = 100) -> int:
    """Send what waits and ask about what was sent; how many were moved on. For the job; may run twice at once."""
    at = clock.now()
    with transaction.atomic():
        due = queries.claim(at, at + CLAIMED, limit)
    moved = 0
    for one in due:
        try:
            moved += _send(one) if one.state == "queued" else _ask(one)
        except FiscalUnavailable as error:
            _later(one, str(error))
        except FiscalRefused as error:
            now = clock.now()
            queries.move(one.id, "failed", now, now, device_uid=one.device_uid, error=str(error))
            logger.error("fiscal receipt refused", receipt=one.document.external_id)  # noqa: TRY400 - the reason is kept
            moved += 1
    return moved


def receipts_of(*, order_uid: UUID) -> list[FiscalListing]:
    """Fiscal receipts of an order with their states."""
    return queries.of_order(order_uid)


def late(*, limit: int = 200) -> list[FiscalListing]:
    """Fiscal receipts that failed, or were not made within a quarter of an hour."""
    return queries.late(clock.now() - LATE, limit)


def again(*, id: int) -> bool:  # noqa: A002 - the field's name
    """Try a failed receipt once more, under the same external id."""
    return queries.again(id, clock.now())


def _send(one: queries.Due) -> int:
    device = fiscal_devices.get(one.device)
    if device is None:
        raise FiscalUnavailable("no such device")
    email, phone = queries.contact(one.order_uid) if one.order_uid else ("", "")
    uid = device.send(one.document, email=email, phone=phone)
    now = clock.now()
    queries.move(one.id, "sent", now, now + ASK_AGAIN, device_uid=uid)
    return 1


def _ask(one: queries.Due) -> int:
    device = fiscal_devices.get(one.device)
    if device is None:
        raise FiscalUnavailable("no such device")
    found = device.state(one.device_uid)
    now = clock.now()
    if found.state == "wait":
        _later(one, "")
        return 0
    state = "done" if found.state == "done" else "failed"
    queries.move(one.id, state, now, now, device_uid=one.device_uid, error=found.error, answer=found.signs)
    return 1


def _later(one: queries.Due, error: str) -> None:
    now = clock.now()
    if one.attempts >= MOST_ATTEMPTS:
        queries.move(one.id, "failed", now, now, device_uid=one.device_uid, error=error or "not made in time")
        return
    wait = min(ASK_AGAIN * 2 ** min(one.attempts - 1, 8), _PATIENCE)
    queries.move(one.id, one.state, now, now + wait, device_uid=one.device_uid, error=error)


def _queue(
    order: Order,
    what: tuple[Operation, str],
    lines: tuple[FiscalLine, ...],
    payments: Mapping[Paid, int],
    at: datetime,
) -> None:
    if lines:
        operation, key = what
        external_id = f"{order.uid}:{key}"[:128]
        document = FiscalDocument(external_id, operation, at, order.currency, lines, payments, order.uid)
        queries.queue(document, _device(), at)


def _device() -> str:
    return next(iter(fiscal_devices.names()), "")


def _word(text: str) -> str:
    """A word of ours as the tax office reads it."""
    with translation.override("ru"):
        return gettext(text)


def _piece(line: Line, count: int, worth: int) -> Piece:
    return Piece(line.name or line.sku, count, worth, line.tax)


def _open(line: Line) -> Piece:
    """What was not taken out of a line."""
    count = line.quantity - line.cancelled
    return _piece(line, count, shares.worth(line.net, line.quantity, line.cancelled, count))


def _delivery(order: Order) -> list[Piece]:
    net = order.delivery.amount - order.delivery.discount
    return [Piece(_word("Delivery"), 1, net, order.delivery.tax, "service")] if net else []
