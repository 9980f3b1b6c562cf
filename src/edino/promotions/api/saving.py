"""Making and changing promotions: every change is a version, and turns a page of the book."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from edino.catalogue.types.prices import ChannelRule
from edino.channels.types import Source
from edino.kernel import clock, holds, log
from edino.kernel.ids import uuid7
from edino.promotions import events
from edino.promotions.api.quoting import BUDGET, USES
from edino.promotions.errors import CodeTaken, NoSuchPromotion, WrongPromotion
from edino.promotions.queries import promotions as queries
from edino.promotions.rules.codes import spelled
from edino.promotions.rules.documents import from_document, to_document, wrong
from edino.promotions.types import Definition, PromotionInput, PromotionView, Redemption, State
from edino.staff import api as staff
from edino.staff.types import Actor, Person

Hand = Person | Actor | Source


def save_promotion(*, promotion: PromotionInput, by: Hand) -> PromotionView:
    """Make a promotion, or add a version to the one of this code; told the same again, nothing changes.

    `WrongPromotion` names everything that is wrong with it.
    """
    definition = promotion.definition
    problems = wrong(definition)
    if problems:
        raise WrongPromotion(fields=problems)
    document = to_document(definition)
    now = clock.now()
    with transaction.atomic():
        known = queries.locked(promotion.code) if promotion.code else None
        if known is None:
            id_, number = _add(promotion, document, by), 1
        elif known.definition == document and known.state == promotion.state:
            return promotion_view(id_=known.id)
        else:
            id_, number = known.id, known.version + (known.definition != document)
            if known.definition != document:
                queries.add_version(id_, number, document, author=by.name, at=now)
            queries.change(id_, state=promotion.state, version=number, at=now)
        _set_limits(id_, definition)
        queries.turn_page()
        view = promotion_view(id_=id_)
        _tell(view, by)
    return view


def set_promotion_state(*, uid: UUID, state: State, by: Hand) -> PromotionView:
    """Let a promotion run, pause it, or end it; what orders got of it stays theirs."""
    with transaction.atomic():
        view = promotion(uid=uid)
        known = queries.locked(view.code)
        if known is not None and known.state != state:
            queries.change(known.id, state=state, version=known.version, at=clock.now())
            queries.turn_page()
            view = promotion(uid=uid)
            _tell(view, by)
    return view


def promotion(*, uid: UUID | None = None, code: str = "") -> PromotionView:
    """A promotion by its public id or its code."""
    found = queries.promotions(uid=uid, code=code) if uid or code else []
    if not found:
        raise NoSuchPromotion
    return _view(found[0])


def promotion_view(*, id_: int) -> PromotionView:
    """A promotion by its inner id."""
    found = queries.promotions(id_=id_)
    if not found:
        raise NoSuchPromotion
    return _view(found[0])


def promotions() -> list[PromotionView]:
    """Every promotion: those that run first, then by their last change."""
    return [_view(one) for one in queries.promotions()]


def versions(*, uid: UUID) -> Sequence[queries.VersionRow]:
    """Every version of a promotion, newest first."""
    return queries.versions(promotion(uid=uid).id)


def redemptions(*, uid: UUID, limit: int = 100) -> list[Redemption]:
    """What a promotion took off in orders, newest first."""
    return queries.redemptions(promotion(uid=uid).id, limit)


def channel_rules() -> list[ChannelRule]:
    """Promotions that run in some channels only, for the parity report."""
    return [
        ChannelRule(
            name=one.definition.name,
            channels=tuple(sorted(one.definition.channels)),
            reason=one.definition.channel_reason,
            author=one.author,
            since=one.changed_at,
            url_name="promotion",
            key=str(one.uid),
        )
        for one in promotions()
        if one.state == "active" and one.definition.channels
    ]


def _add(told: PromotionInput, document: dict[str, Any], by: Hand) -> int:
    now, uid = clock.now(), uuid7()
    code = told.code.strip() or f"P-{spelled(uid.bytes[-6:])}"
    id_ = queries.add(uid, code, told.state, now)
    if id_ is None:
        raise CodeTaken
    queries.add_version(id_, 1, document, author=by.name, at=now)
    return id_


def _set_limits(id_: int, definition: Definition) -> None:
    """Open the capacities of its limits, or bring their totals to what they should be; used uses stay used."""
    for kind, limit in ((USES, definition.uses), (BUDGET, definition.budget)):
        known = {row[0]: row for row in queries.limit_totals(id_)}
        if kind not in known:
            if limit is not None:
                holds.open_capacities(kind, [(id_, limit, 0)])
            continue
        _, capacity, total = known[kind]
        if limit is not None and limit != total:
            holds.change_totals([(capacity, limit - total)], happened=True)


def _tell(view: PromotionView, by: Hand) -> None:
    who = Actor(by.name) if isinstance(by, Source) else by
    staff.audit(
        actor=who,
        operation="promotions.edit",
        subject=("promotion", view.code),
        detail={"version": view.version, "state": view.state},
    )
    body = {"promotion": view.code, "version": view.version, "state": view.state}
    source = by.id if isinstance(by, Source) else None
    log.append([log.Fact(events.PROMOTION_CHANGED, "fact", clock.now(), body, source_id=source)])


def _view(one: queries.Listed) -> PromotionView:
    return PromotionView(
        id=one.id,
        uid=one.uid,
        code=one.code,
        state=one.state,  # type: ignore[arg-type]  # a CHECK of the table
        version=one.version,
        definition=from_document(one.definition),
        author=one.author,
        changed_at=one.changed_at,
        redemptions=one.redemptions,
        discount=one.discount,
    )
