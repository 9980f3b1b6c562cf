"""Splitting a customer: choose what goes apart, see in numbers what that does, do it, take it back."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.activity import api as activity
from edino.customers import api as customers
from edino.customers.api import wording
from edino.customers.types.verdicts import Why
from edino.kernel.errors import NotFound, Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest

JUST_SPLIT = "customer_just_split"


@staff.requires("customers.split")
def split(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The dialog, and what it does."""
    if request.method != "POST":
        why = customers.why(customer=uid)
        parts = [(one.id, wording.kind(one.kind), one.masked, one.first_at) for one in why.members if not one.shared]
        context = {"title": _("Split the customer"), "parts": parts, "uid": why.customer.uid}
        return render(request, "faces/split.html", context)
    reason = request.POST.get("reason", "").strip()
    stays = {one.id for one in customers.person(uid=uid).identifiers} - set(_chosen(request))
    try:
        outcome = customers.split(customer=uid, identifiers=_chosen(request), reason=reason, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.fields[0].text if refusal.fields else refusal.text)
    else:
        uid = _most_of(stays, [ref.uid for ref in outcome.customers])
        others = [str(ref.uid) for ref in outcome.customers if ref.uid != uid]
        request.session[JUST_SPLIT] = {"uid": str(uid), "decision": outcome.decision, "others": others}
    return redirect("customer", uid=uid)


@staff.requires("customers.split")
@require_POST
def told(request: StaffRequest, uid: UUID) -> HttpResponse:
    """What the chosen split would do, in numbers."""
    why = customers.why(customer=uid)
    chosen = set(_chosen(request)) & {member.id for member in why.members}
    context: dict[str, Any] = {"chosen": len(chosen), "all": len(chosen) == len(why.members)}
    if chosen and not context["all"]:
        going = [fragment.profile for fragment in why.fragments if fragment.anchor in chosen]
        events, orders = activity.amounts(profiles=going)
        rest = [member.id for member in why.members if member.id not in chosen]
        context |= {"fragments": len(going), "whole": len(why.fragments), "events": events, "orders": orders}
        context["parts"] = _pieces(why, rest) + _pieces(why, chosen)
    return render(request, "faces/_split_told.html", context)


@staff.requires("customers.split")
@require_POST
def undo(request: StaffRequest, uid: UUID, what: str, decision: int) -> HttpResponse:
    """Take a split or a join back; afterwards the claims decide again."""
    if what not in {"split", "join"}:
        raise NotFound
    take_back = customers.unsplit if what == "split" else customers.unjoin
    try:
        take_back(decision=decision, reason=_("taken back on the card"), by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("Taken back. What the sources say decides again."))
    return redirect("customer", uid=uid)


def just_split(request: StaffRequest, uid: UUID) -> dict[str, Any] | None:
    """What was split a moment ago on this card, told once."""
    done = request.session.get(JUST_SPLIT)
    if not done or done["uid"] != str(uid):
        return None
    del request.session[JUST_SPLIT]
    undo_url = reverse("customer_undo", args=[uid, "split", done["decision"]])
    return {"others": [reverse("customer", args=[other]) for other in done["others"]], "undo": undo_url}


def _chosen(request: StaffRequest) -> list[int]:
    return [int(value) for value in request.POST.getlist("part") if value.isdecimal() and len(value) < 19]


def _most_of(identifiers: set[int], uids: Sequence[UUID]) -> UUID:
    """The customer who has most of what was not sent away: whoever looks at a card goes on looking at that person."""
    return max(uids, key=lambda uid: len(identifiers & {one.id for one in customers.person(uid=uid).identifiers}))


def _pieces(why: Why, members: Iterable[int]) -> int:
    """Into how many customers these identifiers fall when only links among them count."""
    left = set(members)
    near: dict[int, set[int]] = {id_: set() for id_ in left}
    for member in why.members:
        for link in member.links:
            if not link.refused and link.identifier in left and link.other in left:
                near[link.identifier].add(link.other)
                near[link.other].add(link.identifier)
    pieces = 0
    while left:
        pieces += 1
        front = {left.pop()}
        while front:
            front = set().union(*(near[id_] for id_ in front)) & left
            left -= front
    return pieces
