"""Goods sent from one location to another: on the way they lie in transit, and come in as many parts as they like."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from edino.inventory import events
from edino.inventory.api import moving
from edino.inventory.api.places import location, transit
from edino.inventory.errors import MoreThanSent, NoSuchTransfer, NoSuchVariant, WrongState
from edino.inventory.queries import ledger, work
from edino.inventory.queries.ledger import Line
from edino.inventory.queries.work import LockedTransfer
from edino.inventory.types import Transfer
from edino.kernel import clock, ids, log
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person


def create_transfer(
    *, origin: str, destination: str, lines: Sequence[tuple[str, int]], by: Person | Actor, note: str = ""
) -> Transfer:
    """Write down what shall be sent: (SKU, quantity). Nothing moves yet."""
    here, there = location(code=origin), location(code=destination)
    if here.id == there.id or "transit" in {here.kind, there.kind}:
        raise Invalid.field("destination", "same", "Goods are sent to another location.")
    sums: dict[str, int] = {}
    for place, (sku, quantity) in enumerate(lines):
        if not 0 < quantity <= 1_000_000_000:
            raise Invalid.field(f"lines[{place}].quantity", "range", "Send at least one.")
        sums[sku] = sums.get(sku, 0) + quantity
    if not sums:
        raise Invalid.field("lines", "required", "Say what is sent.")
    known = ledger.variant_ids(list(sums))
    if unknown := [sku for sku in sums if sku not in known]:
        text = NoSuchVariant.__doc__ or ""
        raise NoSuchVariant(fields=[FieldError("lines", "no_such_variant", f"{text} {unknown[0]}")])
    uid, now = ids.uuid7(), clock.now()
    with transaction.atomic():
        made = work.add_transfer(uid, here.id, there.id, note=note.strip()[:500], by=by.name, now=now)
        work.add_transfer_lines(made, [(known[sku], quantity) for sku, quantity in sums.items()])
        _audit(by, uid, "created")
    return transfer(uid=uid)


def transfer(*, uid: UUID) -> Transfer:
    """One transfer with its lines; `NoSuchTransfer`."""
    found = work.transfers(uid=uid)
    if not found:
        raise NoSuchTransfer
    return found[0]


def send_transfer(*, uid: UUID, by: Person | Actor) -> Transfer:
    """The goods leave the origin, all or none; `holds.Short` where they are promised or not there. Once."""
    with transaction.atomic():
        one = _locked(uid)
        if one.state in {"sent", "partly", "received"}:
            return transfer(uid=uid)
        if one.state != "draft":
            raise WrongState(state=one.state)
        now = clock.now()
        lines = work.transfer_lines([one.id])[one.id]
        _shift(one, {line.variant_id: line.quantity for line in lines}, (one.origin_id, transit()), "send", by)
        work.set_transfer(one.id, "sent", sent_at=now)
        body = {"transfer": str(uid), "origin": one.origin, "destination": one.destination}
        units = sum(line.quantity for line in lines)
        _fact(events.TRANSFER_SENT, {**body, "units": units})
        _audit(by, uid, "sent")
    return transfer(uid=uid)


def receive_transfer(
    *, uid: UUID, lines: Mapping[str, int] | None, by: Person | Actor, key: str, final: bool = False
) -> Transfer:
    """So many of each SKU came (None: everything that is still on its way). Once per key.

    `final`: nothing more is coming; what is still on its way is written off as lost. `MoreThanSent`, `WrongState`.
    """
    with transaction.atomic():
        one = _locked(uid)
        if one.state not in {"sent", "partly"}:
            if one.state == "received":
                return transfer(uid=uid)
            raise WrongState(state=one.state)
        known, step = work.transfer_lines([one.id])[one.id], f"receive:{key}"
        if ledger.known_movements([_key(one, step, "transfer_out", line.variant_id) for line in known]):
            return transfer(uid=uid)
        left = {line.variant_id: line.quantity - line.received - line.lost for line in known}
        came = _came({line.sku: line.variant_id for line in known}, left, lines)
        _shift(one, came, (transit(), one.destination_id), step, by)
        lost = {v: left[v] - came.get(v, 0) for v in left if final and left[v] > came.get(v, 0)}
        _write_off(one, lost, by)
        changed = sorted({*came, *lost})
        if changed:
            work.receive_lines(one.id, [(v, came.get(v, 0), lost.get(v, 0)) for v in changed])
        closed = all(left[v] == came.get(v, 0) + lost.get(v, 0) for v in left)
        work.set_transfer(one.id, "received" if closed else "partly", closed_at=clock.now() if closed else None)
        body = {"transfer": str(uid), "destination": one.destination, "units": sum(came.values())}
        _fact(events.TRANSFER_RECEIVED, {**body, "lost": sum(lost.values()), "closed": closed})
        _audit(by, uid, "received")
        moving.tell_waiting(came)
    return transfer(uid=uid)


def cancel_transfer(*, uid: UUID, by: Person | Actor) -> Transfer:
    """A transfer that has not left is not wanted any more."""
    with transaction.atomic():
        one = _locked(uid)
        if one.state not in {"draft", "cancelled"}:
            raise WrongState(state=one.state)
        work.set_transfer(one.id, "cancelled", closed_at=clock.now())
        _audit(by, uid, "cancelled")
    return transfer(uid=uid)


def _locked(uid: UUID) -> LockedTransfer:
    found = work.lock_transfer(uid)
    if found is None:
        raise NoSuchTransfer
    return found


def _came(skus: Mapping[str, int], left: Mapping[int, int], lines: Mapping[str, int] | None) -> dict[int, int]:
    if lines is None:
        return {variant: quantity for variant, quantity in left.items() if quantity}
    came: dict[int, int] = {}
    for sku, quantity in lines.items():
        if sku not in skus:
            raise NoSuchVariant(fields=[FieldError("lines", "no_such_variant", f"{sku} was not sent.")])
        if quantity < 0:
            raise Invalid.field("lines", "range", "No fewer than 0 can come.")
        if quantity > left[skus[sku]]:
            text = MoreThanSent.__doc__ or ""
            raise MoreThanSent(fields=[FieldError("lines", "more_than_sent", f"{text} {sku}: {left[skus[sku]]}")])
        if quantity:
            came[skus[sku]] = quantity
    return came


def _key(one: LockedTransfer, step: str, kind: str, variant: int) -> UUID:
    return moving.key("transfer", str(one.uid), step, kind, str(variant))


def _shift(one: LockedTransfer, goods: Mapping[int, int], way: tuple[int, int], step: str, by: Person | Actor) -> None:
    """Move goods out of one location into another."""
    found = moving.levels((variant, place) for variant in goods for place in way)
    now = clock.now()
    told = [
        Line(
            *found[variant, place],
            kind,
            "good",
            sign * quantity,
            "transfer",
            str(one.uid),
            _key(one, step, kind, variant),
            now,
        )
        for variant, quantity in sorted(goods.items())
        for place, kind, sign in zip(way, ("transfer_out", "transfer_in"), (-1, 1), strict=True)
    ]
    moving.post(told, by=by.name, happened=False)


def _write_off(one: LockedTransfer, lost: Mapping[int, int], by: Person | Actor) -> None:
    road, now = transit(), clock.now()
    found = moving.levels((variant, road) for variant in lost)
    told = [
        Line(
            *found[variant, road],
            "written_off",
            "good",
            -quantity,
            "transfer",
            str(one.uid),
            _key(one, "lost", "written_off", variant),
            now,
        )
        for variant, quantity in sorted(lost.items())
    ]
    moving.post(told, by=by.name, happened=False)


def _fact(kind: str, body: dict[str, object]) -> None:
    log.append([log.Fact(type=kind, klass="fact", occurred_at=clock.now(), body=body)])


def _audit(by: Person | Actor, uid: UUID, did: str) -> None:
    staff.audit(actor=by, operation="transfers.manage", subject=("transfer", str(uid)), detail={"did": did})
