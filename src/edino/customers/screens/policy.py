"""The rules of identity: versions, what a change would do before it is switched on, values nobody is known by."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.customers.api import current_policy, governing, wording
from edino.customers.types import Kind, Policy
from edino.customers.types.governing import PolicyVersion
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Back, Status
from edino.ui.whole import whole

_NUMBERS: Final = ("weight", "limit", "partners")


@staff.requires("customers.policy")
def policy(request: StaffRequest) -> HttpResponse:
    versions = governing.policy_versions()
    in_force = next(one for one in versions if one.in_force)
    newest = max((one.policy.version for one in versions if one.activated_at), default=0)
    return screen.page(
        request,
        "customers/policy.html",
        title=_("Rules of joining"),
        lead=_(
            "Which identifiers make two customers one. A change is tried on the live data before it is switched on."
        ),
        primary=Action(_("New version"), reverse("policy_new"), icon="plus", tone="primary"),
        kinds=_kinds(in_force.policy),
        bound=in_force.policy.bound,
        versions=[(one, _state(one), _preview(one, newest)) for one in versions],
        blocked=[(one, wording.kind(one.kind)) for one in governing.blocked_values()],
        choices=[("*", _("any kind")), *((code, wording.kind(code)) for code in in_force.policy.kinds)],
    )


@staff.requires("customers.policy")
def new(request: StaffRequest) -> HttpResponse:
    """A new version, from the rules in force."""
    base = current_policy()
    given: Mapping[str, str] = request.POST.dict() if request.method == "POST" else {}
    refusal = None
    if request.method == "POST":
        try:
            saved = governing.save_policy(
                kinds=_given(base, request.POST), bound=_whole(given.get("bound")), by=request.staff
            )
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("Version %(number)d is saved. It does nothing until it is switched on.")
                             % {"number": saved.version})  # fmt: skip
            return redirect("policy")
    rows = [
        (
            kind,
            wording.kind(kind.code),
            [(name, given.get(f"{kind.code}.{name}", getattr(kind, name))) for name in _NUMBERS],
        )
        for kind in base.kinds.values()
    ]
    return screen.page(
        request,
        "customers/policy_new.html",
        title=_("New version of the rules"),
        back=Back(_("Rules of joining"), reverse("policy")),
        status=422 if refusal else 200,
        rows=rows,
        bound=given.get("bound", base.bound),
        wrong=_wrong(base, refusal) if refusal else [],
    )


@staff.requires("customers.policy")
def preview(request: StaffRequest, version: int) -> HttpResponse:
    """What a version would change on the data as it is now."""
    found = governing.preview(version=version)
    examples = [
        (one, [reverse("customer", args=[uid]) for uid in one.customers]) for one in found.examples[:10]
    ]  # the card stands in a package above this one
    may_activate = any(one.policy.version == version and not one.activated_at for one in governing.policy_versions())
    activate_url = reverse("policy_activate", args=[version])
    action = Action(_("Switch on version %(number)d") % {"number": version}, activate_url, "post", tone="primary")
    context = {"found": found, "examples": examples, "activate": action if may_activate else None}
    return render(request, "customers/_preview.html", context)


@staff.requires("customers.policy")
@require_POST
def activate(request: StaffRequest, version: int) -> HttpResponse:
    try:
        governing.activate(version=version, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(
            request, _("Version %(number)d is in force. A job brings all customers to it.") % {"number": version}
        )
    return redirect("policy")


@staff.requires("customers.policy")
@require_POST
def block(request: StaffRequest) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("kind", "pattern", "reason")}
    try:
        governing.block(**given, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.fields[0].text if refusal.fields else refusal.text)
    else:
        messages.success(request, _("Nobody is known by these values any more."))
    return redirect("policy")


@staff.requires("customers.policy")
@require_POST
def unblock(request: StaffRequest, number: int) -> HttpResponse:
    try:
        governing.unblock(id=number, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("These values count again."))
    return redirect("policy")


def _kinds(policy: Policy) -> list[dict[str, Any]]:
    return [
        {
            "name": wording.kind(kind.code),
            "kind": kind,
            "is": ", ".join(
                word
                for word, true in (
                    (_("a log-in when confirmed"), kind.access),
                    (_("goes from hand to hand"), kind.switches),
                    (_("names a thing"), not kind.personal and not kind.switches),
                )
                if true
            ),
        }
        for kind in sorted(policy.kinds.values(), key=lambda kind: -kind.weight)
    ]


def _state(one: PolicyVersion) -> Status:
    if one.in_force:
        return Status(_("in force"), "good")
    return Status(_("was in force"), "quiet") if one.activated_at else Status(_("draft"), "info")


def _preview(one: PolicyVersion, newest: int) -> str:
    """Where to ask what a draft would do; "" for versions that can no longer be switched on."""
    draft = not one.activated_at and one.policy.version > max(newest, 1)
    return reverse("policy_preview", args=[one.policy.version]) if draft else ""


def _given(base: Policy, posted: QueryDict) -> list[Kind]:
    return [
        replace(
            kind,
            weight=_whole(posted.get(f"{kind.code}.weight")),
            limit=_whole(posted.get(f"{kind.code}.limit")),
            partners=_whole(posted.get(f"{kind.code}.partners")),
        )
        for kind in base.kinds.values()
    ]


def _whole(text: str | None) -> int:
    """The number, or one that the door refuses with its own words."""
    number = whole(text)
    return -1 if number is None else number


def _wrong(base: Policy, refusal: Refusal) -> list[str]:
    """What was refused, each line beginning with the kind it is about."""
    codes = list(base.kinds)
    names = {"weight": _("Weight"), "limit": _("At most"), "partners": _("Shared above")}
    told = []
    for error in refusal.fields:
        place, dot, name = error.field.removeprefix("kinds[").partition("].")
        if dot and whole(place, most=len(codes) - 1) is not None:
            told.append(f"{wording.kind(codes[int(place)])}, {names.get(name, name)}: {error.message}")
        else:
            told.append(error.message)
    return told or [refusal.text]
