"""Shoppers log in with a code that goes to their phone or e-mail address.

Nobody has a password, and nobody learns from the answers whether a contact is known: a code goes to every contact that
can be one. Who gives it back has proved the contact, and sees of what is known only what stands with something proved:
a profile that merely was joined to theirs (somebody else typed their e-mail into an order) stays hidden.
"""

import hmac
import secrets
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from edino.channels.types import Source
from edino.customers import queries
from edino.customers.api import consents, reference
from edino.customers.api.card import identifier_views
from edino.customers.api.resolving import resolve
from edino.customers.api.selfid import CHANNELS, CODE_LIVES, TRIES, bring, code_words, item, keyed_hash, spend
from edino.customers.errors import ProofRefused
from edino.customers.queries import people, proofs
from edino.customers.queries import shoppers as sessions
from edino.customers.queries.consents import Point
from edino.customers.queries.people import HeldProfile
from edino.customers.rules import survivorship
from edino.customers.types import CONTACT_KINDS, CustomerRef, Holding, Identifier, Sighting
from edino.customers.types.proofs import Sent
from edino.customers.types.shoppers import LoggedIn, Own, Shopper
from edino.kernel import clock, couriers, ids, log
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried

KEPT: Final = timedelta(days=60)
"""A browser stays logged in so long after it was last used."""
LONGEST: Final = timedelta(days=365)
_FRESH: Final = timedelta(hours=12)
LOGGED_IN: Final = "customers.logged_in"


def send_code(*, source: Source, contact: tuple[str, str], device: str, place: str = "", language: str = "en") -> Sent:
    """Send a code to a contact, a (kind, given value) pair, known or not; `TooManyProofs` after too many.

    `device` is the browser that asks, `place` its network address: the code can be given back only by this browser,
    and all three are counted (five codes an hour for a contact, ten for a browser, sixty for a place).
    """
    asked, browser = _contact(contact), item("device", device, "device")
    id_, code, at = ids.uuid7(), f"{secrets.randbelow(10**6):06}", clock.now()

    def work() -> None:
        asker, about, from_ = spend(browser, asked, at, place)
        secret = keyed_hash("login", f"{id_} {code}")
        proofs.add(
            proofs.NewProof(id_, "login", secret, source.id, asker, about, from_, None, None, at, at + CODE_LIVES)
        )

    retried(work)
    to = (CHANNELS[asked.kind], asked.value)
    couriers.soon(partial(bring, to, partial(code_words, language, code)))
    return Sent(id_, at + CODE_LIVES)


def log_in(
    *, source: Source, contact: tuple[str, str], proof: UUID, code: str, device: str, beside: Shopper | None = None
) -> LoggedIn:
    """Give a code back. `ProofRefused`: it is wrong, late, used, of another contact or of another browser.

    `beside` is who is logged in already and proves a second contact: both become one customer's by an act.
    """
    asked, browser = _contact(contact), item("device", device, "device")
    found = retried(lambda: _check(proof, code, _Asking(source, asked, browser, beside)))
    # A wrong try must stay counted, so the refusal is raised after the transaction.
    if found is None:
        raise ProofRefused
    return found


def shopper(*, token: str) -> Shopper | None:
    """Whose browser shows this secret; None when nobody's, or no longer."""
    if not token or len(token) > 100:
        return None
    at, mark = clock.now(), keyed_hash("session", token)
    row = sessions.session(mark, at)
    if row is None:
        return None
    if at - row.seen_at > _FRESH:
        sessions.keep_session(mark, at, at + KEPT, LONGEST)
    who = Identifier(row.kind, row.value)
    return Shopper(who, row.identifier_id, row.profile_id, CustomerRef(row.customer_id, row.uid), row.until)


def log_out(*, token: str) -> None:
    """End the session of this secret."""
    sessions.end_session(keyed_hash("session", token))


def own(*, shopper: Shopper) -> Own:
    """What a shopper may see of what is known of him: only what stands with something proved."""
    proved = sessions.proved(shopper.identifier_id)
    held = [one for one in people.holdings(shopper.customer.id) if proved.intersection(one.identifier_ids)]
    standing = proved.union(*(one.identifier_ids for one in held))
    identifiers = [
        one for one in people.identifiers_of(shopper.customer.id, []) if one.id in standing and one.kind != "device"
    ]
    points = [
        Point(one.id, one.kind, one.value, one.shared)
        for one in identifiers
        if one.kind in CONTACT_KINDS and one.id in proved
    ]
    fields = survivorship.project(people.traits_of(held), reference.field_rules(), reference.trust())
    return Own(
        name=survivorship.full_name({field.name: field.value for field in fields}),
        fields=tuple(fields),
        identifiers=identifier_views(identifiers, held, reveal=True),
        proved=frozenset(proved),
        permissions=consents.permissions_of(points),
        holdings=_holdings(held),
    )


def _contact(given: tuple[str, str]) -> Identifier:
    if given[0] not in CHANNELS:
        raise Invalid.field("contact", "kind", "A code is sent to a phone or an e-mail address.")
    return item(given[0], given[1], "contact")


def _holdings(held: list[HeldProfile]) -> tuple[Holding, ...]:
    return tuple(Holding(profile.id, profile.since, profile.until) for profile in held)


class _Asking(NamedTuple):
    """Who gives a code back: through what, for which contact, in which browser, beside whom."""

    source: Source
    contact: Identifier
    browser: Identifier
    beside: Shopper | None


def _check(id_: UUID, code: str, asking: _Asking) -> LoggedIn | None:
    source, contact, browser, _ = asking
    proof, at = proofs.by_id(id_, source.id, "login"), clock.now()
    if proof is None or proof.used_at or proof.tries >= TRIES or proof.until <= at:
        return None
    genuine = hmac.compare_digest(bytes(proof.secret), keyed_hash("login", f"{id_} {code.strip()}"))
    own_ = hmac.compare_digest(bytes(proof.account), keyed_hash("account", browser.value))
    about = hmac.compare_digest(bytes(proof.subject), keyed_hash("subject", f"{contact.kind} {contact.value}"))
    if not (genuine and own_ and about):
        proofs.tried(proof.id)
        return None
    proofs.used(proof.id, at)
    return _open(*asking)


def _open(source: Source, contact: Identifier, browser: Identifier, beside: Shopper | None) -> LoggedIn:
    """Claim what was proved, and log the browser in."""
    at, event = clock.now(), ids.uuid7()
    together = (contact,) if beside is None or beside.contact == contact else _strongest(contact, beside.contact)
    kinds = frozenset(one.kind for one in together)
    sightings = [
        Sighting(source.id, source.trust, together, kinds, at, event, act=True),
        # The browser is a thing that goes from hand to hand: this says who has it now, and joins nobody.
        Sighting(source.id, source.trust, (contact, browser), frozenset({contact.kind, browser.kind}), at, event),
    ]
    if len(together) > 1:
        sightings.append(Sighting(source.id, source.trust, (contact,), frozenset({contact.kind}), at, event, act=True))
    profile = resolve(sightings)[-1 if len(together) > 1 else 0]
    log.append([log.Fact(LOGGED_IN, "fact", at, {"contact": contact.kind}, profile, source.id, event)])
    token = secrets.token_urlsafe(32)
    sessions.end_old_sessions(at)
    sessions.add_session(
        token=keyed_hash("session", token),
        identifier=queries.identifiers([contact])[contact].id,
        profile=profile,
        source=source.id,
        at=at,
        until=at + KEPT,
    )
    who = shopper(token=token)
    if who is None:
        raise RuntimeError("a session that was just opened is not there")
    return LoggedIn(token, who)


def _strongest(*items: Identifier) -> tuple[Identifier, ...]:
    order = list(CHANNELS)  # the phone before the e-mail address, as in the rules of identity
    return tuple(sorted(items, key=lambda one: (order.index(one.kind), one.value)))
