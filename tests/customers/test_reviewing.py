"""Vera and Oleg look at the queue, compare two columns, decide; and ask why somebody is who they are."""

import json
from typing import Any

import pytest
from django.test import Client

from edino.channels import api as channels
from edino.customers import api
from edino.customers.api import reviewing
from edino.customers.errors import CaseClosed, NoSuchCase
from edino.customers.types import FIRST_POLICY
from edino.kernel import clock, ids, sql
from edino.kernel.errors import Invalid
from edino.staff.types import Actor
from tests.customers import city
from tests.customers.city import customer, people, seen, told

pytestmark = pytest.mark.django_db(transaction=True)

OLEG = Actor("Oleg")
CARD, PHONE, MAIL = ("loyalty_card", "4276001"), ("phone", "+79161234567"), ("email", "masha@mail.ru")
HER_CARD = ("loyalty_card", "4276002")


def conflict() -> int:
    """Two cards were shown with one phone."""
    told(seen(CARD, PHONE, MAIL), seen(HER_CARD, PHONE, ("email", "mama@mail.ru"), day=3))
    (found,) = api.cases().cases
    return found.id


def test_a_refused_join_waits_in_the_queue_with_its_rule() -> None:
    conflict()
    page = api.cases()
    (case,) = page.cases
    assert (case.what, case.reason) == ("conflict", "limit:loyalty_card")
    assert {case.left, case.right} == {customer(*CARD), customer(*HER_CARD)}
    assert page.waiting == {"conflict": 1}
    assert page.next is None
    assert api.cases(what="suggestion").cases == ()
    # The same conflict seen again is the same case.
    told(seen(HER_CARD, PHONE, day=50))
    assert len(api.cases().cases) == 1


def test_two_columns_are_compared_bare_and_shown_masked() -> None:
    id_ = conflict()
    view = api.case(id=id_)
    lines = {line.field: line for line in view.lines}
    assert lines["loyalty_card"].agreement == "different"
    assert lines["phone"].agreement == "one"
    assert lines["email"].agreement == "different"
    assert lines["email"].left == ("m•••@mail.ru",)
    assert lines["email"].right == ("m•••@mail.ru",)
    assert "masha@mail.ru" not in str(view)
    bare = {line.field: line for line in api.case(id=id_, revealed=True).lines}
    assert {bare["email"].left[0], bare["email"].right[0]} == {"masha@mail.ru", "mama@mail.ru"}


def test_same_joins_and_closes() -> None:
    id_ = conflict()
    api.decide(id=id_, verdict="same", reason="she lost the first card", by=OLEG)
    assert people(CARD, HER_CARD, PHONE, MAIL) == 1
    assert api.cases().cases == ()
    with pytest.raises(CaseClosed):
        api.decide(id=id_, verdict="different", reason="", by=OLEG)
    view = api.case(id=id_)
    assert (view.verdict, view.closed_by) == ("same", "Oleg")
    assert sql.tuples("SELECT operation FROM staff_audit ORDER BY id") == [("customers.join",), ("customers.review",)]


def test_different_keeps_apart_whatever_comes_later() -> None:
    id_ = conflict()
    api.decide(id=id_, verdict="different", reason="mother and daughter", by=OLEG)
    told(seen(MAIL, ("email", "mama@mail.ru"), day=60, act=True))
    assert people(CARD, HER_CARD) == 2
    assert people(MAIL, ("email", "mama@mail.ru")) == 2
    assert api.cases().cases == ()
    assert city.contradictions(FIRST_POLICY) == []


def test_later_hides_a_case_for_a_week() -> None:
    id_ = conflict()
    api.decide(id=id_, verdict="later", reason="", by=OLEG)
    assert api.cases().cases == ()
    assert api.cases().waiting == {}
    with clock.frozen(clock.now() + reviewing.LATER):
        assert [case.id for case in api.cases().cases] == [id_]


def test_the_queue_is_read_page_by_page() -> None:
    for number in range(5):
        shared = ("phone", f"+7916000000{number}")
        told(seen(("loyalty_card", f"a{number}"), shared), seen(("loyalty_card", f"b{number}"), shared, day=1))
    seen_ids: list[int] = []
    cursor = None
    while True:
        page = api.cases(cursor=cursor, size=2)
        seen_ids += [case.id for case in page.cases]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen_ids) == len(set(seen_ids)) == 5
    with pytest.raises(Invalid):
        api.cases(cursor="nonsense")
    with pytest.raises(NoSuchCase):
        api.case(id=10**9)


def test_a_case_whose_sides_met_elsewhere_is_no_longer_shown() -> None:
    conflict()
    api.join(customers=[customer(*CARD), customer(*HER_CARD)], reason="one", by=OLEG)
    page = api.cases()
    assert page.cases == ()
    assert page.waiting == {}


def test_what_is_undone_waits_again() -> None:
    id_ = conflict()
    api.decide(id=id_, verdict="same", reason="one", by=OLEG)
    (verdict,) = api.why(customer=customer(*CARD)).verdicts
    api.unjoin(decision=verdict.decision, reason="no", by=OLEG)
    assert [case.id for case in api.cases().cases] == [id_]
    api.decide(id=id_, verdict="different", reason="two", by=OLEG)
    (verdict,) = api.why(customer=customer(*CARD)).verdicts
    api.unsplit(decision=verdict.decision, reason="not sure", by=OLEG)
    assert [case.id for case in api.cases().cases] == [id_]


def test_a_suggestion_shows_what_speaks_for_and_against_in_bits() -> None:
    one, other = told(seen(CARD), seen(HER_CARD))
    left, right = (
        sql.scalar("SELECT anchor_id FROM customers_profile WHERE id = %(id)s", {"id": id_}) for id_ in (one, other)
    )
    source = channels.create_source(name="Form", channel="store", by=OLEG)
    for profile, name in ((one, "Maria"), (other, "Marija")):
        api.learn(source=source, traits=[(profile, clock.now(), ids.uuid7(), {"first_name": name})])
    evidence = json.dumps([{"field": "given", "degree": "sounds alike", "weight": 3.2}])
    sql.execute(
        "INSERT INTO customers_case (what, reason, left_id, right_id, score, evidence, opened_at)"
        " VALUES ('suggestion', 'likely', %(left)s, %(right)s, 0.9, %(evidence)s::text::jsonb, now())",
        {"left": left, "right": right, "evidence": evidence},
    )
    (case,) = api.cases(what="suggestion").cases
    assert case.score == 0.9
    line = {line.field: line for line in api.case(id=case.id).lines}["field:first_name"]
    assert (line.left, line.right, line.agreement, line.weight) == (("Maria",), ("Marija",), "different", 3.2)
    assert people(CARD, HER_CARD) == 2, "a suggestion joins nobody"
    api.decide(id=case.id, verdict="same", reason="her passport", by=OLEG)
    assert people(CARD, HER_CARD) == 1


def test_why_tells_what_holds_each_part_how_sure_and_what_was_refused() -> None:
    told(
        seen(CARD, PHONE, source=1),
        seen(CARD, PHONE, day=40, source=2, confirmed="loyalty_card phone"),
        seen(PHONE, MAIL, day=41, source=3),
        seen(HER_CARD, PHONE, day=42, source=3),
    )
    why = api.why(customer=customer(*CARD))
    members = {member.kind: member for member in why.members}
    assert set(members) == {"loyalty_card", "phone", "email"}
    card = members["loyalty_card"]
    assert (card.sources, card.heard) == (2, 2)
    assert card.value is None
    (link,) = card.links
    assert (link.other_kind, link.holds, link.verified, link.refused) == ("phone", True, True, "")
    assert {claim.source_id: claim.verified for claim in link.claims} == {1: False, 2: True}
    phone = members["phone"]
    assert (phone.sources, phone.heard) == (3, 3)
    (refused,) = why.refused
    assert refused.refused == "limit:loyalty_card"
    assert refused.other_customer == customer(*HER_CARD)
    assert len(why.fragments) == 3
    assert PHONE[1] not in str(why)
    assert api.why(customer=customer(*CARD), revealed=True).members[1].value == PHONE[1]

    made = api.split(customer=customer(*CARD), identifiers=[members["email"].id], reason="not hers", by=OLEG)
    later = api.why(customer=customer(*CARD))
    assert [(one.what, one.decision, one.by) for one in later.verdicts] == [("split", made.decision, "Oleg")]
    assert [(one.what, one.reason, one.policy) for one in later.decisions][:2] == [
        ("split", "staff", 1),
        ("split", "replay", 1),
    ]
    assert {one.refused for one in later.refused} == {"limit:loyalty_card", "separated"}


def test_why_and_split_over_http() -> None:
    source = channels.create_source(name="CRM", channel="erp", by=OLEG)
    key = channels.issue_key(source=source, scopes=["customers:read", "customers:write"], by=OLEG)
    reading = channels.issue_key(source=source, scopes=["customers:read"], by=OLEG)
    bare = channels.issue_key(source=source, scopes=["customers:read", "customers:personal"], by=OLEG)
    told(seen(CARD, PHONE), seen(PHONE, MAIL, day=1))
    uid = customer(*CARD)

    def call(path: str, with_key: str, body: object = None, repeat: str = "") -> Any:
        headers = {"Authorization": f"Bearer {with_key}", **({"Idempotency-Key": repeat} if repeat else {})}
        client = Client(headers=headers)
        address = f"/api/v1/customers/{uid}/{path}"
        if body is None:
            return client.get(address)
        return client.post(address, json.dumps(body), content_type="application/json")

    why = call("why", reading).json()
    assert why["masked"] is True
    assert [(one["kind"], one["sources"], one["heard"]) for one in why["members"]] == [
        ("loyalty_card", 1, 1),
        ("phone", 1, 1),
        ("email", 1, 1),
    ]
    assert PHONE[1] not in str(why)
    assert PHONE[1] in str(call("why", bare).json())

    body = {"identifiers": [{"kind": "email", "value": "MASHA@mail.ru"}], "reason": "the mother's"}
    assert call("split", reading, body, "k1").status_code == 403
    assert call("split", key, body).status_code == 422, "no Idempotency-Key"
    stranger = {**body, "identifiers": [{"kind": "email", "value": "who@mail.ru"}]}
    assert call("split", key, stranger, "k0").json()["errors"][0]["code"] == "not_theirs"
    assert people(CARD, PHONE, MAIL) == 1
    first = call("split", key, body, "k1")
    assert first.status_code == 200
    assert set(first.json()["customers"]) == {str(customer(*CARD)), str(customer(*MAIL))}
    assert people(CARD, MAIL) == 2
    again = call("split", key, body, "k1")
    assert again.json() == first.json()
    assert sql.scalar("SELECT count(*) FROM customers_separation") == 1
    assert call("split", key, {**body, "identifiers": [{"kind": "phone", "value": PHONE[1]}]}, "k1").status_code == 422
