"""Shoppers say who they are: a code to the phone on the card's form, a link by mail, the card as a QR code.

Nothing that is known is shown before somebody has proved that the contact is theirs; a card or a contact that nobody
knows gets the same answer in the same time as one that is known. What was proved becomes an act: the strongest claim
that is not a person's verdict.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import segno
from django.conf import settings
from django.utils.translation import gettext, override

from edino.channels.types import Source
from edino.customers import queries
from edino.customers.api.card import person
from edino.customers.api.policies import current_policy, usable
from edino.customers.api.resolving import resolve
from edino.customers.errors import ProofRefused, TooManyProofs
from edino.customers.queries import governing, proofs
from edino.customers.queries import verdicts as statements
from edino.customers.rules.values import Unusable
from edino.customers.types import Identifier, Sighting
from edino.customers.types.proofs import Recognised, Sent
from edino.kernel import clock, couriers, ids, log
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried

CODE_LIVES: Final = timedelta(minutes=10)
LINK_LIVES: Final = timedelta(minutes=30)
KEPT: Final = timedelta(days=1)
WINDOW: Final = timedelta(hours=1)
PER_ACCOUNT: Final = 10
PER_SUBJECT: Final = 5
PER_PLACE: Final = 60
TRIES: Final = 5
CARD: Final = "loyalty_card"
ACCOUNT: Final = "user_id"
CHANNELS: Final = {"phone": "sms", "email": "email"}
CONFIRMED: Final = "customers.confirmed"


def send_code(*, source: Source, account: str | Identifier, card: str, place: str = "", language: str = "en") -> Sent:
    """Send a code to the contact on the form of this card, for the account that asks.

    `account` and `card` are values as given; an account is a user id, or the contact that a shopper has proved.
    `place` is the network address asked from. The answer does not tell whether the card is known. TooManyProofs.
    """
    mine, asked = _account(account), item(CARD, card, "card")
    id_, code = ids.uuid7(), f"{secrets.randbelow(10**6):06}"
    at = clock.now()

    def work() -> tuple[str, str] | None:
        marks = spend(mine, asked, at, place)
        found = proofs.contacts_of_card(asked)
        on_form = [one for one in found if one.id is not None]
        best = max(on_form, key=lambda one: couriers.serves(CHANNELS[one.kind or ""]), default=None)
        proofs.add(
            proofs.NewProof(
                id=id_,
                method="code",
                secret=keyed_hash("code", f"{id_} {code}"),
                source=source.id,
                account=marks[0],
                subject=marks[1],
                place=marks[2],
                card=best.card_id if best else None,
                target=best.id if best else None,
                at=at,
                until=at + CODE_LIVES,
            )
        )
        return (CHANNELS[best.kind or ""], best.value or "") if best else None

    contact = retried(work)
    couriers.soon(partial(bring, contact, partial(code_words, language, code)))
    return Sent(id_, at + CODE_LIVES)


def send_link(*, source: Source, account: str, contact: tuple[str, str], page: str, language: str = "en") -> Sent:
    """Send a link to a contact, a (kind, given value) pair, if somebody is known by it.

    The link leads to `page` of the source's own site with the token after "#", so it reaches no server's log; the page
    gives it back by a POST. It works once, for half an hour, for the account that asked.
    """
    mine, asked = item(ACCOUNT, account, "account"), item(contact[0], contact[1], "contact")
    parts = urlsplit(page)
    if asked.kind not in CHANNELS:
        raise Invalid.field("contact", "kind", "A link is sent to a phone or an e-mail address.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or len(page) > 500:
        raise Invalid.field("page", "url", "The page is a full address of your site, without a fragment.")
    token, at = secrets.token_urlsafe(32), clock.now()
    id_ = ids.uuid7()

    def work() -> tuple[str, str] | None:
        marks = spend(mine, asked, at)
        target = proofs.contact(asked)
        secret = keyed_hash("link", token)
        proofs.add(proofs.NewProof(id_, "link", secret, source.id, *marks, None, target, at, at + LINK_LIVES))
        return (CHANNELS[asked.kind], asked.value) if target else None

    to = retried(work)
    couriers.soon(partial(bring, to, partial(_link_words, language, f"{page}#token={token}")))
    return Sent(id_, at + LINK_LIVES)


def confirm_code(*, source: Source, account: str | Identifier, proof: UUID, code: str) -> Recognised:
    """Give a code back. ProofRefused: it is wrong, late, used, of another account or of a card nobody knows."""
    given = keyed_hash("code", f"{proof} {code.strip()}")
    return _confirm(source, account, lambda: proofs.by_id(proof, source.id), given)


def confirm_link(*, source: Source, account: str, token: str) -> Recognised:
    """Give the token of a link back."""
    given = keyed_hash("link", token.strip())
    return _confirm(source, account, lambda: proofs.by_secret(given, source.id), given)


def card_qr(*, card: str) -> str:
    """The card's number as a QR code, an SVG of its own (ISO/IEC 18004, level M), which any till's scanner reads."""
    image = BytesIO()
    segno.make(item(CARD, card, "card").value, error="m", micro=False).save(image, kind="svg", scale=4, border=4)
    return image.getvalue().decode()


def item(kind: str, given: str, field: str) -> Identifier:
    """A given value as an identifier; `Invalid` names the field."""
    try:
        item = usable(kind, given)
    except Unusable as error:
        raise Invalid.field(field, "unusable", f"This is not one of its kind: {error}.") from error
    if item is None:
        raise Invalid.field(field, "nobody", "This value stands for nobody.")
    return item


def keyed_hash(purpose: str, text: str) -> bytes:
    """Keyed, so that whoever reads the table cannot try all six digits."""
    return blake2b(text.encode(), key=settings.SECRET_KEY.encode()[:64], person=purpose.encode()[:16]).digest()


def _account(given: str | Identifier) -> Identifier:
    return given if isinstance(given, Identifier) else item(ACCOUNT, given, "account")


def spend(account: Identifier, subject: Identifier, at: datetime, place: str = "") -> tuple[bytes, bytes, bytes | None]:
    """Take one of what may be asked for in an hour; the marks of the account, of what it asks about, of the place."""
    asker, about = keyed_hash("account", account.value), keyed_hash("subject", f"{subject.kind} {subject.value}")
    from_ = keyed_hash("place", place) if place else None
    proofs.forget_older(at - KEPT)
    by_account, of_subject, by_place = proofs.asked(asker, about, from_, at - WINDOW)
    if by_account >= PER_ACCOUNT or of_subject >= PER_SUBJECT or by_place >= PER_PLACE:
        raise TooManyProofs
    return asker, about, from_


def bring(contact: tuple[str, str] | None, words: Callable[[], tuple[str, str]]) -> None:
    """Runs apart from the request. The words are put together also when there is nobody to bring them to."""
    subject, text = words()
    if contact:
        couriers.deliver(contact[0], contact[1], subject, text)


def code_words(language: str, code: str) -> tuple[str, str]:
    """Subject and text of a message with a code."""
    with override(language):
        text = gettext("%(code)s is your code. It works for ten minutes. Tell it to nobody, not even to us.")
        return gettext("Your code"), text % {"code": code}


def _link_words(language: str, link: str) -> tuple[str, str]:
    with override(language):
        text = gettext("Follow this link to confirm that it is you: %(link)s\nIt works once, for half an hour.")
        return gettext("Confirm that it is you"), text % {"link": link}


def _confirm(
    source: Source, account: str | Identifier, find: Callable[[], proofs.Proof | None], given: bytes
) -> Recognised:
    mine = _account(account)
    # A wrong try must stay counted, so the refusal is raised after the transaction.
    found = retried(partial(_check, source, mine, find, given))
    if found is None:
        raise ProofRefused
    return found


def _check(
    source: Source, account: Identifier, find: Callable[[], proofs.Proof | None], given: bytes
) -> Recognised | None:
    proof = find()
    at = clock.now()
    if proof is None or proof.used_at or proof.tries >= TRIES or proof.until <= at:
        return None
    genuine = hmac.compare_digest(bytes(proof.secret), given)
    own = hmac.compare_digest(bytes(proof.account), keyed_hash("account", account.value))
    if not (genuine and own) or proof.target_id is None:
        proofs.tried(proof.id)
        return None
    proofs.used(proof.id, at)
    return _link_up(source, account, proof, at)


def _link_up(source: Source, account: Identifier, proof: proofs.Proof, at: datetime) -> Recognised:
    """Claim as an act that account, card and contact are one person's, and see whether they are."""
    wanted = [id_ for id_ in (proof.card_id, proof.target_id) if id_ is not None]
    policy = current_policy()
    items = list({account: None} | {Identifier(node.kind, node.value): None for node, _ in governing.nodes(wanted)})
    items.sort(key=lambda item: -policy.kind(item.kind).weight)
    event = ids.uuid7()
    sighting = Sighting(
        source.id, source.trust, tuple(items), frozenset(item.kind for item in items), at, event, act=True
    )
    (profile,) = resolve([sighting])
    homes = {known.customer_id for known in queries.identifiers(items).values()}
    log.append([log.Fact(CONFIRMED, "fact", at, {"proof": str(proof.id)}, profile, source.id, event)])
    (ref, *_) = statements.refs([queries.identifiers([account])[account].customer_id])
    if len(homes) > 1:
        return Recognised(ref.uid, linked=False, fields={}, identifiers=())
    known = person(uid=ref.uid, reveal=True)
    return Recognised(
        customer=ref.uid,
        linked=True,
        fields={field.name: field.value for field in known.fields},
        identifiers=tuple(
            Identifier(one.kind, one.value or "") for one in known.identifiers if one.kind in {*CHANNELS, CARD}
        ),
    )
