"""Calls about what lies where and what can be promised."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.http import JsonResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query
from pydantic import AwareDatetime

from edino.catalogue import api as catalogue
from edino.channels.api import scope
from edino.channels.types import Scope
from edino.inventory import api
from edino.inventory.errors import NoSuchVariant, TooManyZeros
from edino.inventory.http.keyed import Key, KeyedRequest, done_once
from edino.inventory.types import Atp, Inbound, Location, Movement, SnapshotReport, SnapshotRow
from edino.kernel.errors import FieldError
from edino.kernel.json_api import Body

router = Router(tags=["inventory"])

MOST_ROWS = 50_000
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class MovementGiven(Body):
    """Goods that moved. `key` names the movement for ever within the source.

    `quantity` is signed: what was sold or sent is below zero.
    """

    kind: str = Field(max_length=40)
    sku: str = Field(max_length=200)
    location: str = Field(max_length=60)
    quantity: int = Field(ge=-1_000_000_000, le=1_000_000_000)
    key: str = Field(min_length=1, max_length=200)
    occurred_at: AwareDatetime = Field(ge=FIRST, le=LAST)
    cause_kind: str = Field("", max_length=60)
    cause_id: str = Field("", max_length=200)
    expected_from: int | None = Field(None, ge=-(2**62), le=2**62)
    condition: str = Field("good", max_length=20)


class MovementsGiven(Body):
    """Movements, in the order they happened."""

    movements: list[MovementGiven] = Field(min_length=1, max_length=10_000)


class RejectionAnswer(Schema):
    """A row that was not taken, and why."""

    index: int
    field: str
    code: str
    message: str


class MovementsAnswer(Schema):
    """What became of them; `cases` were opened because more is promised than lies there now."""

    written: int
    known: int
    cases: int
    rejected: list[RejectionAnswer]


class SnapshotRowGiven(Body):
    """So many lay there."""

    location: str = Field(max_length=60)
    sku: str = Field(max_length=200)
    quantity: int = Field(ge=-1_000_000_000, le=1_000_000_000)


class SnapshotGiven(Body):
    """What lay where at a moment. `full`: what is left out of `locations` (by default those named) is not there."""

    as_of: AwareDatetime = Field(ge=FIRST, le=LAST)
    rows: list[SnapshotRowGiven] = Field(max_length=MOST_ROWS)
    locations: list[str] | None = Field(None, max_length=10_000)
    full: bool = False
    force: bool = False
    dry_run: bool = False


class ChangeAnswer(Schema):
    """What changes at one place."""

    location: str
    sku: str
    before: int
    after: int


class SnapshotAnswer(Schema):
    """What a stock file said and did. `unknown` counts what could not be used; `unheard`: the book begins later."""

    uid: UUID
    as_of: datetime
    rows: int
    unchanged: int
    changed: int
    added: int
    removed: int
    stale: int
    unheard: int
    zeroed: int
    stocked: int
    stopped: bool
    cases: int
    unknown: dict[str, int]
    rejected: list[RejectionAnswer]
    largest: list[ChangeAnswer]


class InboundGiven(Body):
    """What is expected by a document."""

    sku: str = Field(max_length=200)
    location: str = Field(max_length=60)
    quantity: int = Field(ge=1, le=1_000_000_000)
    due_on: date
    document: str = Field(min_length=1, max_length=200)


class InboundsGiven(Body):
    """What is expected; the same document, SKU and location again replaces it."""

    rows: list[InboundGiven] = Field(min_length=1, max_length=10_000)


class InboundAnswer(Schema):
    """So many on that day."""

    due_on: date
    quantity: int


class TermAnswer(Schema):
    """A step of the sum."""

    word: str
    amount: int
    why: str


class LevelAnswer(Schema):
    """An SKU at a location; the terms add up to `free`."""

    location: str
    name: str
    city: str
    free: int
    terms: list[TermAnswer]
    inbound: list[InboundAnswer]


class StockAnswer(Schema):
    """What can be promised of an SKU, by location, with its trace."""

    sku: str
    channel: str
    free: int
    levels: list[LevelAnswer]


class PlaceAnswer(Schema):
    """A place where an SKU can be had; `next_on` is the day on which more is expected."""

    location: str
    name: str
    kind: str
    city: str
    address: str
    pickup: bool
    free: int
    next_on: date | None


class AvailabilityAnswer(Schema):
    """Where an SKU can be had, the places of the city asked for first; `cities` sums it up."""

    sku: str
    free: int
    cities: dict[str, int]
    places: list[PlaceAnswer]


@router.post("/stock/movements", response=MovementsAnswer, auth=scope(Scope.STOCK_WRITE), summary="Goods moved")
def movements(request: KeyedRequest, payload: MovementsGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Record movements that have happened: received, adjusted, sold, returned, counted, damaged, written_off.

    Each `key` counts once for ever; the same key for another movement is refused by row. `expected_from` refuses a row
    when something else lies there. Needs an Idempotency-Key.
    """

    def run() -> tuple[int, Any]:
        told = [Movement(**one.model_dump()) for one in payload.movements]
        report = api.move(movements=told, source=request.auth)
        answer = MovementsAnswer(
            written=report.written,
            known=report.known,
            cases=report.cases,
            rejected=[_rejected(one) for one in report.rejected],
        )
        return 200, answer.model_dump(mode="json")

    return done_once(request, "stock.movements", idempotency_key, payload.model_dump(mode="json"), run)


@router.post("/stock/snapshots", response=SnapshotAnswer, auth=scope(Scope.STOCK_WRITE), summary="A stock file")
def snapshots(request: KeyedRequest, payload: SnapshotGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Bring the stock to what a system says lay there at `as_of`, counting what moved since on top.

    The answer is the difference. 409 `too_many_zeros` when too many places would become empty; nothing is changed then,
    unless `force`. Larger files: `edino import stock`. Needs an Idempotency-Key.
    """

    def run() -> tuple[int, Any]:
        rows = [SnapshotRow(one.location, one.sku, one.quantity) for one in payload.rows]
        report = api.snapshot(
            source=request.auth,
            as_of=payload.as_of,
            rows=rows,
            locations=payload.locations,
            full=payload.full,
            force=payload.force,
            dry_run=payload.dry_run,
        )
        answer = _report(report).model_dump(mode="json")
        if report.stopped and not payload.dry_run:
            told = f"{report.zeroed} of {report.stocked}: see the difference with dry_run, or force it."
            error = FieldError("rows", TooManyZeros.code, told)
            refusal = TooManyZeros(fields=[error], zeroed=report.zeroed, stocked=report.stocked)
            return refusal.status, refusal
        return 200, answer

    return done_once(request, "stock.snapshots", idempotency_key, payload.model_dump(mode="json"), run)


@router.post("/stock/inbound", response=list[RejectionAnswer], auth=scope(Scope.STOCK_WRITE), summary="Goods expected")
def inbound(request: KeyedRequest, payload: InboundsGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Say what is expected where and when. Answers with the rows that were refused. Needs an Idempotency-Key."""

    def run() -> tuple[int, Any]:
        refused = api.expect(rows=[Inbound(**one.model_dump()) for one in payload.rows], source=request.auth)
        return 200, [_rejected(one).model_dump() for one in refused]

    return done_once(request, "stock.inbound", idempotency_key, payload.model_dump(mode="json"), run)


@router.get("/stock/{sku}", response=StockAnswer, auth=scope(Scope.STOCK_READ), summary="What can be promised, and why")
def stock(request: KeyedRequest, sku: str, channel: str = Query("", max_length=40)) -> StockAnswer:
    """What can be promised of an SKU in a channel, by location, with every step of the sum."""
    info = catalogue.variants_by_sku(skus=[sku]).get(sku)
    if info is None:
        raise NoSuchVariant
    places = {place.id: place for place in api.locations()}
    found = api.availability(variant_ids=[info.id], channel=channel)[info.id]
    levels = [_level(sku, places[one.location_id], channel) for one in _in_order(found, places)]
    return StockAnswer(sku=sku, channel=channel, free=sum(level.free for level in levels), levels=levels)


@router.get(
    "/variants/{sku}/availability",
    response=AvailabilityAnswer,
    auth=scope(Scope.CATALOGUE_READ),
    summary="Where it can be had",
)
def availability(
    request: KeyedRequest, sku: str, near: str = Query("", max_length=200), channel: str = Query("", max_length=40)
) -> AvailabilityAnswer:
    """Where a shopper can have an SKU now. `near`: a city, whose places come first."""
    info = catalogue.variants_by_sku(skus=[sku]).get(sku)
    if info is None:
        raise NoSuchVariant
    places = {place.id: place for place in api.locations()}
    found = _in_order(api.availability(variant_ids=[info.id], channel=channel)[info.id], places)
    found.sort(key=lambda one: places[one.location_id].city.casefold() != near.casefold() if near else False)
    cities: dict[str, int] = {}
    for one in found:
        if one.free:
            city = places[one.location_id].city
            cities[city] = cities.get(city, 0) + one.free
    told = [_place(places[one.location_id], one) for one in found]
    return AvailabilityAnswer(sku=sku, free=sum(one.free for one in found), cities=cities, places=told)


def _in_order(found: list[Atp], places: Mapping[int, Location]) -> list[Atp]:
    return sorted(found, key=lambda one: (places[one.location_id].position, places[one.location_id].code))


def _place(place: Location, one: Atp) -> PlaceAnswer:
    return PlaceAnswer(
        location=place.code,
        name=place.name,
        kind=place.kind,
        city=place.city,
        address=place.address,
        pickup=place.pickup,
        free=one.free,
        next_on=one.inbound[0][0] if one.inbound else None,
    )


def _level(sku: str, place: Location, channel: str) -> LevelAnswer:
    trace = api.trace(sku=sku, location=place.code, channel=channel)
    return LevelAnswer(
        location=place.code,
        name=place.name,
        city=place.city,
        free=trace.free,
        terms=[TermAnswer(word=term.word, amount=term.amount, why=term.why) for term in trace.terms],
        inbound=[InboundAnswer(due_on=day, quantity=quantity) for day, quantity in trace.inbound],
    )


def _rejected(one: Any) -> RejectionAnswer:
    return RejectionAnswer(index=one.index, field=one.field, code=one.code, message=one.message)


def _report(report: SnapshotReport) -> SnapshotAnswer:
    numbers = {
        word: getattr(report, word)
        for word in ("uid", "as_of", "rows", "unchanged", "changed", "added", "removed", "stale", "zeroed", "stocked")
    }
    numbers["unheard"] = report.unheard
    return SnapshotAnswer(
        **numbers,
        stopped=report.stopped,
        cases=report.cases,
        unknown=dict(report.unknown),
        rejected=[_rejected(one) for one in report.rejected],
        largest=[
            ChangeAnswer(location=one.location, sku=one.sku, before=one.before, after=one.after)
            for one in report.largest
        ],
    )
