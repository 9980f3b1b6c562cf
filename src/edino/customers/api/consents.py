"""Permissions and preferences of contact points. docs/algorithms/consent.md says what they mean."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings

from edino.channels.types import Source
from edino.customers import events
from edino.customers import queries as identity
from edino.customers.api import reference
from edino.customers.api.resolving import resolve
from edino.customers.errors import NoSuchCustomer, NotTheirs
from edino.customers.queries import consents as queries
from edino.customers.queries import people
from edino.customers.queries.consents import NewConsent, Point
from edino.customers.rules import masking
from edino.customers.rules import permissions as rules
from edino.customers.types import (
    AHEAD,
    CONTACT_KINDS,
    EARLIEST,
    Consent,
    Identifier,
    Permission,
    Sighting,
    Statement,
)
from edino.kernel import clock, ids, log
from edino.kernel.errors import FieldError, Invalid

LARGEST_PROOF: Final = 4096
_encode = msgspec.json.Encoder().encode


def record_consents(
    *, consents: Sequence[Consent], source: Source | None = None, by: str = "", imported: bool = False
) -> int:
    """Add statements to the ledger and their facts to the log, in the caller's transaction; how many were new.

    What a source says of a kind it confirms counts as verified. An imported grant never does: it may fill silence, it
    lifts no refusal. The same statement again changes nothing. A point nobody knows is made if there is a source,
    which may raise `TryAgain`, so call it under `transactions.retried`. Raises `Invalid` naming `consents[0].purpose`.
    """
    _check(consents)
    if not consents:
        return 0
    profiles: dict[Identifier, int | None] = {}
    if source is not None:
        profiles.update(_profiles_by(source, consents))
    wanted = list(dict.fromkeys(consent.identifier for consent in consents))
    known = identity.identifiers(wanted)
    unknown = [item for item in wanted if item not in known]
    if unknown:
        raise NotTheirs(fields=[FieldError("value", "unknown", NotTheirs.__doc__ or "")])
    if source is None:
        found = queries.profiles_for([one.id for one in known.values()])
        profiles = {item: found[one.id] for item, one in known.items()}
    rows: dict[UUID, tuple[NewConsent, Consent]] = {}
    for consent in consents:
        row = _row(consent, known[consent.identifier].id, source, imported)
        rows.setdefault(row.key, (row, consent))
    new = queries.add_consents([row for row, _ in rows.values()], source.id if source else None, by)
    log.append(
        _fact(row, consent.identifier.kind, profiles[consent.identifier], source)
        for key, (row, consent) in rows.items()
        if key in new
    )
    return len(new)


def permissions(*, uid: UUID) -> tuple[Permission, ...]:
    """What each contact point of a customer may be used for, and why; `NoSuchCustomer` for a uid never issued."""
    customer = people.whose(uid)
    if customer is None:
        raise NoSuchCustomer
    return permissions_of(queries.points_of(customer.id))


def permissions_of(points: Sequence[Point]) -> tuple[Permission, ...]:
    """The permissions of points that belong to one customer."""
    masked = [(point.id, point.kind, masking.mask(point.kind, point.value)) for point in points]
    return rules.permissions(masked, statements_of(points), reference.purposes().values())


def may_contact(*, identifier: Identifier, purpose: str, brand: str = "") -> Permission:
    """Whether a contact point may be used now, and why: to be asked at the moment of handing a message over.

    A point nobody knows is silent, unless its refusal outlived an erasure. Raises `Invalid` for an unknown purpose.
    """
    known = reference.purposes().get(purpose)
    if known is None:
        raise Invalid.field("purpose", "unknown", "There is no such purpose.")
    points = queries.points_beside(identifier) or [Point(0, *identifier, shared=False)]
    asked = points[0]
    masked = masking.mask(asked.kind, asked.value)
    return rules.permission((asked.id, asked.kind, masked), statements_of(points), known, brand)


def prefer(
    *, identifier: Identifier, preferences: Mapping[str, Any], at: datetime | None = None, source: Source | None = None
) -> None:
    """Keep how somebody likes to be written to at a contact point: `{"channel": "email", "frequency": "weekly"}`.

    The newest word on each subject stays; null takes one back. `NotTheirs` for a point nobody knows.
    """
    wrong = [
        FieldError(f"preferences.{name[:50]}", "invalid", "A preference has a short name and a short value.")
        for name, value in preferences.items()
        if not 0 < len(name) <= 100 or not name.isprintable() or _too_large(value, 500)
    ]
    if wrong:
        raise Invalid(fields=wrong)
    known = identity.identifiers([identifier]).get(identifier)
    if known is None or known.kind not in CONTACT_KINDS:
        raise NotTheirs(fields=[FieldError("identifier", "unknown", NotTheirs.__doc__ or "")])
    if preferences:
        queries.prefer(known.id, preferences, at or clock.now(), source.id if source else None)


def statements_of(points: Sequence[Point]) -> list[Statement]:
    """What was stated at these points, refusals that outlived an erasure among it."""
    if not points:
        return []
    stated = queries.statements([point.id for point in points])
    by_hash = {keyed(Identifier(point.kind, point.value)): point.id for point in points}
    for digest, purpose, brand, at, verified in queries.suppressed(by_hash):
        key = UUID(bytes=digest[:16])
        stated.append(Statement(by_hash[digest], purpose, brand, "refused", at, verified, key))
    return stated


def keyed(item: Identifier) -> bytes:
    """What still names an erased contact: HMAC-SHA-256 under this installation's secret."""
    text = f"suppression\x00{item.kind}\x00{item.value}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode("utf-8", "surrogatepass"), sha256)


def _profiles_by(source: Source, consents: Sequence[Consent]) -> dict[Identifier, int]:
    sightings = [
        Sighting(
            source.id,
            source.trust,
            (consent.identifier,),
            frozenset({consent.identifier.kind} & source.confirms),
            consent.at,
            ids.uuid7(),
        )
        for consent in consents
    ]
    return {consent.identifier: id_ for consent, id_ in zip(consents, resolve(sightings), strict=True)}


def _row(consent: Consent, identifier: int, source: Source | None, imported: bool) -> NewConsent:
    told = consent.verified or (source is not None and consent.identifier.kind in source.confirms)
    verified = told and not (imported and consent.state == "granted")
    proof = _encode(consent.proof).decode()
    words = (str(source.id if source else 0), str(identifier), consent.purpose, consent.brand, consent.state)
    key = ids.content_id("consent", *words, consent.at.isoformat(), str(verified), proof)
    return NewConsent(key, identifier, consent.purpose, consent.brand, consent.state, consent.at, verified, proof)


def _fact(row: NewConsent, kind: str, profile: int | None, source: Source | None) -> log.Fact:
    body = {"point": row.identifier_id, "kind": kind, "purpose": row.purpose, "brand": row.brand}
    body["verified"] = row.verified
    return log.Fact(events.CONSENT[row.state], "fact", row.at, body, profile, source.id if source else None, row.key)


def _check(consents: Sequence[Consent]) -> None:
    known = reference.purposes()
    latest = clock.now() + AHEAD
    wrong: list[FieldError] = []
    for place, consent in enumerate(consents):
        field = f"consents[{place}]"
        if consent.identifier.kind not in CONTACT_KINDS:
            wrong.append(FieldError(f"{field}.kind", "kind", "No message can be sent to an identifier of this kind."))
        if consent.purpose not in known:
            wrong.append(FieldError(f"{field}.purpose", "unknown", "There is no such purpose."))
        if consent.state not in events.CONSENT:
            wrong.append(FieldError(f"{field}.state", "unknown", "The state is granted, refused or withdrawn."))
        if len(consent.brand) > 100 or not (consent.brand == "" or consent.brand.isprintable()):
            wrong.append(FieldError(f"{field}.brand", "invalid", "This is not a brand."))
        if not EARLIEST <= consent.at <= latest:
            message = "The time lies before 2000 or more than a day ahead."
            wrong.append(FieldError(f"{field}.at", "out_of_range", message))
        if _too_large(consent.proof, LARGEST_PROOF):
            wrong.append(FieldError(f"{field}.proof", "invalid", "A proof is JSON of at most 4 KB."))
    if wrong:
        raise Invalid(fields=wrong)


def _too_large(value: Any, limit: int) -> bool:
    try:
        encoded = _encode(value)
        return len(encoded) > limit or b"\\u0000" in encoded
    except (TypeError, ValueError, RecursionError):
        return True
