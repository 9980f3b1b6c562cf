"""Masha's paper card: she types its number on the site, a code goes to the phone on the form, her data is there."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.test import Client

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.api import selfid
from edino.customers.errors import ProofRefused, TooManyProofs
from edino.customers.types import FIRST_POLICY, Identifier
from edino.customers.types.proofs import Sent
from edino.kernel import clock, couriers, ids, registry, sql
from edino.kernel.errors import Invalid
from edino.staff.types import Actor
from tests.conftest import Mailbox
from tests.customers import city
from tests.customers.city import customer, people, seen, told

pytestmark = pytest.mark.django_db(transaction=True)

IGOR = Actor("Igor")
CARD, MAIL, PHONE = ("loyalty_card", "4276001"), ("email", "masha@mail.ru"), ("phone", "+79161234567")
MASHA, STRANGER = ("user_id", "masha"), ("user_id", "stranger")


class Text:
    """A courier of text messages that keeps what it brought."""

    def __init__(self) -> None:
        self.brought: list[tuple[str, str, str]] = []

    def deliver(self, channel: str, to: str, subject: str, text: str) -> None:
        self.brought.append((channel, to, text))


@pytest.fixture
def text() -> Iterator[Text]:
    courier = Text()
    registry.couriers.register("sms", courier)
    yield courier
    registry.couriers._offers.pop("sms")


@pytest.fixture
def site() -> Source:
    return channels.create_source(name="Site", channel="site", by=IGOR)


@pytest.fixture
def form(site: Source) -> Source:
    """A paper form typed in by a cashier: card, phone, name, city, e-mail."""
    (profile,) = told(seen(CARD, PHONE, MAIL, source=site.id))
    said = {"first_name": "Maria", "city": "Kazan"}
    api.learn(source=site, traits=[(profile, clock.now(), ids.uuid7(), said)])
    return site


def code_in(text: str) -> str:
    return re.search(r"\d{6}", text)[0]  # type: ignore[index]


def test_masha_finishes_on_the_site_what_she_began_on_paper(form: Source, text: Text) -> None:
    sent = selfid.send_code(source=form, account="masha", card="4276 001")
    couriers.settle()
    ((channel, to, words),) = text.brought
    assert (channel, to) == ("sms", PHONE[1])
    assert "4276001" not in words

    known = selfid.confirm_code(source=form, account="masha", proof=sent.proof, code=code_in(words))

    assert known.linked is True
    assert known.customer == customer(*MASHA) == customer(*CARD) == customer(*PHONE)
    assert known.fields == {"first_name": "Maria", "city": "Kazan"}
    assert set(known.identifiers) == {Identifier(*CARD), Identifier(*PHONE), Identifier(*MAIL)}
    claims = sql.tuples("SELECT DISTINCT verified FROM customers_claim WHERE strength = 100")
    assert claims == [(True,)]
    assert city.contradictions(FIRST_POLICY) == []
    with pytest.raises(ProofRefused):
        selfid.confirm_code(source=form, account="masha", proof=sent.proof, code=code_in(words))


def test_a_stranger_learns_nothing_of_a_card(form: Source, text: Text) -> None:
    known = selfid.send_code(source=form, account="stranger", card=CARD[1])
    unknown = selfid.send_code(source=form, account="stranger", card="0000999")
    couriers.settle()
    assert {type(known), type(unknown)} == {Sent}
    assert len(text.brought) == 1
    code = code_in(text.brought[0][2])
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for proof, guess in ((known.proof, wrong), (unknown.proof, code), (uuid4(), code)):
        with pytest.raises(ProofRefused) as refused:
            selfid.confirm_code(source=form, account="stranger", proof=proof, code=guess)
        assert (refused.value.code, refused.value.fields) == ("proof_refused", ())
    assert people(CARD, PHONE) == 1
    assert sql.scalar("SELECT count(*) FROM customers_identifier WHERE value = 'stranger'") == 0
    # Nothing that was asked, sent or given stands in the table to be read.
    kept = str(sql.tuples("SELECT p::text FROM customers_proof p"))
    for secret in (code, CARD[1], PHONE[1], "stranger", "0000999"):
        assert secret not in kept.replace("\\\\x", "")


def test_a_code_is_of_one_account_and_source_lives_ten_minutes_and_bears_five_guesses(form: Source, text: Text) -> None:
    sent = selfid.send_code(source=form, account="masha", card=CARD[1])
    couriers.settle()
    code = code_in(text.brought[0][2])
    other = channels.create_source(name="Other", channel="site", by=IGOR)
    for source, account in ((form, "stranger"), (other, "masha")):
        with pytest.raises(ProofRefused):
            selfid.confirm_code(source=source, account=account, proof=sent.proof, code=code)
    with clock.frozen(sent.until), pytest.raises(ProofRefused):
        selfid.confirm_code(source=form, account="masha", proof=sent.proof, code=code)
    for _ in range(selfid.TRIES - 1):
        with pytest.raises(ProofRefused):
            selfid.confirm_code(source=form, account="masha", proof=sent.proof, code="xxxxxx")
    with pytest.raises(ProofRefused):
        selfid.confirm_code(source=form, account="masha", proof=sent.proof, code=code)
    assert people(CARD) == 1
    assert sql.scalar("SELECT count(*) FROM customers_claim WHERE strength = 100") == 0


def test_asking_is_limited_for_known_and_unknown_cards_alike(form: Source, text: Text) -> None:
    for card in (CARD[1], "0000999"):
        for number in range(selfid.PER_SUBJECT):
            selfid.send_code(source=form, account=f"shopper{number}", card=card)
        with pytest.raises(TooManyProofs):
            selfid.send_code(source=form, account="another", card=card)
    couriers.settle()
    assert len(text.brought) == selfid.PER_SUBJECT
    for number in range(selfid.PER_ACCOUNT):
        selfid.send_code(source=form, account="scanner", card=f"10000{number}")
    with pytest.raises(TooManyProofs):
        selfid.send_code(source=form, account="scanner", card="200000")
    with clock.frozen(clock.now() + selfid.WINDOW + timedelta(seconds=1)):
        assert isinstance(selfid.send_code(source=form, account="another", card=CARD[1]), Sent)


def test_an_account_with_another_card_gets_a_case_and_sees_nothing(form: Source, text: Text) -> None:
    told(seen(MASHA, ("loyalty_card", "4276009"), confirmed="user_id", act=True))
    sent = selfid.send_code(source=form, account="masha", card=CARD[1])
    couriers.settle()
    known = selfid.confirm_code(source=form, account="masha", proof=sent.proof, code=code_in(text.brought[0][2]))
    assert known.linked is False
    assert known.fields == {}
    assert known.identifiers == ()
    assert people(MASHA, CARD) == 2
    assert [case.reason for case in api.cases().cases] == ["limit:loyalty_card"]


def test_a_link_goes_by_real_mail_and_works_once_by_post(form: Source, smtp_server: Mailbox) -> None:
    sent = selfid.send_link(
        source=form, account="masha", contact=MAIL, page="https://shop.example/confirm", language="en"
    )
    couriers.settle()
    (message,) = smtp_server.messages
    assert message["X-RcptTo"] == MAIL[1]
    link = re.search(r"https://\S+", message.get_content())[0]  # type: ignore[index]
    page, _, token = link.partition("#token=")
    assert page == "https://shop.example/confirm", "the token stands after the #, where no server's log sees it"
    assert sent.until > clock.now()
    with pytest.raises(ProofRefused):
        selfid.confirm_link(source=form, account="stranger", token=token)
    known = selfid.confirm_link(source=form, account="masha", token=token)
    assert known.linked is True
    assert known.customer == customer(*MAIL) == customer(*CARD) == customer(*MASHA)
    with pytest.raises(ProofRefused):
        selfid.confirm_link(source=form, account="masha", token=token)


def test_nobody_is_written_to_whom_nobody_knows(form: Source, smtp_server: Mailbox) -> None:
    known = selfid.send_link(
        source=form, account="masha", contact=("email", "new@mail.ru"), page="https://shop.example/c"
    )
    couriers.settle()
    assert isinstance(known, Sent)
    assert smtp_server.messages == []
    for page in ("javascript:alert(1)", "//evil", "https://shop.example/#x"):
        with pytest.raises(Invalid):
            selfid.send_link(source=form, account="masha", contact=MAIL, page=page)


def test_the_card_as_a_qr_code_is_an_image_of_its_own() -> None:
    image = selfid.card_qr(card="4276 001")
    assert image.startswith("<?xml")
    assert "<svg" in image
    assert "4276" not in image


def post(path: str, key: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    return Client(headers=headers).post(f"/api/v1/customers/{path}", json.dumps(body), content_type="application/json")


def test_the_same_over_http(form: Source, text: Text) -> None:
    key = channels.issue_key(source=form, scopes=["customers:write"], by=IGOR)
    reading = channels.issue_key(source=form, scopes=["customers:read"], by=IGOR)
    body = {"method": "code", "account": "masha", "card": CARD[1], "language": "ru"}
    assert post("self-identify/start", reading, body).status_code == 403
    answers = [post("self-identify/start", key, {**body, "card": card}) for card in (CARD[1], "0000999")]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [sorted(answer.json()) for answer in answers] == [["proof", "until"]] * 2
    couriers.settle()
    code = code_in(text.brought[0][2])
    given = {"account": "masha", "proof": answers[0].json()["proof"], "code": code}
    assert post("self-identify/confirm", key, {**given, "code": "000"}).json()["type"] == "urn:edino:proof_refused"
    answer = post("self-identify/confirm", key, given)
    assert answer.status_code == 200
    assert answer.json()["fields"] == {"first_name": "Maria", "city": "Kazan"}
    assert UUID(answer.json()["customer"]) == customer(*CARD)
    assert post("self-identify/start", key, {"method": "code", "account": "masha"}).status_code == 422
    assert post("self-identify/confirm", key, {"account": "masha"}).status_code == 422
    assert mail.outbox == []


def test_a_known_and_an_unknown_card_cost_the_same_statements(form: Source, text: Text) -> None:
    asked: list[list[str]] = []
    for card in (CARD[1], "0000999"):
        heard: list[str] = []
        sql.observers.append(heard.append)
        try:
            selfid.send_code(source=form, account="stranger", card=card)
        finally:
            sql.observers.remove(heard.append)
        asked.append(heard)
    couriers.settle()
    assert asked[0] == asked[1]
    assert len(text.brought) == 1
