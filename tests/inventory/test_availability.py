"""How many can be had, and why: the statement, the trace and the plain book say the same."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from edino.inventory import api
from edino.inventory.api import waiting
from edino.inventory.api.places import save_reserve
from edino.inventory.errors import NoSuchLocation, NoSuchVariant
from edino.inventory.types import Inbound, LocationInput, Movement, Sale
from edino.kernel import clock, holds, sql
from edino.kernel.holds import NotPromised, Owner, Short, Want
from tests.inventory.oracle import Book
from tests.inventory.shop import NOON, VERA, bring, goods, place

SKUS, PLACES, CHANNELS = ["a", "b"], ["one", "two"], ["", "site"]
OWNERS = [Owner("cart", UUID(int=n)) for n in (1, 2)]
where = st.tuples(st.sampled_from(SKUS), st.sampled_from(PLACES))
few = st.integers(1, 6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("move"), where, st.integers(-4, 8).filter(bool), st.sampled_from(["good", "damaged"])),
        st.tuples(st.just("sell"), where, few),
        st.tuples(st.just("hold"), where, few, st.integers(0, 1), st.integers(1, 20)),
        st.tuples(st.just("convert"), st.integers(0, 1)),
        st.tuples(st.just("leave"), where, few),
        st.tuples(st.just("wait"), st.integers(1, 15)),
        st.tuples(st.just("safety"), st.sampled_from(PLACES), st.integers(0, 3)),
        st.tuples(st.just("reserve"), st.sampled_from([None, *PLACES]), st.integers(0, 3)),
    ),
    max_size=20,
)


class Stock:
    """The real stock and the plain book, taking the same steps."""

    def __init__(self) -> None:
        self.variants = goods(SKUS)
        self.places = {code: place(code) for code in PLACES}
        self.book = Book()
        self.minute = 0
        self.count = 0

    def capacity(self, at: tuple[str, str]) -> int:
        from edino.inventory.api import moving  # the level may have to be made

        return moving.levels([(self.variants[at[0]], self.places[at[1]])])[self.variants[at[0]], self.places[at[1]]][1]

    def do(self, name: str, *rest: object) -> None:
        self.count += 1
        with clock.frozen(NOON + timedelta(minutes=self.minute)):
            getattr(self, name)(*rest)

    def move(self, at: tuple[str, str], quantity: int, condition: str) -> None:
        one = Movement("adjusted", *at, quantity, str(self.count), NOON, condition=condition)
        assert api.move(movements=[one], by=VERA).written == 1
        self.book.movements.append((*at, quantity, condition))

    def sell(self, at: tuple[str, str], quantity: int) -> None:
        sale = Sale(str(self.count), self.places[at[1]], self.variants[at[0]], quantity, NOON)
        api.sell_many(sales=[sale, sale])
        self.book.movements.append((*at, -quantity, "good"))

    def hold(self, at: tuple[str, str], quantity: int, owner: int, minutes: int) -> None:
        try:
            until = clock.now() + timedelta(minutes=minutes)
            holds.hold(OWNERS[owner], [Want(self.capacity(at), quantity)], until=until)
        except Short:
            return
        name = str(owner)
        self.book.held = [one for one in self.book.held if one[4] != name]
        self.book.held.append((*at, quantity, self.minute + minutes, name))

    def convert(self, owner: int) -> None:
        try:
            done = holds.convert(OWNERS[owner])
        except Short:
            return
        at = {self.capacity((sku, code)): (sku, code) for sku in SKUS for code in PLACES}
        self.book.held = [one for one in self.book.held if one[4] != str(owner)]
        self.book.promised += [(*at[want.capacity_id], want.quantity) for want in done]

    def leave(self, at: tuple[str, str], quantity: int) -> None:
        from django.db import transaction  # what is refused is taken back

        try:
            with transaction.atomic():
                api.leave(
                    order_uid=UUID(int=self.count),
                    location_id=self.places[at[1]],
                    lines=[(self.variants[at[0]], quantity)],
                    at=NOON,
                    key="x",
                )
        except NotPromised:
            return
        self.book.movements.append((*at, -quantity, "good"))
        self.book.promised.append((*at, -quantity))

    def wait(self, minutes: int) -> None:
        self.minute += minutes

    def safety(self, code: str, quantity: int) -> None:
        api.save_location(location=LocationInput(code, safety=quantity), by=VERA)
        self.book.safety[code] = quantity

    def reserve(self, code: str | None, quantity: int) -> None:
        save_reserve(channel="site", location=code, quantity=quantity, by=VERA)
        self.book.reserves["site", code] = quantity

    def agree(self) -> None:
        with clock.frozen(NOON + timedelta(minutes=self.minute)):
            for channel in CHANNELS:
                for owner, name in ((None, ""), (OWNERS[0], "0")):
                    found = api.availability(variant_ids=list(self.variants.values()), channel=channel, owner=owner)
                    got = {(one.variant_id, one.location_id): one.free for rows in found.values() for one in rows}
                    for sku, variant in self.variants.items():
                        for code, place_id in self.places.items():
                            wanted = self.book.free(sku, code, channel, self.minute, name)
                            assert got.get((variant, place_id), 0) == wanted
                self.traces_agree(channel)
        assert waiting.reconcile() == ([], [])

    def traces_agree(self, channel: str) -> None:
        for sku in SKUS:
            for code in PLACES:
                trace = api.trace(sku=sku, location=code, channel=channel)
                assert trace.free == self.book.free(sku, code, channel, self.minute)
                assert sum(term.amount for term in trace.terms) == trace.free


class StockAgrees(TestCase):
    @given(steps)
    @settings(max_examples=40, deadline=None)
    def test_stock_and_the_plain_book_agree_whatever_happens(self, made: list[tuple]) -> None:  # type: ignore[type-arg]  # whatever was made
        stock = Stock()
        for step in made:
            stock.do(*step)
            stock.agree()
        ledger = "SELECT coalesce(sum(quantity) FILTER (WHERE condition = 'good'), 0) FROM inventory_movement"
        assert sql.scalar(ledger) == sql.scalar("SELECT coalesce(sum(total), 0) FROM kernel_capacity")


@pytest.mark.django_db
def test_why_three() -> None:
    ids = goods(["42"])
    place("tverskaya", safety=2)
    bring("42", "tverskaya", 10)
    save_reserve(channel="site", quantity=1, by=VERA)
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    holds.use([Want(atp.capacity_id, 3)])
    holds.hold(OWNERS[0], [Want(atp.capacity_id, 1)], until=clock.now() + timedelta(minutes=5))
    trace = api.trace(sku="42", location="tverskaya", channel="site")
    words = [(term.word, term.amount) for term in trace.terms]
    assert words == [("on_hand", 10), ("promised", -3), ("held", -1), ("safety", -2), ("reserve", -1)]
    assert trace.free == 3
    assert api.trace(sku="42", location="tverskaya").free == 4
    api.save_location(location=LocationInput("tverskaya", active=False), by=VERA)
    closed = api.trace(sku="42", location="tverskaya")
    assert (closed.free, closed.terms[-1].word, closed.terms[-1].amount) == (0, "closed", -4)
    assert api.availability(variant_ids=[ids["42"]]) == {ids["42"]: []}


@pytest.mark.django_db
def test_stock_by_city_and_what_is_nowhere() -> None:
    ids = goods(["42", "43"])
    place("arbat", city="Москва", safety=1)
    place("tverskaya", city="Москва")
    place("kazan", city="Казань")
    bring("42", "arbat", 3)
    bring("42", "tverskaya", 1)
    cities = api.by_city(variant_ids=list(ids.values()))
    assert [(one.city, one.free, one.places) for one in cities[ids["42"]]] == [("Москва", 3, 2)]
    assert cities[ids["43"]] == []
    assert api.trace(sku="43", location="kazan").terms[0].word == "never"
    with pytest.raises(NoSuchVariant):
        api.trace(sku="44", location="kazan")
    with pytest.raises(NoSuchLocation):
        api.trace(sku="43", location="omsk")


@pytest.mark.django_db
def test_what_is_expected_of_other_goods_is_not_read() -> None:
    """A year of orders to suppliers lies in the table; a shelf with two pairs must not wait for all of it."""
    ids = goods(["42", "43"])
    place("tverskaya")
    rows = [Inbound("43", "tverskaya", 1, NOON.date(), f"order {n}") for n in range(3_000)]
    rows.append(Inbound("42", "tverskaya", 2, NOON.date(), "order of Vera"))
    assert api.expect(rows=rows) == []
    sql.execute("ANALYZE inventory_inbound")
    asked = {"variants": [ids["42"]], "locations": None, "channel": "", "at": NOON, "owner": None, "owner_kind": ""}
    statement = sql.statements("edino.inventory", "availability.sql")["availability"].text
    plan = sql.scalar(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", asked)
    nodes = [plan[0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    read = [
        node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        for node in nodes
        if node.get("Relation Name") == "inventory_inbound"
    ]
    assert sum(read) <= 2
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    assert atp.inbound == ((NOON.date(), 2),)
