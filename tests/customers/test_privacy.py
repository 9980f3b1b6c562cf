"""What is held of a person is handed over whole, and forgotten on request; the log stays true, refusals still bind."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from click.testing import CliRunner

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.api import reference
from edino.customers.commands import commands
from edino.customers.errors import NotTheirs
from edino.customers.types import Consent, Holding, Identifier
from edino.kernel import clock, log, registry, sql
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PHONE = Identifier("phone", "+79161234567")
EMAIL = Identifier("email", "masha@mail.ru")
SECRETS = ("79161234567", "9161234567", "masha@mail.ru", "Мария", "Щукина", "maria", "shukina", "77000001", "Тверь")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    reference.forget()


@pytest.fixture
def till() -> Source:
    return channels.create_source(name="Till", channel="store", by=IGOR)


@pytest.fixture
def account() -> Source:
    return channels.create_source(name="Account", channel="site", by=IGOR, confirms=["phone", "email", "user_id"])


@pytest.fixture
def masha(till: Source) -> UUID:
    identifiers = [("loyalty_card", "77000001"), ("phone", PHONE.value), ("email", EMAIL.value)]
    form = {"first_name": "Мария", "last_name": "Щукина", "city": "Тверь"}
    told = api.identify(source=till, identifiers=identifiers, traits=form, at=MAY)
    api.record_consents(consents=[Consent(PHONE, "marketing", "granted", MAY, proof={"form": "7"})], source=till)
    api.prefer(identifier=PHONE, preferences={"frequency": "weekly"}, at=MAY)
    order = {"properties": {"order_id": "A-1", "total": 100}}
    log.append([log.Fact("Order Completed", "fact", MAY + DAY, order, told.profile_id, till.id)])
    return told.uid


def everything() -> str:
    """Every row of every table, as text."""
    tables = sql.tuples(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    return "\n".join(
        str(sql.scalar(f"SELECT string_agg(one::text, E'\\n') FROM {table} AS one")) for (table,) in tables
    )


def test_all_that_is_held_is_handed_over(masha: UUID, till: Source) -> None:
    document = json.loads(msgspec.json.encode(api.export(uid=masha)))
    assert document["customer"]["id"] == str(masha)
    assert {(one["kind"], one["value"]) for one in document["identifiers"]} == {
        ("loyalty_card", "77000001"),
        PHONE,
        EMAIL,
    }
    assert {field["name"]: field["value"] for field in document["fields"]} == {
        "first_name": "Мария",
        "last_name": "Щукина",
        "city": "Тверь",
    }
    consent = document["consents"][0]
    assert (consent["value"], consent["state"], consent["proof"]) == (PHONE.value, "granted", {"form": "7"})
    assert document["preferences"][0]["setting"] == "weekly"
    assert len(document["claims"]) == 3
    assert [event["type"] for event in document["events"]] == ["identify", "Consent Granted", "Order Completed"]
    assert document["events"][-1]["body"]["properties"]["order_id"] == "A-1"


def test_erasing_leaves_nothing_by_which_masha_could_be_known(masha: UUID) -> None:
    profiles = sql.tuples("SELECT id, key FROM customers_profile ORDER BY id")
    assert all(secret in everything() for secret in ("79161234567", "Щукина", "shukina", "77000001"))
    assert api.erase(uid=masha, by="Igor") == 3
    held = everything()
    for secret in SECRETS:
        assert secret not in held
    after = sql.tuples("SELECT id, key FROM customers_profile ORDER BY id")
    assert [id_ for id_, _ in after] == [id_ for id_, _ in profiles]
    assert not {key for _, key in after} & {key for _, key in profiles}
    assert api.search(text="Мария Щукина") == api.search(text="4567") == api.search(text=EMAIL.value) == []


def test_the_log_stays_true(masha: UUID) -> None:
    before = sql.tuples("SELECT id, type, body FROM kernel_log WHERE type NOT LIKE 'customers.%%' ORDER BY id")
    api.erase(uid=masha, by="Igor")
    assert sql.tuples("SELECT id, type, body FROM kernel_log WHERE type NOT LIKE 'customers.%%' ORDER BY id") == before
    body = sql.tuples("SELECT body FROM kernel_log WHERE type = 'customers.erased'")[0][0]
    assert (body["how"], body["identifiers"]) == ("erased", 3)


def test_an_old_link_shows_an_erased_customer(masha: UUID) -> None:
    api.erase(uid=masha, by="Igor")
    person = api.person(uid=masha, reveal=True)
    assert (person.erased, person.name, person.identifiers, person.fields) == (True, "", (), ())
    assert api.erase(uid=masha, by="Igor") == 0


def test_who_comes_back_is_a_new_customer(masha: UUID, till: Source) -> None:
    api.erase(uid=masha, by="Igor")
    again = api.identify(source=till, identifiers=[("phone", PHONE.value)], at=MAY + 9 * DAY)
    assert again.created
    assert again.uid != masha
    assert api.person(uid=again.uid).fields == ()


def test_what_was_granted_is_withdrawn_when_an_old_file_comes(masha: UUID, till: Source, account: Source) -> None:
    with clock.frozen(MAY + 5 * DAY):
        api.erase(uid=masha, by="Igor")
    old = Consent(PHONE, "marketing", "granted", MAY)
    api.record_consents(consents=[old], source=till, imported=True)
    assert not api.may_contact(identifier=PHONE, purpose="marketing").allowed
    assert api.may_contact(identifier=PHONE, purpose="service").allowed
    api.record_consents(consents=[Consent(PHONE, "marketing", "granted", MAY + 6 * DAY)], source=account)
    assert api.may_contact(identifier=PHONE, purpose="marketing").allowed


def test_a_refusal_outlives_the_erasure_and_binds_as_before(masha: UUID, till: Source, account: Source) -> None:
    api.record_consents(consents=[Consent(EMAIL, "marketing", "refused", MAY + DAY)], source=account)
    api.record_consents(consents=[Consent(EMAIL, "service", "refused", MAY + DAY)], source=account)
    api.erase(uid=masha, by="Igor")
    assert sql.scalar("SELECT count(*) FROM customers_consent") == 0
    assert not api.may_contact(identifier=EMAIL, purpose="service").allowed
    new = Identifier("phone", "+79990001122")
    items = [("email", EMAIL.value), ("phone", new.value)]
    api.identify(source=till, identifiers=items, at=MAY + 9 * DAY)
    api.record_consents(consents=[Consent(new, "marketing", "granted", MAY + 9 * DAY)], source=till)
    permission = api.may_contact(identifier=new, purpose="marketing")
    assert (permission.allowed, permission.why) == (False, "unverified")


def test_anonymous_people_still_count_as_one(masha: UUID) -> None:
    api.erase(uid=masha, by="Igor", keep_together=True)
    held = everything()
    for secret in SECRETS:
        assert secret not in held
    assert sql.scalar("SELECT count(DISTINCT customer_id) FROM customers_identifier") == 1
    assert api.person(uid=masha).erased


def test_scattered_people_do_not(masha: UUID) -> None:
    api.erase(uid=masha, by="Igor")
    assert sql.scalar("SELECT count(*) FROM customers_claim") == 0
    assert sql.scalar("SELECT count(DISTINCT customer_id) FROM customers_identifier") == 3


def test_one_half_is_erased_and_the_other_stays(masha: UUID, account: Source) -> None:
    both = [("user_id", "kolya"), ("phone", PHONE.value)]
    api.identify(source=account, identifiers=both, traits={"city": "Псков"}, at=MAY + DAY)
    half = [PHONE, EMAIL, Identifier("loyalty_card", "77000001")]
    assert api.erase(uid=masha, identifiers=half, by="Igor") == 3
    kolya = api.person(uid=api.lookup(kind="user_id", value="kolya").uid, reveal=True)
    assert [one.value for one in kolya.identifiers] == ["kolya"]
    assert [(field.name, field.value) for field in kolya.fields] == [("city", "Псков")]
    held = everything()
    for secret in SECRETS:
        assert secret not in held
    with pytest.raises(NotTheirs):
        api.erase(uid=kolya.uid, identifiers=[PHONE], by="Igor")


def test_other_domains_hand_over_and_erase_theirs(masha: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    erased: list[Holding] = []
    mine = registry.Registry[object]("test")
    mine.register("loyalty", lambda own: {"points": len(own)})
    theirs = registry.Registry[object]("test")
    theirs.register("loyalty", erased.extend)
    monkeypatch.setattr("edino.customers.api.privacy.exporters", mine)
    monkeypatch.setattr("edino.customers.api.privacy.erasers", theirs)
    holdings = list(api.person(uid=masha).holdings)
    assert api.export(uid=masha)["loyalty"] == {"points": len(holdings)}
    api.erase(uid=masha, by="Igor")
    assert erased == holdings


@pytest.mark.django_db(transaction=True)
def test_each_is_one_command_and_leaves_a_trace(masha: UUID) -> None:
    customer = next(command for command in commands if command.name == "customer")
    runner = CliRunner()
    printed = runner.invoke(customer, ["export", str(masha)])
    assert printed.exit_code == 0
    assert json.loads(printed.output)["format"] == "edino.customer/1"
    asked = runner.invoke(customer, ["erase", str(masha)], input="n\n")
    assert asked.exit_code == 1
    assert api.lookup(kind="phone", value=PHONE.value).uid == masha
    done = runner.invoke(customer, ["anonymise", str(masha), "--yes"])
    assert (done.exit_code, done.output) == (0, "Done: 3 identifiers have no value any more.\n")
    trail = sql.tuples("SELECT operation, subject_id FROM staff_audit WHERE subject_kind = 'customer' ORDER BY id")
    assert trail == [("customers.export", str(masha)), ("customers.erase", str(masha))]
