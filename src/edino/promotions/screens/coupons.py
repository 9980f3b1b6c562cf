"""Coupons: those that are there, making them, ending one, and a batch as a file."""

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.customers import api as customers
from edino.customers.errors import NoSuchCustomer
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.promotions import api
from edino.promotions.errors import NoSuchCoupon
from edino.promotions.screens.forms import MOMENT, lay_beside
from edino.promotions.screens.words import COUPON_KINDS
from edino.promotions.types import CouponView
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Ask, Back, Column, Listing, Page, Status, words

ENDED = Status(pgettext_lazy("coupon", "ended"), "quiet", "circle-stop")


class CouponForm(forms.Form):
    """Coupons to be made: a code that everybody knows, many secret ones, or one for a customer."""

    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=100_000, initial=1)
    code = forms.CharField(
        label=_("The code"), required=False, max_length=40, help_text=_("For a single one; empty lets it be made up.")
    )
    uses = forms.IntegerField(
        label=_("Uses of each"), min_value=1, required=False, initial=1, help_text=_("Empty is no limit.")
    )
    ends_at = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
    )
    card = forms.CharField(label=_("Only for the customer with this phone or card"), required=False, max_length=100)
    reason = forms.CharField(label=_("What for"), required=False, max_length=1000)


@staff.requires("coupons.issue")
def coupons(request: StaffRequest) -> HttpResponseBase:
    """Coupons, newest first."""
    batch = _uuid(request.GET.get("batch", ""))

    def read(ask: Ask) -> Page[CouponView]:
        after = None
        at = parse_datetime(str(ask.after_value)) if ask.after_value else None
        if at is not None and isinstance(ask.after_key, int):
            after = (at, ask.after_key)
        found = api.coupons(code=ask.filters.get("code", ""), batch=batch, after=after, limit=ask.limit)
        return Page(found.rows, found.total)

    return _LIST.respond(request, read)


@staff.requires("coupons.issue")
def coupon(request: StaffRequest, number: int) -> HttpResponse:
    """One coupon: what it is, and ending it."""
    found = api.coupons(coupon_id=number).rows
    if not found:
        raise NoSuchCoupon
    actions = [Action(pgettext_lazy("coupon", "End it"), reverse("coupon_void", args=[number]), "post", "ban", "bad")]
    return screen.page(
        request,
        "promotions/coupon.html",
        title=found[0].code,
        back=Back(_("Coupons"), reverse("coupons")),
        coupon=found[0],
        state=_state(found[0]),
        kind=COUPON_KINDS[found[0].kind],
        actions=[] if found[0].void else actions,
    )


@staff.requires("coupons.issue")
def new(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Make coupons of a promotion."""
    found = api.promotion(uid=uid)
    form = CouponForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            codes = api.issue_coupons(
                promotion_code=found.code,
                count=said["count"],
                code=said["code"],
                uses=said["uses"],
                ends_at=said["ends_at"],
                reason=said["reason"],
                customer_id=_customer(said["card"]),
                by=request.staff,
            )
        except NoSuchCustomer:
            form.add_error("card", _("Nobody is known by this."))
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            if len(codes) == 1:
                messages.success(request, gettext("The coupon is made: %(code)s") % {"code": codes[0]})
            else:
                messages.success(request, gettext("Coupons made: %(count)s") % {"count": len(codes)})
            return redirect("promotion", uid=uid)
    back = Back(found.definition.name, reverse("promotion", args=[uid]))
    return screen.form_page(request, form, title=_("Make coupons"), submit=_("Make"), back=back)


@staff.requires("coupons.issue")
@require_POST
def void(request: StaffRequest, number: int) -> HttpResponse:
    """End a coupon."""
    try:
        api.void_coupon(id=number, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, gettext("The coupon is worth nothing from now on."))
    return redirect("coupons")


@staff.requires("coupons.issue")
def export(request: StaffRequest, batch: UUID) -> StreamingHttpResponse:
    """The codes of a batch as a file for the printer. Who took them stands on the trail."""
    codes = api.codes_of(batch=batch)
    staff.audit(actor=request.staff, operation="coupons.issue", subject=("batch", str(batch)), detail={"did": "export"})
    response = StreamingHttpResponse(_lines(codes), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="coupons-{batch}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    """What the CSV writer writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def _lines(codes: list[str]) -> Iterator[Any]:
    table = csv.writer(_Echo())
    yield table.writerow(["code"])
    for code in codes:
        yield table.writerow([code])


def _customer(card: str) -> int | None:
    """Who has this phone or card."""
    if not card.strip():
        return None
    for kind in ("phone", "loyalty_card"):
        try:
            return customers.lookup(kind=kind, value=card).id
        except Refusal:
            continue
    raise NoSuchCustomer


def _state(row: CouponView) -> Status:
    if row.void:
        return ENDED
    if row.ends_at is not None and row.ends_at <= clock.now():
        return Status(pgettext_lazy("coupon", "expired"), "quiet")
    if row.left is not None and row.left < 1:
        return Status(pgettext_lazy("coupon", "used"), "info")
    return Status(pgettext_lazy("coupon", "valid"), "good")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_LIST: Listing[CouponView] = Listing(
    name="coupons",
    title=_("Coupons"),
    lead=_("Codes that let a promotion apply, online and at the till."),
    columns=(
        Column("code", _("Code")),
        Column("state", _("State"), value=_state, place="side"),
        Column("promotion", _("Promotion")),
        Column("kind", _("Kind"), value=lambda row: COUPON_KINDS[row.kind], quiet=True),
        Column("left", _("Uses left"), value=lambda row: "∞" if row.left is None else row.left),
        Column("ends_at", _("Valid until"), kind="date"),
        Column("issued_by", _("Made by"), quiet=True),
        Column("reason", _("What for"), quiet=True),
        Column("created_at", _("Made"), kind="full"),
    ),
    key="id",
    url=lambda row: reverse("coupon", args=[row.id]),
    filters=(words("code", _("Code begins with")),),
    sort="-created_at",
    nothing=_("No coupon yet"),
)
