"""Holds: what is scarce is promised once, whoever comes and in whatever order."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from edino.kernel import clock, holds, sql
from edino.kernel.holds import NotPromised, Owner, Short, Shortage, Want
from edino.kernel.ids import uuid7
from edino.kernel.transactions import retried

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)


def cart() -> Owner:
    return Owner("cart", uuid7())


def capacity(ref: int, total: int, slack: int = 0) -> int:
    [made] = holds.open_capacities("pairs", [(ref, total, slack)])
    return made


def state(id_: int) -> tuple[int, int, int, int]:
    """(total, used, held, over)."""
    [row] = sql.tuples("SELECT total, used, held, over FROM kernel_capacity WHERE id = %s", [id_])
    return row


@pytest.mark.django_db
def test_a_hold_becomes_exactly_what_is_wanted() -> None:
    with clock.frozen(NOW):
        red, blue = capacity(1, 5), capacity(2, 5)
        kolya = cart()
        holds.hold(kolya, [Want(blue, 2), Want(red, 1), Want(red, 1)], until=LATER)
        assert holds.held(kolya) == [Want(red, 2), Want(blue, 2)]
        holds.hold(kolya, [Want(red, 5)], until=LATER)
        assert holds.held(kolya) == [Want(red, 5)]
        assert holds.free([red, blue]) == {red: 0, blue: 5}
        holds.hold(kolya, [], until=LATER)
        assert (state(red), state(blue)) == ((5, 0, 0, 0), (5, 0, 0, 0))


@pytest.mark.django_db
def test_all_or_nothing_and_every_shortage_is_named() -> None:
    with clock.frozen(NOW):
        red, blue, green = capacity(1, 1), capacity(2, 2), capacity(3, 9)
        lena, kolya = cart(), cart()
        holds.hold(lena, [Want(red, 1), Want(blue, 1)], until=LATER)
        with pytest.raises(Short) as refused:
            holds.hold(kolya, [Want(green, 1), Want(blue, 2), Want(red, 1)], until=LATER)
        assert refused.value.shortages == (Shortage(red, 1, 0), Shortage(blue, 2, 1))
        assert holds.held(kolya) == []
        assert state(green) == (9, 0, 0, 0)
        with pytest.raises(Short) as unknown:
            holds.hold(kolya, [Want(red + 1000, 1)], until=LATER)
        assert unknown.value.shortages == (Shortage(red + 1000, 1, 0),)


@pytest.mark.django_db
def test_a_due_hold_gives_way_to_who_needs_the_room_and_to_nobody_else() -> None:
    red = capacity(1, 2)
    lena, masha, kolya = cart(), cart(), cart()
    with clock.frozen(NOW):
        holds.hold(lena, [Want(red, 1)], until=LATER)
        holds.hold(masha, [Want(red, 1)], until=LATER + timedelta(hours=1))
    with clock.frozen(LATER):
        assert holds.held(lena) == []
        assert holds.free([red]) == {red: 1}
        holds.hold(kolya, [Want(red, 1)], until=LATER + timedelta(hours=1))
        assert state(red) == (2, 0, 2, 0)
        with pytest.raises(Short):
            holds.convert(lena)  # hers is gone, and there is none left
        assert holds.convert(masha) == [Want(red, 1)]
        assert holds.release(kolya) == 1
        assert holds.convert(lena) == [Want(red, 1)]  # taken anew
    assert state(red) == (2, 2, 0, 0)
    assert holds.drift() == []


@pytest.mark.django_db
def test_a_due_hold_that_nobody_needed_is_still_good() -> None:
    red = capacity(1, 1)
    lena = cart()
    with clock.frozen(NOW):
        holds.hold(lena, [Want(red, 1)], until=LATER)
    with clock.frozen(LATER + timedelta(days=1)):
        assert holds.convert(lena) == [Want(red, 1)]
        assert holds.convert(lena) == []
    assert state(red) == (1, 1, 0, 0)


@pytest.mark.django_db
def test_tidying_lets_due_holds_lapse_and_forgets_old_ones() -> None:
    red = capacity(1, 3)
    with clock.frozen(NOW):
        for _ in range(3):
            holds.hold(cart(), [Want(red, 1)], until=LATER)
    with clock.frozen(LATER):
        assert (holds.expire_due(2), holds.expire_due(), holds.expire_due()) == (3, 0, 0)
    assert state(red) == (3, 0, 0, 0)
    with clock.frozen(LATER + holds.REMEMBERED + timedelta(seconds=1)):
        holds.expire_due()
    assert sql.scalar("SELECT count(*) FROM kernel_hold") == 0


@pytest.mark.django_db
def test_holds_change_hands_without_a_moment_free() -> None:
    with clock.frozen(NOW):
        red, blue = capacity(1, 5), capacity(2, 5)
        guest, known = cart(), cart()
        holds.hold(guest, [Want(red, 2), Want(blue, 1)], until=LATER)
        holds.hold(known, [Want(red, 3)], until=LATER)
        holds.hand_over(guest, known, until=LATER + timedelta(hours=1))
        assert holds.held(guest) == []
        assert holds.held(known) == [Want(red, 5), Want(blue, 1)]
        assert state(red) == (5, 0, 5, 0)
        holds.hand_over(known, known, until=LATER)
        assert holds.extend(known, until=LATER) == 2
    assert holds.drift() == []


@pytest.mark.django_db
def test_promise_settle_and_give_back() -> None:
    red = capacity(1, 5)
    holds.use([Want(red, 3), Want(red, 1)])
    with pytest.raises(Short):
        holds.use([Want(red, 2)])
    holds.unuse([Want(red, 1)])
    holds.settle([Want(red, 2)])
    assert state(red) == (3, 1, 0, 0)
    with pytest.raises(NotPromised):
        holds.unuse([Want(red, 2)])
    with pytest.raises(NotPromised):
        holds.settle([Want(red, 2)])
    assert state(red) == (3, 1, 0, 0)


@pytest.mark.django_db
def test_only_what_has_happened_goes_beyond_and_nothing_is_promised_out_of_it() -> None:
    red = capacity(1, 10)
    holds.use([Want(red, 10)])
    with pytest.raises(Short) as refused:
        holds.change_totals([(red, -2)])
    assert refused.value.shortages == (Shortage(red, 2, 0),)
    assert holds.change_totals([(red, -2)], happened=True) == [Shortage(red, 2, 0)]
    assert state(red) == (8, 10, 0, 2)
    holds.unuse([Want(red, 1)])
    assert state(red) == (8, 9, 0, 1)
    with pytest.raises(Short):
        holds.use([Want(red, 1)])
    holds.change_totals([(red, 3)])
    assert state(red) == (11, 9, 0, 0)
    assert holds.free([red]) == {red: 2}
    holds.unuse([Want(red, 9)])
    assert holds.change_totals([(red, -12)], happened=True) == [Shortage(red, 12, 11)]
    assert state(red) == (-1, 0, 0, 1)  # a sale before its delivery was booked: the delivery makes it whole
    holds.change_totals([(red, 5)])
    assert state(red) == (4, 0, 0, 0)


@pytest.mark.django_db
def test_slack_lets_promises_go_beyond_the_total() -> None:
    red = capacity(1, 1, slack=2)
    holds.use([Want(red, 3)])
    with pytest.raises(Short):
        holds.use([Want(red, 1)])
    holds.set_slack([(red, 0)])
    assert sql.scalar("SELECT slack FROM kernel_capacity WHERE id = %s", [red]) == 2  # promised already
    holds.unuse([Want(red, 2)])
    holds.set_slack([(red, 0)])
    assert holds.free([red]) == {red: 0}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["used = 11", "held = 11", "used = 6, held = 5", "used = -1", "held = -1", "total = -1"]
)
def test_the_database_itself_refuses_oversell(change: str) -> None:
    red = capacity(1, 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.execute(f"UPDATE kernel_capacity SET {change} WHERE id = {red}")
    assert state(red) == (10, 0, 0, 0)


@pytest.fixture
def many_connections() -> Iterator[None]:
    """Fifty connections at once, more than a web process keeps."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # the wrapper of PostgreSQL has it
    pool = connection.settings_dict["OPTIONS"]["pool"]
    usual = dict(pool)
    pool.update(max_size=60)
    yield
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # the wrapper of PostgreSQL has it
    pool.update(usual)


def at_once(works: list[Callable[[], None]]) -> list[BaseException]:
    """Each in a thread with a connection of its own, all beginning together; what they failed with."""
    gate = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            gate.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@pytest.mark.django_db(transaction=True)
def test_fifty_shoppers_and_ten_pairs(many_connections: None) -> None:
    red = capacity(1, 10)

    def buy() -> None:
        kolya = cart()
        with transaction.atomic():
            holds.hold(kolya, [Want(red, 1)], until=clock.now() + timedelta(minutes=5))
        with transaction.atomic():
            holds.convert(kolya)

    failed = at_once([buy] * 50)
    assert [type(error) for error in failed] == [Short] * 40
    assert state(red) == (10, 10, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_crossed_orders_do_not_deadlock() -> None:
    ids = [capacity(ref, 10_000) for ref in range(8)]
    wants: list[list[Want]] = []
    for number in range(16):
        order = ids[:]
        Random(number).shuffle(order)
        wants.append([Want(id_, 1) for id_ in order])

    def trade(mine: list[Want]) -> None:
        kolya = cart()
        for _ in range(20):
            with transaction.atomic():
                holds.hold(kolya, mine, until=clock.now() + timedelta(minutes=5))
            with transaction.atomic():
                holds.convert(kolya)
            with transaction.atomic():
                holds.unuse(mine)

    failed = at_once([lambda mine=each: trade(mine) for each in wants])  # type: ignore[misc]  # binds each now
    assert failed == []
    assert {state(id_) for id_ in ids} == {(10_000, 0, 0, 0)}


@pytest.mark.django_db(transaction=True)
def test_two_devices_on_one_cart_hold_it_once() -> None:
    ids = [capacity(ref, 100) for ref in range(4)]
    uid = uuid7()
    lena = Owner("cart", uid)

    def edit(seed: int) -> None:
        rng = Random(seed)
        for _ in range(20):
            chosen = rng.sample(ids, rng.randint(0, 4))
            with transaction.atomic():
                holds.hold(
                    lena, [Want(id_, rng.randint(1, 9)) for id_ in chosen], until=clock.now() + timedelta(hours=1)
                )

    assert at_once([lambda seed=seed: edit(seed) for seed in range(8)]) == []  # type: ignore[misc]  # as above
    assert holds.drift() == []
    now = dict(holds.held(lena))
    assert {id_: state(id_)[2] for id_ in ids} == {id_: now.get(id_, 0) for id_ in ids}


@pytest.mark.django_db(transaction=True)
def test_lapsing_under_pressure_gives_every_place_once() -> None:
    slots = capacity(1, 5)
    late = [cart() for _ in range(5)]
    with clock.frozen(NOW):
        for owner in late:
            holds.hold(owner, [Want(slots, 1)], until=LATER)

    def come() -> None:
        with transaction.atomic():
            holds.hold(cart(), [Want(slots, 1)], until=clock.now() + timedelta(hours=1))

    def come_back(owner: Owner) -> None:
        retried(lambda: holds.convert(owner))

    failed = at_once([come] * 10 + [lambda mine=owner: come_back(mine) for owner in late])  # type: ignore[misc]  # as above
    assert {type(error) for error in failed} == {Short}
    total, used, held, over = state(slots)
    assert (total, used + held, over) == (5, 5, 0)
    assert len(failed) == 10
    assert holds.drift() == []


OWNERS = [Owner("cart", UUID(int=n)) for n in range(1, 4)]
amounts = st.integers(1, 6)
wants = st.dictionaries(st.integers(0, 2), amounts, max_size=3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.sampled_from(OWNERS), wants, st.integers(1, 30)),
        st.tuples(st.just("convert"), st.sampled_from(OWNERS)),
        st.tuples(st.just("release"), st.sampled_from(OWNERS)),
        st.tuples(st.just("hand_over"), st.sampled_from(OWNERS), st.sampled_from(OWNERS), st.integers(1, 30)),
        st.tuples(st.just("use"), wants),
        st.tuples(st.just("unuse"), wants),
        st.tuples(st.just("settle"), wants),
        st.tuples(st.just("total"), st.dictionaries(st.integers(0, 2), st.integers(-8, 8), max_size=3), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 20)),
        st.tuples(st.just("tidy")),
    ),
    max_size=25,
)


class Oracle:
    """The same rules in plain Python, with no counters but what is promised and who holds what until when."""

    def __init__(self) -> None:
        self.now = 0
        self.total = dict.fromkeys(range(3), 8)
        self.used = dict.fromkeys(range(3), 0)
        self.holds: dict[Owner, dict[int, list[int]]] = {
            owner: {} for owner in OWNERS
        }  # ref → [quantity, until, lapsed]

    def counted(self, ref: int) -> int:
        return sum(mine[ref][0] for mine in self.holds.values() if ref in mine and not mine[ref][2])

    def room(self, ref: int) -> int:
        return self.total[ref] - self.used[ref] - self.counted(ref)

    def lapse(self, refs: list[int]) -> None:
        for mine in self.holds.values():
            for ref in refs:
                if ref in mine and mine[ref][1] <= self.now:
                    mine[ref][2] = 1

    def own(self, owner: Owner, ref: int) -> int:
        mine = self.holds[owner].get(ref)
        return mine[0] if mine and not mine[2] else 0

    def needs(self, needs: dict[int, Callable[[], int]]) -> bool:
        short = [ref for ref, need in needs.items() if need() > 0 and self.room(ref) < need()]
        self.lapse(short)
        return all(need() <= 0 or self.room(ref) >= need() for ref, need in needs.items())

    def do(self, step: tuple) -> bool:  # type: ignore[type-arg]  # whatever the strategy made
        name, *rest = step
        return getattr(self, name)(*rest) is not False

    def hold(self, owner: Owner, wanted: dict[int, int], minutes: int) -> bool:
        if not self.needs({ref: lambda ref=ref, q=q: q - self.own(owner, ref) for ref, q in wanted.items()}):  # type: ignore[misc]
            return False
        self.holds[owner] = {ref: [q, self.now + minutes, 0] for ref, q in wanted.items()}
        return True

    def convert(self, owner: Owner) -> bool:
        mine = self.holds[owner]
        if not self.needs({ref: lambda one=one: one[0] if one[2] else 0 for ref, one in mine.items()}):  # type: ignore[misc]
            return False
        for ref, (quantity, _, _) in mine.items():
            self.used[ref] += quantity
        self.holds[owner] = {}
        return True

    def release(self, owner: Owner) -> None:
        self.holds[owner] = {}

    def hand_over(self, giver: Owner, taker: Owner, minutes: int) -> None:
        until = self.now + minutes
        if giver == taker:
            for one in self.holds[giver].values():
                one[1] = one[1] if one[2] else until
            return
        theirs = self.holds[taker]
        for ref, (quantity, _, lapsed) in self.holds[giver].items():
            there = theirs.get(ref)
            if there is None or (there[2] and not lapsed):
                theirs[ref] = [quantity, until, lapsed]
            else:
                theirs[ref] = [there[0] + (quantity if there[2] == lapsed else 0), until, there[2]]
        self.holds[giver] = {}

    def use(self, wanted: dict[int, int]) -> bool:
        if not self.needs({ref: lambda q=q: q for ref, q in wanted.items()}):  # type: ignore[misc]
            return False
        for ref, quantity in wanted.items():
            self.used[ref] += quantity
        return True

    def unuse(self, wanted: dict[int, int]) -> bool:
        if any(self.used[ref] < quantity for ref, quantity in wanted.items()):
            return False
        for ref, quantity in wanted.items():
            self.used[ref] -= quantity
        return True

    def settle(self, wanted: dict[int, int]) -> bool:
        if not self.unuse(wanted):
            return False
        for ref, quantity in wanted.items():
            self.total[ref] -= quantity
        return True

    def change(self, changes: dict[int, int], happened: bool) -> bool:
        if not self.needs({ref: lambda d=d: -d for ref, d in changes.items()}) and not happened:  # type: ignore[misc]
            return False
        for ref, difference in changes.items():
            self.total[ref] += difference
        return True

    def wait(self, minutes: int) -> None:
        self.now += minutes

    def tidy(self) -> None:
        self.lapse([0, 1, 2])


class HoldsAgree(TestCase):
    @given(steps)
    @settings(max_examples=60, deadline=None)
    def test_the_engine_and_a_plain_oracle_agree(self, made: list[tuple]) -> None:  # type: ignore[type-arg]
        oracle = Oracle()
        ids = [capacity(ref, 8) for ref in range(3)]
        for step in made:
            name, *rest = step
            told = oracle.do(("change", *rest) if name == "total" else step)
            with clock.frozen(NOW + timedelta(minutes=oracle.now)):
                assert engine(ids, name, rest) is told, step
            self.assert_same(ids, oracle)
        assert holds.drift() == []

    def assert_same(self, ids: list[int], oracle: Oracle) -> None:
        for ref, id_ in enumerate(ids):
            total, used, held, over = state(id_)
            assert (total, used, held) == (oracle.total[ref], oracle.used[ref], oracle.counted(ref))
            assert over == max(0, used + held - total)


def engine(ids: list[int], name: str, rest: list) -> bool:  # type: ignore[type-arg]
    """The same step on the database; False when it was refused."""

    def wanted(given: dict[int, int]) -> list[Want]:
        return [Want(ids[ref], quantity) for ref, quantity in given.items()]

    def until(minutes: int) -> datetime:
        return clock.now() + timedelta(minutes=minutes)

    steps_: dict[str, Callable[..., object]] = {
        "hold": lambda owner, given, minutes: holds.hold(owner, wanted(given), until=until(minutes)),
        "convert": holds.convert,
        "release": holds.release,
        "hand_over": lambda giver, taker, minutes: holds.hand_over(giver, taker, until=until(minutes)),
        "use": lambda given: holds.use(wanted(given)),
        "unuse": lambda given: holds.unuse(wanted(given)),
        "settle": lambda given: holds.settle(wanted(given)),
        "total": lambda given, happened: holds.change_totals(list(wanted(given)), happened=happened),
        "wait": lambda minutes: None,
        "tidy": holds.expire_due,
    }
    try:
        steps_[name](*rest)
    except (Short, NotPromised):
        return False
    return True
