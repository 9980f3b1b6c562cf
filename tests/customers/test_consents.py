"""Permission belongs to the contact: nothing but its verified owner ever widens it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.api import reference
from edino.customers.errors import NotTheirs
from edino.customers.rules import permissions as rules
from edino.customers.types import Consent, Identifier, Purpose, Sighting, State, Statement
from edino.kernel import ids, sql
from edino.kernel.errors import Invalid
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PHONE = Identifier("phone", "+79161234567")
EMAIL = Identifier("email", "masha@mail.ru")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    reference.forget()


@pytest.fixture
def till() -> Source:
    return channels.create_source(name="Till", channel="store", by=IGOR)


@pytest.fixture
def account() -> Source:
    """A site that has confirmed telephones and addresses by codes."""
    return channels.create_source(name="Account", channel="site", by=IGOR, confirms=["phone", "email", "user_id"])


def seen(source: Source, *items: Identifier, at: datetime = MAY) -> None:
    confirmed = frozenset(item.kind for item in items if item.kind in source.confirms)
    api.resolve([Sighting(source.id, source.trust, items, confirmed, at, ids.uuid7())])


def told(source: Source, item: Identifier, state: State, at: datetime, *, imported: bool = False) -> None:
    consent = Consent(item, "marketing", state, at, proof={"form": "card-2026"})
    api.record_consents(consents=[consent], source=source, imported=imported)


def state(item: Identifier, brand: str = "") -> tuple[bool, str, str]:
    found = api.may_contact(identifier=item, purpose="marketing", brand=brand)
    return found.allowed, found.state, found.why


def facts() -> list[str]:
    return [type_ for (type_,) in sql.tuples("SELECT type FROM kernel_log WHERE class = 0 ORDER BY id")]


def test_the_paper_form_permits_the_telephone_on_it_and_nothing_else(till: Source) -> None:
    seen(till, PHONE, EMAIL)
    told(till, PHONE, "granted", MAY)
    assert state(PHONE) == (True, "granted", "own")
    assert state(EMAIL) == (False, "silent", "silent")
    assert facts() == ["Consent Granted"]
    body = sql.scalar("SELECT body::text FROM kernel_log WHERE type = 'Consent Granted'")
    assert "916" not in body


def test_service_needs_no_consent_but_hears_a_refusal(till: Source, account: Source) -> None:
    seen(till, PHONE)
    assert api.may_contact(identifier=PHONE, purpose="service").allowed
    api.record_consents(consents=[Consent(PHONE, "service", "refused", MAY)], source=account)
    assert not api.may_contact(identifier=PHONE, purpose="service").allowed


def test_a_refusal_by_the_verified_owner_binds_the_whole_customer(till: Source, account: Source) -> None:
    seen(till, PHONE, EMAIL)
    told(till, PHONE, "granted", MAY)
    told(account, EMAIL, "withdrawn", MAY + DAY)
    assert state(PHONE) == (False, "refused", "bound")
    told(till, PHONE, "granted", MAY + 2 * DAY)
    assert state(PHONE) == (False, "refused", "unverified")
    told(account, PHONE, "granted", MAY + 3 * DAY)
    assert state(PHONE) == (True, "granted", "own")
    assert state(EMAIL) == (False, "refused", "own")


def test_a_refusal_at_a_point_nobody_verified_binds_only_itself(till: Source) -> None:
    seen(till, PHONE, EMAIL)
    told(till, PHONE, "granted", MAY)
    told(till, EMAIL, "refused", MAY + DAY)
    assert state(PHONE) == (True, "granted", "own")
    assert state(EMAIL) == (False, "refused", "own")


def test_a_late_import_lifts_no_refusal_whatever_date_it_bears(account: Source) -> None:
    seen(account, PHONE)
    told(account, PHONE, "refused", MAY)
    told(account, PHONE, "granted", MAY - DAY, imported=True)
    told(account, PHONE, "granted", MAY + DAY, imported=True)
    assert state(PHONE) == (False, "refused", "unverified")


def test_joining_narrows_and_splitting_gives_back_no_more_than_each_point_had(till: Source, account: Source) -> None:
    seen(till, PHONE)
    told(till, PHONE, "granted", MAY)
    seen(account, EMAIL)
    told(account, EMAIL, "refused", MAY + DAY)
    assert state(PHONE) == (True, "granted", "own")
    seen(till, PHONE, EMAIL, at=MAY + 2 * DAY)
    assert state(PHONE) == (False, "refused", "bound")


def test_brands_speak_for_themselves_and_silence_about_brands_for_all(till: Source) -> None:
    seen(till, PHONE)
    grant = Consent(PHONE, "marketing", "granted", MAY)
    refusal = Consent(PHONE, "marketing", "refused", MAY + DAY, brand="outlet")
    api.record_consents(consents=[grant, refusal], source=till)
    assert state(PHONE) == (True, "granted", "own")
    assert state(PHONE, "boutique") == (True, "granted", "own")
    assert state(PHONE, "outlet") == (False, "refused", "own")


def test_the_same_statement_again_changes_nothing(till: Source) -> None:
    seen(till, PHONE)
    told(till, PHONE, "granted", MAY)
    told(till, PHONE, "granted", MAY)
    assert facts() == ["Consent Granted"]
    assert sql.scalar("SELECT count(*) FROM customers_consent") == 1


def test_the_ledger_only_grows(till: Source) -> None:
    told(till, PHONE, "granted", MAY)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        sql.execute("UPDATE customers_consent SET state = 'refused'")
    assert state(PHONE) == (True, "granted", "own")


def test_an_operator_records_what_masha_says_on_the_telephone(till: Source) -> None:
    seen(till, PHONE)
    said = Consent(PHONE, "marketing", "withdrawn", MAY, verified=True, proof={"how": "call"})
    assert api.record_consents(consents=[said], by="Oleg") == 1
    assert state(PHONE) == (False, "refused", "own")
    profile, by = sql.tuples("SELECT l.profile_id, c.by FROM kernel_log l, customers_consent c WHERE l.key = c.key")[0]
    assert (profile is not None, by) == (True, "Oleg")
    with pytest.raises(NotTheirs):
        api.record_consents(consents=[Consent(EMAIL, "marketing", "refused", MAY)], by="Oleg")


def test_what_makes_no_sense_is_refused_by_name_of_the_field(till: Source) -> None:
    wrong = [
        Consent(Identifier("loyalty_card", "1"), "marketing", "granted", MAY),
        Consent(PHONE, "spam", "maybe", MAY),  # type: ignore[arg-type]  # a stranger's state
        Consent(PHONE, "marketing", "granted", MAY + 9999 * DAY, proof={"a": "x" * 5000}),
    ]
    with pytest.raises(Invalid) as refused:
        api.record_consents(consents=wrong, source=till)
    assert [error.field for error in refused.value.fields] == [
        "consents[0].kind",
        "consents[1].purpose",
        "consents[1].state",
        "consents[2].at",
        "consents[2].proof",
    ]
    assert sql.scalar("SELECT count(*) FROM customers_consent") == 0


def test_what_masha_likes_stays_the_newest(till: Source) -> None:
    seen(till, PHONE)
    api.prefer(identifier=PHONE, preferences={"channel": "email", "topic:running": True}, at=MAY)
    api.prefer(identifier=PHONE, preferences={"channel": "telegram"}, at=MAY + DAY)
    api.prefer(identifier=PHONE, preferences={"channel": "sms"}, at=MAY - DAY)
    kept = dict(sql.tuples("SELECT name, value FROM customers_preference"))
    assert kept == {"channel": "telegram", "topic:running": True}


# The algebra: points 0..3 in customers given by a partition; statements come in any order, partitions change at will.

moments = st.integers(0, 6).map(lambda day: MAY + day * DAY)
statements = st.builds(
    Statement,
    point=st.integers(0, 3),
    purpose=st.just("marketing"),
    brand=st.sampled_from(["", "outlet"]),
    state=st.sampled_from(["granted", "refused", "withdrawn"]),
    at=moments,
    verified=st.booleans(),
    key=st.integers(0, 10**6).map(lambda number: UUID(int=number)),
)
ledgers = st.lists(statements, max_size=8, unique_by=lambda one: one.key)
partitions = st.lists(st.integers(0, 3), min_size=4, max_size=4)
brands = st.sampled_from(["", "outlet", "other"])
MARKETING = Purpose("marketing", "", "", silent_allows=False)
SERVICE = Purpose("service", "", "", silent_allows=True)


def permitted(ledger: list[Statement], homes: list[int], point: int, brand: str, purpose: Purpose = MARKETING) -> bool:
    beside = [one for one in ledger if homes[one.point] == homes[point]]
    return rules.allowed(rules.decide(point, beside, "marketing", brand), purpose)


@given(ledgers, partitions, st.integers(0, 3), brands, st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(ledger, homes, point, brand, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(ledger)
    random.shuffle(shuffled)
    assert rules.decide(point, ledger, "marketing", brand) == rules.decide(point, shuffled, "marketing", brand)


@given(ledgers, st.lists(partitions, max_size=6), brands, st.sampled_from([MARKETING, SERVICE]))
def test_no_sequence_of_joins_and_splits_widens_what_points_had_alone(ledger, steps, brand, purpose) -> None:  # type: ignore[no-untyped-def]
    alone = [0, 1, 2, 3]
    own = [permitted(ledger, alone, point, brand, purpose) for point in range(4)]
    for homes in [*steps, [0, 0, 0, 0]]:
        for point in range(4):
            assert own[point] or not permitted(ledger, homes, point, brand, purpose)
    assert [permitted(ledger, alone, point, brand, purpose) for point in range(4)] == own


@given(ledgers, partitions, st.integers(0, 3), st.integers(0, 3), brands)
def test_a_join_never_widens_what_was_permitted_before_it(ledger, homes, one, other, brand) -> None:  # type: ignore[no-untyped-def]
    joined = [homes[one] if home == homes[other] else home for home in homes]
    for point in range(4):
        assert permitted(ledger, homes, point, brand) or not permitted(ledger, joined, point, brand)


@given(ledgers, statements, partitions, st.integers(0, 3), brands)
def test_one_statement_more_widens_only_if_the_owner_of_that_point_grants(ledger, late, homes, point, brand) -> None:  # type: ignore[no-untyped-def]
    before, after = permitted(ledger, homes, point, brand), permitted([*ledger, late], homes, point, brand)
    if after and not before:
        assert (late.point, late.state) == (point, "granted")
        beside = [one for one in ledger if homes[one.point] == homes[point] and rules.covers(one, "marketing", brand)]
        closed = [one for one in beside if one.state != "granted" and (one.point == point or rules.binds(one))]
        assert late.verified or all(one.at >= late.at for one in closed)
        assert all(one.at < late.at for one in closed) or any(
            one.state == "granted" and one.point == point for one in beside
        )


@given(ledgers, statements, partitions, brands)
def test_a_late_older_grant_never_overrides_a_newer_refusal(ledger, late, homes, brand) -> None:  # type: ignore[no-untyped-def]
    newest = max(one.at for one in [*ledger, late]) + DAY
    refusal = Statement(late.point, "marketing", "", "refused", newest, verified=True, key=UUID(int=1))
    older = Statement(late.point, "marketing", "", "granted", late.at, verified=True, key=UUID(int=2))
    for point in range(4):
        if homes[point] == homes[late.point]:
            assert not permitted([*ledger, refusal, older], homes, point, brand)
