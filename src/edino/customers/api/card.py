"""One customer put together: who, how we know, what may be done, where in life. Nine statements, each by an index."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from edino.customers.api import consents, reference
from edino.customers.errors import NoSuchCustomer
from edino.customers.queries import consents as ledger
from edino.customers.queries import people as queries
from edino.customers.queries.consents import Point
from edino.customers.queries.people import HeldProfile, OwnIdentifier
from edino.customers.rules import masking, stages, survivorship
from edino.customers.types import (
    CONTACT_KINDS,
    REACHED_BY,
    FieldView,
    Holding,
    IdentifierView,
    Permission,
    Person,
    PreferenceView,
    Reach,
    StageView,
    Steps,
)
from edino.kernel import clock


def person(*, uid: UUID, reveal: bool = False) -> Person:
    """A customer by any uid ever issued; `NoSuchCustomer` for one that never was.

    Names, values and contacts are masked unless `reveal`; who asks for that writes the trail.
    """
    customer = queries.whose(uid)
    if customer is None:
        raise NoSuchCustomer
    head = queries.customers_by_id([customer.id])[customer.id]
    held = queries.holdings(customer.id)
    seen = sorted({id_ for profile in held for id_ in profile.identifier_ids})
    identifiers = queries.identifiers_of(customer.id, seen)
    points = [
        Point(one.id, one.kind, one.value, one.shared)
        for one in identifiers
        if one.kind in CONTACT_KINDS and one.customer_id == customer.id
    ]
    permissions = consents.permissions_of(points)
    steps = _steps(held)
    fields = survivorship.project(queries.traits_of(held), reference.field_rules(), reference.trust())
    name = survivorship.full_name({field.name: field.value for field in fields})
    return Person(
        id=head.id,
        uid=head.uid,
        epoch=head.epoch,
        revealed=reveal,
        name=name if reveal else masking.mask_name(name),
        since=min((profile.first_at for profile in held), default=head.born_at),
        seen_at=steps.seen_at,
        erased=head.erased,
        fields=tuple(fields if reveal else map(_masked, fields)),
        identifiers=identifier_views(identifiers, held, reveal=reveal),
        permissions=permissions,
        preferences=_preferences(points),
        stage=stage(steps),
        reach=_reach(identifiers, permissions),
        holdings=tuple(Holding(profile.id, profile.since, profile.until) for profile in held),
    )


def stage(steps: Steps) -> StageView:
    """The stage now."""
    return stages.stage(steps, clock.now())


def _steps(held: Sequence[HeldProfile]) -> Steps:
    known = queries.steps_of([profile.id for profile in held]) if held else {}
    parts: list[Steps] = []
    for profile in held:
        parts.append(Steps(first_at=_inside(profile.first_at, profile)))
        steps = known.get(profile.id)
        if steps:
            moments = {name: _inside(getattr(steps, name), profile) for name in Steps.__dataclass_fields__}
            parts.append(Steps(**moments))
    return stages.together(parts)


def _inside(at: datetime | None, profile: HeldProfile) -> datetime | None:
    """A moment if the thing was with this customer then."""
    before = at is None or (profile.since is not None and at < profile.since)
    return None if before or (profile.until is not None and at is not None and at >= profile.until) else at


def _masked(field: FieldView) -> FieldView:
    value = masking.mask_field(field.name, field.value)
    said = replace(field.said, value=value)
    others = tuple(replace(other, value=masking.mask_field(field.name, other.value)) for other in field.others)
    return replace(field, value=value, said=said, others=others)


def identifier_views(
    identifiers: Iterable[OwnIdentifier], held: Iterable[HeldProfile], *, reveal: bool
) -> tuple[IdentifierView, ...]:
    """Identifiers as the reader may see them, each with the sources that saw it."""
    sources: dict[int, set[int]] = {}
    for profile in held:
        for id_ in profile.identifier_ids:
            sources.setdefault(id_, set()).add(profile.source_id)
    return tuple(
        IdentifierView(
            one.id,
            one.kind,
            masking.mask(one.kind, one.value),
            one.value if reveal else None,
            one.login,
            one.shared,
            one.lent,
            one.created_at,
            tuple(sorted(sources.get(one.id, ()))),
        )
        for one in identifiers
    )


def _preferences(points: Sequence[Point]) -> tuple[PreferenceView, ...]:
    if not points:
        return ()
    by_id = {point.id: point for point in points}
    return tuple(
        PreferenceView(id_, by_id[id_].kind, masking.mask(by_id[id_].kind, by_id[id_].value), name, value, at)
        for id_, name, value, at in ledger.preferences(by_id)
    )


def _reach(identifiers: Sequence[OwnIdentifier], permissions: Sequence[Permission]) -> tuple[Reach, ...]:
    """Each channel with the points through which advertising may go, or the reason why none."""
    marketing = {one.point: one for one in permissions if one.purpose == "marketing" and one.brand == ""}
    reach = []
    for channel, kind in REACHED_BY.items():
        points = [one for one in identifiers if one.kind == kind]
        own = [marketing[one.id] for one in points if not one.shared and not one.lent and one.id in marketing]
        open_ = sum(one.allowed for one in own)
        if open_:
            reach.append(Reach(channel, kind, allowed=True, why="", points=open_))
        elif not points:
            reach.append(Reach(channel, kind, allowed=False, why="no_point", points=0))
        elif not own:
            reach.append(Reach(channel, kind, allowed=False, why="shared", points=0))
        else:
            why: Literal["refused", "silent"] = "refused" if any(one.state == "refused" for one in own) else "silent"
            reach.append(Reach(channel, kind, allowed=False, why=why, points=0))
    return tuple(reach)
