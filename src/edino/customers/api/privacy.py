"""Handing over, erasing and making nameless. docs/algorithms/consent.md, "erasure", says what stays and why."""

from collections.abc import Sequence
from typing import Any, Final, Literal
from uuid import UUID

from edino.customers import events
from edino.customers.api import card, consents, replaying
from edino.customers.api.policies import current_policy
from edino.customers.api.reference import purposes
from edino.customers.errors import NotTheirs
from edino.customers.queries import consents as ledger
from edino.customers.queries import people
from edino.customers.queries import privacy as queries
from edino.customers.queries import shoppers as sessions
from edino.customers.queries.consents import Point
from edino.customers.queries.privacy import Suppressed
from edino.customers.rules import permissions as rules
from edino.customers.types import CONTACT_KINDS, Holding, Identifier, IdentifierView, Person
from edino.kernel import clock, log
from edino.kernel.errors import FieldError
from edino.kernel.registry import erasers, exporters

How = Literal["erased", "anonymised"]
FORMAT: Final = "edino.customer/1"


def export(*, uid: UUID) -> dict[str, Any]:
    """All that is held of a customer as JSON, from every domain; the caller has checked the right and audits it."""
    person = card.person(uid=uid, reveal=True)
    values = {one.id: {"kind": one.kind, "value": one.value} for one in person.identifiers}
    own = [one.id for one in person.identifiers]
    held = [
        {"at": at, "type": type_, "source": source, "body": body}
        for at, type_, source, body in queries.events(person.holdings)
    ]
    return {
        "format": FORMAT,
        "exported_at": clock.now(),
        "customer": {"id": person.uid, "since": person.since, "seen_at": person.seen_at, "stage": person.stage.code},
        "identifiers": [
            {
                **values[one.id],
                "verified": one.verified,
                "shared": one.shared,
                "since": one.since,
                "sources": one.source_ids,
            }
            for one in person.identifiers
        ],
        "fields": [
            {
                "name": field.name,
                "value": field.value,
                "source": field.said.source_id,
                "at": field.said.at,
                "others": [{"value": one.value, "source": one.source_id, "at": one.at} for one in field.others],
            }
            for field in person.fields
        ],
        "consents": [
            {**values[row.identifier_id], **{name: getattr(row, name) for name in row._fields[1:]}}
            for row in ledger.ledger(own)
        ],
        "preferences": [
            {**values[one.point], "name": one.name, "setting": one.value, "at": one.at} for one in person.preferences
        ],
        "claims": [
            {"together": [values[a], values[b]], "source": source, "verified": verified, "first": first, "last": last}
            for a, b, source, verified, first, last in queries.claims_of(own)
        ],
        "events": held,
        **{name: offer(person.holdings) for name, offer in exporters},
    }


def erase(*, uid: UUID, identifiers: Sequence[Identifier] = (), by: str, keep_together: bool = False) -> int:
    """Take away everything personal of a customer, or of the half that these identifiers are; how many values went.

    Values, fields, words, consents, preferences and the claims between the identifiers go; facts of the log stay and
    are nobody's. `keep_together` leaves the claims, so that numbers per customer stay true: nameless, not scattered.
    What was granted counts as withdrawn and, with every refusal, is kept under a keyed hash of the contact. In the
    caller's transaction; may raise `TryAgain`. `NotTheirs` when an identifier is not this customer's.
    """
    person = card.person(uid=uid, reveal=True)
    queries.lock_customer(person.id)
    person = card.person(uid=uid, reveal=True)
    going = _going(person, identifiers)
    ids = [one.id for one in going]
    if not ids:
        return 0
    whole = len(ids) == len([one for one in person.identifiers if not (one.shared or one.lent)])
    own = _holdings(person, ids, whole=whole)
    for _name, erase_there in erasers:
        erase_there(own)
    _remember_refusals(going)
    queries.forget_traits(own)
    touched = queries.partners(ids) | set(ids) if not keep_together else set()
    if not keep_together:
        queries.forget_claims(ids)
    sessions.end_sessions_of(ids)
    queries.forget_points(ids, [one.profile_id for one in own if one.since is None], [person.id])
    if touched:
        replaying.replay(touched | {one.id for one in person.identifiers}, current_policy())
    how: How = "anonymised" if keep_together else "erased"
    at = clock.now()
    queries.add_erasure(person.id, how, (len(ids), len(own)), by, at)
    body = {"customer": person.id, "how": how, "identifiers": len(ids), "profiles": len(own)}
    log.append([log.Fact(events.ERASED, "fact", at, body)])
    return len(ids)


def _going(person: Person, asked: Sequence[Identifier]) -> list[IdentifierView]:
    """The identifiers to erase. What is shared, or lent from hand to hand, is not this customer's alone, and stays."""
    own = [one for one in person.identifiers if not (one.shared or one.lent)]
    if not asked:
        return own
    wanted = set(asked)
    going = [one for one in own if Identifier(one.kind, one.value or "") in wanted]
    if len(going) < len(wanted):
        raise NotTheirs(fields=[FieldError("identifiers", "not_theirs", NotTheirs.__doc__ or "")])
    return going


def _holdings(person: Person, ids: Sequence[int], *, whole: bool) -> list[Holding]:
    """The holdings that go: all of them, or those of profiles that stand on an erased identifier."""
    if whole:
        return list(person.holdings)
    anchored = people.anchored_on(ids)
    return [one for one in person.holdings if one.profile_id in anchored]


def _remember_refusals(going: Sequence[IdentifierView]) -> None:
    points = [Point(one.id, one.kind, one.value or "", shared=False) for one in going if one.kind in CONTACT_KINDS]
    if not points:
        return
    at = clock.now()
    rows: list[Suppressed] = []
    for point in points:
        own = consents.statements_of([point])
        digest = consents.keyed(Identifier(point.kind, point.value))
        for purpose, brand in sorted({(one.purpose, one.brand) for one in own}):
            verdict = rules.decide(point.id, own, purpose, brand)
            if verdict.state == "refused" and verdict.by:
                rows.append(Suppressed(digest, purpose, brand, verdict.by.at, verdict.by.verified))
            elif not purposes()[purpose].silent_allows:
                rows.append(Suppressed(digest, purpose, brand, at, verified=False))
    if rows:
        queries.suppress(rows)
