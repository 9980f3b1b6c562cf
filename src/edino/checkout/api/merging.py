"""Anonymous becomes known: whose a cart is, how two carts of one customer become one, and how that is taken back."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from edino.checkout import events, rules
from edino.checkout.api.carts import RESERVED_FOR, stored
from edino.checkout.errors import BeingBought, CartClosed
from edino.checkout.queries import carts as queries
from edino.checkout.types import MOST, POLICIES, Adopted, Cart, Contact, Hand, Policy
from edino.kernel import clock, holds, log
from edino.kernel.errors import Invalid
from edino.kernel.transactions import TryAgain, retried

LOG: Final = Hand("source", "edino")


def usual_policy() -> Policy:
    """What the installation does when two carts of one customer meet: EDINO_CART_MERGE, else the greater quantity."""
    told = os.environ.get("EDINO_CART_MERGE", "max")
    return told if told in POLICIES else "max"


def adopt(*, uid: UUID, profile_id: int, by: Hand, policy: Policy | None = None) -> Adopted:
    """Give a cart to the customer of a profile. Another open cart of his becomes one with it, by the policy.

    The older cart goes on. Doing it again changes nothing.
    """
    chosen = policy or usual_policy()
    if chosen not in POLICIES:
        raise Invalid.field("policy", "unknown", "Carts are merged by max, sum or ask.")
    return retried(lambda: _adopt(uid, profile_id, by, chosen))


def _adopt(uid: UUID, profile_id: int, by: Hand, policy: Policy) -> Adopted:
    found = _open(stored(uid=uid).uid)
    if found.profile_id is None:
        found = _write(found, replace(found, profile_id=profile_id), by, "adopted", {})
    others = [other for other in queries.live_of_profile(profile_id) if other != found.uid]
    if not others:
        return Adopted(found.uid, policy, None, {}, None)
    if policy == "ask":
        return Adopted(found.uid, policy, None, {}, others[0])
    return merge(found.uid, others[0], by=by, policy=policy)


def merge(one: UUID, other: UUID, *, by: Hand, policy: Policy) -> Adopted:
    """Two open carts become one, in the caller's transaction. Holds go over without a moment in which they are free."""
    first, second = sorted([one, other])
    both = sorted([_open(first), _open(second)], key=lambda cart: cart.id)
    kept, gone = both
    lines = rules.merged(kept.lines, gone.lines, policy, MOST)
    brought = rules.added(kept.lines, lines)
    after = replace(
        kept,
        lines=lines,
        codes=rules.united(kept.codes, gone.codes),
        delivery=kept.delivery or gone.delivery,
        contact=kept.contact if kept.contact != Contact() else gone.contact,
        profile_id=kept.profile_id if kept.profile_id is not None else gone.profile_id,
        reserve=kept.reserve or gone.reserve,
    )
    at = clock.now()
    detail = {"from": str(gone.uid), "policy": policy, "brought": brought}
    _write(kept, after, by, "merged", detail)
    _write(gone, replace(gone, state="merged", merged_into=kept.uid), by, "gone", {"into": str(kept.uid)})
    holds.hand_over(holds.Owner("cart", gone.uid), holds.Owner("cart", kept.uid), until=at + RESERVED_FOR)
    body = {"cart": str(kept.uid), "absorbed": str(gone.uid), "policy": policy, "brought": brought}
    log.append([_fact(events.MERGED, kept, at, body)])
    return Adopted(kept.uid, policy, gone.uid, brought, None)


def part(absorbed: UUID, survivor: UUID) -> None:
    """Take a merge back: the absorbed cart opens as it was, the survivor gives back what the merge had added."""
    first, second = sorted([absorbed, survivor])
    locked = {uid: queries.cart(uid, locked=True) for uid in (first, second)}
    gone, kept = locked[absorbed], locked[survivor]
    if gone is None or kept is None or gone.state != "merged" or kept.state != "open":
        return
    brought = queries.brought(absorbed, survivor).get("brought", {})
    _write(kept, replace(kept, lines=rules.given_back(kept.lines, brought)), LOG, "parted", {"from": str(absorbed)})
    _write(gone, replace(gone, state="open", merged_into=None), LOG, "restored", {"from": str(survivor)})
    at = clock.now()
    log.append([_fact(events.PARTED, kept, at, {"cart": str(survivor), "restored": str(absorbed)})])


def gather(customer_id: int) -> None:
    """After two customers became one: their open carts become one too, unless the shopper is to be asked."""
    policy = usual_policy()
    if policy == "ask":
        return
    live = queries.live_of_customer(customer_id)
    for other in live[1:]:
        merge(live[0], other, by=LOG, policy=policy)


def scatter(customers: list[int]) -> None:
    """After a customer became several: merges between carts of those who are apart now are taken back."""
    for absorbed, survivor in queries.parted(customers):
        part(absorbed, survivor)


def _open(uid: UUID) -> Cart:
    found = queries.cart(uid, locked=True)
    if found is None or found.state != "open":
        raise BeingBought if found is not None and found.state == "buying" else CartClosed
    return found


def _write(before: Cart, after: Cart, by: Hand, what: str, detail: Mapping[str, Any]) -> Cart:
    version = queries.write(before, after, by, what=what, detail=detail, at=clock.now())
    if version is None:
        raise TryAgain
    return replace(after, version=version)


def _fact(type_: str, cart: Cart, at: datetime, body: dict[str, Any]) -> log.Fact:
    return log.Fact(type_, "fact", at, body, cart.profile_id, cart.source_id)
