"""People: the list, one person, one's own account, and what each role may do."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.kernel.errors import Refusal
from edino.staff import api, queries
from edino.staff.api import StaffRequest
from edino.staff.screens.forms import Member, NewMember, Profile, lay_beside
from edino.staff.screens.words import OPERATION_NAMES, role_name
from edino.staff.types import PersonListing, Role
from edino.ui import screen
from edino.ui.screen import Action, Back, Column, Listing, Status, choice, short, words


def _state(row: PersonListing) -> Status:
    return Status(_("active"), "good") if row.is_active else Status(_("closed"), "quiet")


def _second(row: PersonListing) -> Status:
    return Status(_("on"), "good", icon="shield-check") if row.two_factor else Status(_("off"), "quiet", icon="shield")


ROLES = [(role.value, name) for role, name in api.ROLE_NAMES.items()]
LIST: Listing[PersonListing] = Listing(
    name="people",
    title=_("People and roles"),
    key="id",
    columns=(
        Column("name", _("Full name"), sort=True),
        Column("is_active", _("State"), value=_state, place="side"),
        Column("role", _("Role"), value=lambda row: role_name(row.role), sort=True),
        Column("email", _("E-mail"), sort=True, quiet=True),
        Column("two_factor", _("Second factor"), value=_second),
        Column("last_login", _("Last log-in"), kind="ago", sort=True),
    ),
    filters=(words("q", _("Name or e-mail")), choice("role", _("Role"), ROLES)),
    url=lambda row: reverse("staff_person", args=[row.id]),
    sort="name",
    primary=Action(_("Add a person"), reverse_lazy("staff_person_add"), icon="user-plus", tone="primary"),  # type: ignore[arg-type]
)
BACK = Back(_("People and roles"), reverse_lazy("staff_people"))  # type: ignore[arg-type]  # resolved when printed


@api.requires("staff.see")
def people(request: StaffRequest) -> HttpResponseBase:
    return LIST.respond(request, short(queries.people(), key="id"), template="staff/people.html")


@api.requires("staff.see")
def roles(request: StaffRequest) -> HttpResponse:
    rows = [
        (name, [(api.ROLE_NAMES[role], role.value in allowed) for role in Role])
        for operation, name in OPERATION_NAMES.items()
        if (allowed := {role.value for role in Role if operation in api.operations_of(role)})
    ]
    heads = [api.ROLE_NAMES[role] for role in Role]
    return screen.page(request, "staff/roles.html", title=_("Roles"), back=BACK, heads=heads, rows=rows)


@api.requires("staff.manage")
def add(request: StaffRequest) -> HttpResponse:
    form = NewMember(request.POST or None, initial={"language": request.staff.language, "time_zone": "UTC"})
    if request.method == "POST" and form.is_valid():
        try:
            person, password = api.create_user(by=request.staff, **form.cleaned_data)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            return _show_password(request, person.id, password)
    return screen.form_page(request, form, title=_("New person"), submit=_("Add"), back=BACK)


@api.requires("staff.manage")
def person(request: StaffRequest, number: int) -> HttpResponse:
    shown = api.get_person(id=number)
    initial = {name: getattr(shown, name) for name in ("name", "role", "language", "time_zone")}
    form = Member(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            api.set_role(id=number, role=given.pop("role"), by=request.staff)
            api.change_person(id=number, by=request.staff, **given)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, _t("Saved"))
            return redirect("staff_person", number=number)
    status = 422 if form.errors else 200
    context: dict[str, Any] = {"person": shown, "form": form, "state": _state(shown), "facts": _facts(shown)}
    return screen.page(
        request, "staff/person.html", title=shown.name, lead=shown.email, back=BACK, status=status, **context
    )


@api.requires("staff.manage")
@require_POST
def close(request: StaffRequest, number: int) -> HttpResponse:
    return _after(request, number, lambda: api.deactivate(id=number, by=request.staff), _("The account is closed."))


@api.requires("staff.manage")
@require_POST
def open_again(request: StaffRequest, number: int) -> HttpResponse:
    return _after(request, number, lambda: api.activate(id=number, by=request.staff), _("The account is open again."))


@api.requires("staff.manage")
@require_POST
def new_password(request: StaffRequest, number: int) -> HttpResponse:
    return _show_password(request, number, api.reset_password(id=number, by=request.staff))


@api.requires("account.own")
def profile(request: StaffRequest) -> HttpResponse:
    me = request.staff
    form = Profile(request.POST or None, initial={"name": me.name, "language": me.language, "time_zone": me.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            api.change_person(id=me.id, by=me, **form.cleaned_data)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, _t("Saved"))
            return redirect("staff_profile")
    lead = f"{me.email} · {role_name(me.role)}"
    return screen.form_page(request, form, title=_("My account"), submit=_("Save"), lead=lead)


def _after(request: StaffRequest, number: int, do: Any, said: Any) -> HttpResponse:
    try:
        do()
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, str(said))
    return redirect("staff_person", number=number)


def _show_password(request: StaffRequest, number: int, password: str) -> HttpResponse:
    shown = api.get_person(id=number)
    back = Back(shown.name, reverse("staff_person", args=[number]))
    context = {"title": _("New password"), "back": back, "person": shown, "password": password}
    response = render(request, "staff/password.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _facts(row: PersonListing) -> list[screen.Fact]:
    return [
        screen.Fact(_("State"), _state(row)),
        screen.Fact(_("Second factor"), _second(row)),
        screen.Fact(_("Last log-in"), screen.When(row.last_login)),
        screen.Fact(_("Account since"), screen.When(row.created_at, "date")),
    ]
