"""A shopper logs in by a code to phone or e-mail: no password, nobody told who is known, nothing shown of others."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.api import selfid, shoppers
from edino.customers.errors import ProofRefused, TooManyProofs
from edino.customers.types import FIRST_POLICY
from edino.customers.types.shoppers import LoggedIn
from edino.kernel import clock, couriers, ids, registry, sql
from edino.kernel.errors import Invalid
from edino.staff.types import Actor
from tests.customers import city
from tests.customers.city import customer, people, seen, told

pytestmark = pytest.mark.django_db(transaction=True)

IGOR = Actor("Igor")
PHONE, MAIL, CARD = ("phone", "+79161234567"), ("email", "masha@mail.ru"), ("loyalty_card", "4276001")
HERS, HIS = "browser-of-masha", "browser-of-kolya"


class Post:
    """A courier of text messages and letters that keeps what it brought."""

    def __init__(self) -> None:
        self.brought: list[tuple[str, str, str]] = []

    def deliver(self, channel: str, to: str, subject: str, text: str) -> None:
        self.brought.append((channel, to, text))

    def code(self) -> str:
        couriers.settle()
        return re.search(r"\d{6}", self.brought[-1][2])[0]  # type: ignore[index]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()
    for channel in ("sms", "email"):
        monkeypatch.setitem(registry.couriers._offers, channel, post)
    return post


@pytest.fixture
def site() -> Source:
    return channels.create_source(name="Site", channel="site", confirms=["device", "phone", "email"], by=IGOR)


def enter(site: Source, post: Post, contact: tuple[str, str], browser: str = HERS, **more: object) -> LoggedIn:
    """Ask for a code and give it back."""
    sent = shoppers.send_code(source=site, contact=contact, device=browser)
    return shoppers.log_in(
        source=site, contact=contact, proof=sent.proof, code=post.code(), device=browser, **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_code_opens_a_session_that_ends_by_logging_out(site: Source, post: Post) -> None:
    entered = enter(site, post, ("phone", "8 916 123-45-67"))
    assert post.brought[0][:2] == ("sms", PHONE[1])
    found = shoppers.shopper(token=entered.token)
    assert found == entered.shopper
    assert found is not None
    assert (found.contact, found.customer.uid) == (PHONE, customer(*PHONE))
    assert sql.scalar("SELECT login FROM customers_identifier WHERE value = %(v)s", {"v": PHONE[1]}) is True
    assert sql.scalar("SELECT count(*) FROM kernel_log WHERE type = 'customers.logged_in'") == 1
    # Only keyed hashes are kept of the secret and of the code.
    kept = str(sql.tuples("SELECT s::text FROM customers_session s")) + str(
        sql.tuples("SELECT p::text FROM customers_proof p")
    )
    assert entered.token not in kept
    assert PHONE[1] not in kept
    shoppers.log_out(token=entered.token)
    assert shoppers.shopper(token=entered.token) is None
    assert shoppers.shopper(token="") is None
    assert shoppers.shopper(token="x" * 5000) is None


def test_known_and_unknown_contacts_are_answered_alike_and_both_get_their_code(site: Source, post: Post) -> None:
    told(seen(CARD, PHONE, source=site.id))
    for contact in (PHONE, ("phone", "+79160000001")):
        sent = shoppers.send_code(source=site, contact=contact, device=HERS)
        assert sent.until > clock.now()
    couriers.settle()
    assert sorted(to for _, to, _ in post.brought) == ["+79160000001", PHONE[1]]
    for kind, value in (
        ("loyalty_card", "4276001"),
        ("phone", "12"),
        ("email", "masha"),
        ("email", "test@example.com"),
    ):
        with pytest.raises(Invalid):
            shoppers.send_code(source=site, contact=(kind, value), device=HERS)


def test_a_code_is_of_one_contact_browser_and_source_and_bears_five_guesses(site: Source, post: Post) -> None:
    sent = shoppers.send_code(source=site, contact=PHONE, device=HERS)
    code = post.code()
    other = channels.create_source(name="Other", channel="site", by=IGOR)
    wrong = [(site, MAIL, HERS, code), (site, PHONE, HIS, code), (other, PHONE, HERS, code), (site, PHONE, HERS, "1")]
    for source, contact, browser, guess in wrong:
        with pytest.raises(ProofRefused):
            shoppers.log_in(source=source, contact=contact, proof=sent.proof, code=guess, device=browser)
    with pytest.raises(ProofRefused):
        shoppers.log_in(source=site, contact=PHONE, proof=uuid4(), code=code, device=HERS)
    with clock.frozen(sent.until), pytest.raises(ProofRefused):
        shoppers.log_in(source=site, contact=PHONE, proof=sent.proof, code=code, device=HERS)
    for _ in range(2):
        with pytest.raises(ProofRefused):
            shoppers.log_in(source=site, contact=PHONE, proof=sent.proof, code="000000x", device=HERS)
    with pytest.raises(ProofRefused):
        shoppers.log_in(source=site, contact=PHONE, proof=sent.proof, code=code, device=HERS)
    assert sql.scalar("SELECT count(*) FROM customers_session") == 0
    # A code to a card's contact is no code to log in with.
    told(seen(CARD, PHONE, source=site.id))
    card = selfid.send_code(source=site, account="masha", card=CARD[1])
    with pytest.raises(ProofRefused):
        shoppers.log_in(source=site, contact=PHONE, proof=card.proof, code=post.code(), device=HERS)


def test_asking_is_limited_per_contact_per_browser_and_per_place(site: Source, post: Post) -> None:
    for number in range(selfid.PER_SUBJECT):
        shoppers.send_code(source=site, contact=PHONE, device=f"browser-{number}")
    with pytest.raises(TooManyProofs):
        shoppers.send_code(source=site, contact=PHONE, device="another-browser")
    for number in range(selfid.PER_ACCOUNT):
        shoppers.send_code(source=site, contact=("phone", f"+791600001{number:02}"), device=HIS)
    with pytest.raises(TooManyProofs):
        shoppers.send_code(source=site, contact=("phone", "+79160000199"), device=HIS)
    for number in range(selfid.PER_PLACE):
        contact = ("phone", f"+791600002{number:02}")
        shoppers.send_code(source=site, contact=contact, device=f"fresh-{number}", place="10.0.0.1")
    with pytest.raises(TooManyProofs):
        shoppers.send_code(source=site, contact=("phone", "+79160000299"), device="fresh", place="10.0.0.1")
    with clock.frozen(clock.now() + selfid.WINDOW + timedelta(seconds=1)):
        shoppers.send_code(source=site, contact=PHONE, device=HERS, place="10.0.0.1")
    couriers.settle()


def test_who_proved_the_phone_of_the_paper_form_finds_the_form(site: Source, post: Post) -> None:
    (form,) = told(seen(CARD, PHONE, MAIL, source=site.id))
    api.learn(source=site, traits=[(form, clock.now(), ids.uuid7(), {"first_name": "Мария", "city": "Казань"})])
    (receipt,) = told(seen(CARD, source=site.id))
    masha = enter(site, post, PHONE).shopper
    mine = shoppers.own(shopper=masha)
    assert mine.name == "Мария"
    assert {field.name: field.value for field in mine.fields} == {"first_name": "Мария", "city": "Казань"}
    assert mine.values("phone") == (PHONE[1],)
    assert mine.values("loyalty_card") == (), "the card was not proved yet"
    assert receipt not in [one.profile_id for one in mine.holdings]

    sent = selfid.send_code(source=site, account=masha.contact, card="4276 001")
    known = selfid.confirm_code(source=site, account=masha.contact, proof=sent.proof, code=post.code())
    assert known.linked is True
    mine = shoppers.own(shopper=masha)
    assert mine.values("loyalty_card") == (CARD[1],)
    assert {form, receipt} <= {one.profile_id for one in mine.holdings}


def test_a_stranger_who_typed_her_mail_into_his_order_sees_nothing_of_hers(site: Source, post: Post) -> None:
    (form,) = told(seen(CARD, MAIL, source=site.id))
    api.learn(source=site, traits=[(form, clock.now(), ids.uuid7(), {"first_name": "Мария"})])
    (order,) = told(seen(("phone", "+79169999999"), MAIL, source=site.id))
    stranger = enter(site, post, ("phone", "+79169999999"), HIS).shopper
    assert people(MAIL, ("phone", "+79169999999")) == 1, "identity believes it until somebody proves otherwise"
    theirs = shoppers.own(shopper=stranger)
    assert (theirs.name, theirs.fields) == ("", ())
    # What he typed himself he sees again; nothing may be done with it.
    assert {one.kind for one in theirs.identifiers} == {"phone", "email"}
    assert theirs.values("email") == ()
    assert [one.kind for one in theirs.permissions] == ["phone"] * len(theirs.permissions)
    holdings = {one.profile_id for one in theirs.holdings}
    assert order in holdings
    assert form not in holdings


def test_a_second_contact_proved_while_logged_in_is_the_same_person(site: Source, post: Post) -> None:
    masha = enter(site, post, PHONE).shopper
    enter(site, post, MAIL, beside=masha)
    assert people(PHONE, MAIL) == 1
    assert customer(*PHONE) == customer(*MAIL)
    assert set(shoppers.own(shopper=masha).values("email")) == {MAIL[1]}
    assert city.contradictions(FIRST_POLICY) == []


def test_a_family_tablet_changes_hands_and_joins_nobody(site: Source, post: Post) -> None:
    enter(site, post, PHONE, "tablet")
    enter(site, post, ("phone", "+79165550011"), "tablet")
    assert customer(*PHONE) != customer("phone", "+79165550011")


def test_a_browser_that_is_used_stays_logged_in_and_one_that_is_not_does_not(site: Source, post: Post) -> None:
    entered = enter(site, post, PHONE)
    later = clock.now() + timedelta(days=50)
    with clock.frozen(later):
        assert shoppers.shopper(token=entered.token) is not None
    with clock.frozen(later + timedelta(days=50)):
        assert shoppers.shopper(token=entered.token) is not None
    with clock.frozen(later + timedelta(days=120)):
        assert shoppers.shopper(token=entered.token) is None


def test_erasing_a_customer_logs_every_browser_of_theirs_out(site: Source, post: Post) -> None:
    entered = enter(site, post, PHONE)
    api.erase(uid=entered.shopper.customer.uid, by="Irina")
    assert shoppers.shopper(token=entered.token) is None
    assert sql.scalar("SELECT count(*) FROM customers_session") == 0
