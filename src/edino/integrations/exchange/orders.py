"""Orders that come back from the accounting system, onto the order book: paid, shipped, cancelled, shortened."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from edino.channels.api import actor
from edino.integrations.exchange import queries, values
from edino.integrations.exchange.queries import Change, Mirrored, Staged
from edino.integrations.exchange.work import Work
from edino.kernel.errors import Refusal
from edino.orders import api as orders
from edino.orders.errors import NoSuchOrder
from edino.orders.types import Order

STEP: Final = 50
_CANCELLED: Final = ("Отменен", "ПометкаУдаления", "Отменён")
_PAID: Final = ("Дата оплаты по 1С", "Номер оплаты по 1С")
_SHIPPED: Final = ("Дата отгрузки по 1С", "Номер отгрузки по 1С")


def step(work: Work) -> bool:
    """The next orders; False when there are none left."""
    staged = queries.waiting(work.run.id, "order", STEP)
    if not staged:
        return False
    known = queries.mirrored(work.source.id, "order", [one.ext_id for one in staged])
    changes: list[Change] = []
    things: list[Mirrored] = []
    for one in staged:
        before = known.get(one.ext_id)
        if before is not None and before.body == one.body and before.settled:
            work.count("orders", "unchanged")
            continue
        order = _found(one)
        number = str(one.body.get("number", ""))
        if order is None:
            work.odd.note("order_unknown", number, line=one.line)
            work.count("orders", "unknown")
            continue
        fields = _applied(work, one, order)
        things.append(Mirrored("order", one.ext_id, "", "", "", "", one.body, settled=True, active=True))
        work.count("orders", "changed" if fields else "unchanged")
        if fields:
            changes.append(Change("order", "changed", "", str(order.uid), number, one.line, fields))
    work.reflect(things)
    work.note(changes)
    work.done(staged)
    return True


def _found(one: Staged) -> Order | None:
    """Our order: by the id we gave it, else by its number."""
    try:
        return orders.order(uid=UUID(one.ext_id))
    except (ValueError, NoSuchOrder):
        pass
    number = str(one.body.get("number", ""))
    same = [order for order in orders.find(text=number) if order.number == number]
    return same[0] if len(same) == 1 else None


def _applied(work: Work, one: Staged, order: Order) -> list[tuple[str, str, str]]:
    """Bring onto the order what the document says; what came of it, as (what, before, now)."""
    told: Mapping[str, str] = one.body.get("requisites", {})
    fields: list[tuple[str, str, str]] = []

    def attempt(what: str, before: str, now: str, act: Any) -> None:
        try:
            with transaction.atomic():
                act()
        except Refusal as refusal:
            work.odd.note("order_not_possible", f"{order.number}: {what}: {refusal.text}", line=one.line)
        else:
            fields.append((what, before, now))

    by = actor(work.source)
    if any(values.truth(told.get(name)) for name in _CANCELLED):
        if order.state != "cancelled":
            key = f"exchange:{work.source.id}:{one.ext_id}:cancel"
            attempt(
                "state",
                order.state,
                "cancelled",
                lambda: orders.cancel(uid=order.uid, by=by, reason=work.source.name, key=key),
            )
        return fields
    fewer = _fewer(work, one, order)
    if fewer:
        shown = ", ".join(f"{key} −{pieces}" for key, pieces in fewer.items())
        key = f"exchange:{work.source.id}:{one.ext_id}:{shown}"[:200]
        attempt(
            "lines",
            "",
            shown,
            lambda: orders.cancel(uid=order.uid, by=by, lines=fewer, reason=work.source.name, key=key),
        )
        order = orders.order(uid=order.uid)
    if _is_paid(told) and order.outstanding > 0:
        paper = values.words(told.get("Номер оплаты по 1С") or told.get("Номер платежного документа")) or "paid"
        attempt(
            "paid",
            str(order.paid),
            str(order.paid + order.outstanding),
            lambda: orders.add_payment(
                order_uid=order.uid,
                tender=_tender(told.get("Метод оплаты", "")),
                amount=order.outstanding,
                key=f"exchange:{work.source.id}:{paper}:{order.paid}",
                state="captured",
                provider="exchange",
                provider_ref=f"{work.source.id}:{one.ext_id}:{paper}:{order.paid}",
            ),
        )
    waits = [parcel for parcel in order.fulfilments if parcel.state in {"to_pick", "ready"}]
    if _is_shipped(told) and waits:
        paper = values.words(told.get("Номер отгрузки по 1С"))
        attempt("shipped", "", paper or "+", lambda: orders.ship(uid=order.uid, by=by, tracking=paper))
    return fields


def _is_paid(told: Mapping[str, str]) -> bool:
    return values.truth(told.get("Заказ оплачен")) is True or any(told.get(name) for name in _PAID)


def _is_shipped(told: Mapping[str, str]) -> bool:
    return values.truth(told.get("Отгружен")) is True or any(told.get(name) for name in _SHIPPED)


def _tender(said: str) -> str:
    word = said.lower()
    if "безнал" in word or "счет" in word or "счёт" in word:
        return "bank"
    return "cash" if "налич" in word else "card" if "карт" in word else "bank"


def _fewer(work: Work, one: Staged, order: Order) -> dict[str, int]:
    """Lines of which the document has fewer pieces than the order still has: line key → pieces to cancel."""
    told = [line for line in one.body.get("lines", ()) if not line.get("service")]
    if not told:
        return {}
    called = queries.mirrored(work.source.id, "offer", [line["offer"] for line in told])
    pieces: dict[str, Decimal] = {}
    for line in told:
        offer = called.get(line["offer"])
        sku = offer.sku if offer else line["offer"]
        if sku not in {each.sku for each in order.lines}:
            sku = line.get("article", "")
        pieces[sku] = pieces.get(sku, Decimal(0)) + Decimal(line.get("quantity") or 0)
    strange = set(pieces) - {line.sku for line in order.lines}
    if strange:
        text = f"{order.number}: {', '.join(sorted(strange))}"
        work.odd.note("order_not_possible", text, line=one.line)
        return {}
    fewer: dict[str, int] = {}
    for line in order.lines:
        kept = int(min(Decimal(line.quantity - line.cancelled), pieces.get(line.sku, Decimal(0))))
        pieces[line.sku] = pieces.get(line.sku, Decimal(0)) - kept
        missing = line.quantity - line.cancelled - kept
        if missing > 0:
            fewer[line.key] = missing
    if any(rest > 0 for rest in pieces.values()):
        work.odd.note("order_not_possible", f"{order.number}: +", line=one.line)
    return fewer
