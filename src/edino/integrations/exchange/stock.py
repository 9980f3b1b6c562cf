"""Stores into locations, and stock into one snapshot with the document's date."""

import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

from edino.channels.api import actor
from edino.integrations.exchange import queries
from edino.integrations.exchange.prices import slug
from edino.integrations.exchange.queries import Change, Mirrored, Staged
from edino.integrations.exchange.work import Work, compared
from edino.inventory import api as inventory
from edino.inventory.types import LocationInput, SnapshotRow
from edino.kernel import clock

MOST: Final = 10_000
STEP: Final = 20_000
LARGEST: Final = 1_000_000_000
OWN: Final = "-"
"""The store of a source that counts its stock and does not say where."""
_SHOP: Final = re.compile(r"магазин|салон|бутик|розн|shop|store|outlet", re.IGNORECASE)


def origin(run: UUID) -> str:
    """How the stock file of an import is found in the journal of stock files."""
    return f"exchange:{run}"


def stores(work: Work) -> bool:
    """Stores that are new or other than before; False when there are none left."""
    staged = queries.waiting(work.run.id, "store", MOST)
    if not staged:
        return False
    known = queries.vocabulary(work.source.id, "store")
    things, changes = [], []
    for one in staged:
        before = known.get(one.ext_id)
        told = {name: one.body.get(name, "") for name in ("name", "address", "city", "phone")}
        code = before.body["code"] if before else _code(work, one.ext_id, told["name"])
        things.append(_store(one, {**told, "code": code}))
        if before is not None and before.body == {**told, "code": code}:
            work.count("stores", "unchanged")
            continue
        what = "changed" if before else "created"
        fields = compared({k: v for k, v in before.body.items() if k != "code"}, told) if before else []
        changes.append(Change("store", what, "", one.ext_id, told["name"], one.line, fields))
        work.count("stores", what)
        _save(work, code, told, new=before is None)
    work.reflect(things)
    work.note(changes)
    work.done(staged)
    return True


def _store(one: Staged, body: dict[str, Any]) -> Mirrored:
    return Mirrored("store", one.ext_id, "", "", "", "", body, settled=True, active=True)


def _code(work: Work, ext_id: str, name: str) -> str:
    """A code that people can read; the id tells apart what is called the same."""
    taken = {one.code for one in inventory.locations()}
    base = slug(name)[:40]
    if base not in taken:
        return base
    return f"{base}-{slug(ext_id)[:8]}"


def _save(work: Work, code: str, told: dict[str, Any], *, new: bool) -> None:
    """A location for a store. What it may do is said only when it is new: people decide on that afterwards."""
    if new:
        shop = bool(_SHOP.search(told["name"]))
        kind, ability = ("store", True) if shop else ("warehouse", False)
        given = LocationInput(
            code,
            name=told["name"],
            kind=kind,
            city=told["city"],
            address=told["address"],
            time_zone=work.source.time_zone,
            sells=ability,
            ships=not ability,
            pickup=ability,
            active=True,
        )
    else:
        given = LocationInput(code, name=told["name"], city=told["city"] or None, address=told["address"] or None)
    inventory.save_location(location=given, by=actor(work.source))


def step(work: Work) -> bool:
    """The next stock, as one snapshot of the moment the document tells of; False when there is none left."""
    staged = queries.waiting(work.run.id, "rest", STEP)
    if not staged:
        return False
    ids = [one.ext_id for one in staged]
    offers = queries.mirrored(work.source.id, "offer", ids)
    known = queries.mirrored(work.source.id, "rest", ids)
    codes = {each: str(one.body["code"]) for each, one in queries.vocabulary(work.source.id, "store").items()}
    told: list[Told] = []
    changes: list[Change] = []
    for one in staged:
        offer = offers.get(one.ext_id)
        if offer is None or not offer.sku or not offer.settled:
            changes.append(work.without_offer("stock", one, offer))
            continue
        if work.older(known.get(one.ext_id)):
            work.odd.note("older_than_known", str(offer.body.get("name", "")) or one.ext_id, line=one.line)
            work.count("stock", "older")
            continue
        told.append(_told(work, one, offer, known.get(one.ext_id), codes))
    _apply(work, told, changes)
    work.note(changes)
    work.done(staged)
    return True


@dataclass(slots=True)
class Told:
    """What a document says of the stock of an offer: pieces by location; those that had some and are not told: none."""

    staged: Staged
    offer: Mirrored
    before: Mirrored | None
    body: dict[str, int]


def _told(work: Work, one: Staged, offer: Mirrored, before: Mirrored | None, codes: dict[str, str]) -> Told:
    name = str(offer.body.get("name", "")) or one.ext_id
    stores = {each: Decimal(said) for each, said in one.body.get("stores", {}).items()}
    total = Decimal(one.body["total"]) if one.body.get("total") is not None else None
    if not stores and total:
        if codes and OWN not in codes:
            work.odd.note("stock_no_stores", f"{total}: {name}", line=one.line)
        else:
            stores = {OWN: total}
    body: dict[str, int] = dict.fromkeys(before.body, 0) if before else {}
    for each, quantity in stores.items():
        if each not in codes:
            codes[each] = _unheard_of(work, each, one.line)
        body[codes[each]] = _whole(work, quantity, name, one.line)
    return Told(one, offer, before, body)


def _unheard_of(work: Work, ext_id: str, line: int) -> str:
    """A store that stock is told of, and nothing else."""
    name = gettext("Stock of %(source)s") % {"source": work.source.name} if ext_id == OWN else ext_id
    if ext_id != OWN:
        work.odd.note("store_unknown", ext_id, line=line)
    told = {"name": name, "address": "", "city": "", "phone": ""}
    code = _code(work, ext_id, work.source.name if ext_id == OWN else name)
    _save(work, code, told, new=True)
    work.reflect([Mirrored("store", ext_id, "", "", "", "", {**told, "code": code}, settled=True, active=True)])
    work.count("stores", "created")
    return code


def _whole(work: Work, quantity: Decimal, name: str, line: int) -> int:
    if quantity < 0:
        work.odd.note("stock_negative", f"{quantity}: {name}", line=line)
        return 0
    if quantity > LARGEST:
        work.odd.note("stock_unreadable", f"{quantity}: {name}", line=line)
        return 0
    whole = int(quantity.to_integral_value(rounding=ROUND_FLOOR))
    if whole != quantity:
        work.odd.note("stock_fraction", f"{quantity}: {name}", line=line)
    return whole


def _apply(work: Work, told: list[Told], changes: list[Change]) -> None:
    rows = [SnapshotRow(code, one.offer.sku, pieces) for one in told for code, pieces in one.body.items()]
    stopped, refused = False, set[str]()
    if rows:
        report = inventory.snapshot(
            source=work.source,
            as_of=min(work.as_of, clock.now()),
            rows=rows,
            force=work.force,
            origin=origin(work.run.uid),
        )
        stopped = report.stopped
        if stopped:
            work.odd.note("stock_too_many_zeros", f"{report.zeroed} / {report.stocked}")
        else:
            refused = {rows[one.index].sku for one in report.rejected}
            for what, number in (
                ("created", report.added),
                ("changed", report.changed),
                ("unchanged", report.unchanged),
                ("older", report.stale),
            ):
                work.count("levels", what, number)
            if report.unheard:
                work.odd.note("stock_before_book", count=report.unheard)
    things = []
    for one in told:
        settled = not stopped and one.offer.sku not in refused
        body = one.body if settled or one.before is None else one.before.body
        things.append(
            Mirrored("rest", one.staged.ext_id, one.staged.grp, "", "", "", dict(body), settled=settled, active=True)
        )
        before = one.before.body if one.before else {}
        fields = compared({k: v for k, v in before.items() if v}, {k: v for k, v in one.body.items() if v})
        if not settled:
            work.count("stock", "rejected")
        elif one.before is not None and one.before.settled and not fields:
            work.count("stock", "unchanged")
        else:
            what = "created" if one.before is None else "changed"
            work.count("stock", what)
            name = str(one.offer.body.get("name", ""))
            if fields:
                changes.append(Change("stock", what, one.staged.grp, one.staged.ext_id, name, one.staged.line, fields))
    work.reflect(things)
