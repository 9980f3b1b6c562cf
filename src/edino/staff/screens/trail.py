"""The audit trail: who saw and did what, newest first."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edino.staff import api, queries
from edino.staff.api import StaffRequest
from edino.staff.screens.words import OPERATION_NAMES, detail_word, operation_name
from edino.staff.types import AuditEntry, AuditFilter
from edino.ui import naming, screen
from edino.ui.screen import Ask, Column, Listing, Page, Status, View, choice, dates, flag, words

SUBJECT_NAMES = {
    "customer": _("customer"),
    "person": _("person"),
    "source": _("source"),
    "key": _("key"),
    "page": _("page"),
    "policy": _("rules"),
    "import": _("import"),
    "case": _("case"),
    "assortment": pgettext_lazy("audit subject", "assortment"),
    "attribute": pgettext_lazy("audit subject", "attribute"),
    "axis": pgettext_lazy("audit subject", "axis"),
    "batch": pgettext_lazy("audit subject", "batch of coupons"),
    "blocked": pgettext_lazy("audit subject", "blocked value"),
    "category": pgettext_lazy("audit subject", "category"),
    "correction": pgettext_lazy("audit subject", "correction of stock"),
    "count": pgettext_lazy("audit subject", "stock count"),
    "coupon": pgettext_lazy("audit subject", "coupon"),
    "delivery method": pgettext_lazy("audit subject", "way of delivery"),
    "extract": pgettext_lazy("audit subject", "file handed out"),
    "gift card": pgettext_lazy("audit subject", "gift card"),
    "inbound": pgettext_lazy("audit subject", "expected delivery"),
    "location": pgettext_lazy("audit subject", "place"),
    "order": pgettext_lazy("audit subject", "order"),
    "price exception": pgettext_lazy("audit subject", "exception of a price"),
    "price list": pgettext_lazy("audit subject", "price list"),
    "product": pgettext_lazy("audit subject", "product"),
    "promotion": pgettext_lazy("audit subject", "promotion"),
    "promotions": pgettext_lazy("audit subject", "promotions"),
    "refund": pgettext_lazy("audit subject", "refund"),
    "return": pgettext_lazy("audit subject", "return"),
    "review": pgettext_lazy("audit subject", "review"),
    "sourcing": pgettext_lazy("audit subject", "rules of sourcing"),
    "stock file": pgettext_lazy("audit subject", "stock file"),
    "transfer": pgettext_lazy("audit subject", "transfer"),
}

_PAGES = {"customer": "customer", "order": "order", "return": "return", "product": "product", "transfer": "transfer"}
"""Kinds whose page is found by a long number that says nothing to people."""
_UUID = 36


def _listing(*, whole: bool = False) -> Listing[AuditEntry]:
    people = [(str(person.id), person.name) for person in queries.people()]
    return Listing(
        name="trail",
        title=_("Audit trail"),
        lead=_("Who saw and did what. Lines are only ever added."),
        key="id",
        columns=(
            Column("operation", _("What"), value=lambda row: operation_name(row.operation)),
            Column("refused", _("Outcome"), value=_outcome, place="side"),
            Column("actor", _("Who"), value=_actor),
            Column("subject_id", _("To what"), value=_whole_subject if whole else _subject),
            Column("detail", _("How"), value=_detail, quiet=True),
            Column("at", _("When"), kind="full"),
        ),
        filters=(
            choice("user", _("Who"), people),
            choice("operation", _("What"), list(OPERATION_NAMES.items())),
            words("subject", _("Number of the customer, key or person")),
            flag("refused", _("Only refused")),
            dates("at", _("When")),
        ),
        views=(
            View(_("Everything")),
            View(_("Refused"), {"refused": "1"}),
            View(_("Shown in full"), {"operation": "customers.see_personal"}),
        ),
        sort="id",
    )


@api.requires("audit.see")
def trail(request: StaffRequest) -> HttpResponseBase:
    if screen.is_export(request):
        api.audit(actor=request.staff, operation="audit.see", detail={"did": "export"})
    return _listing(whole=screen.is_export(request)).respond(request, _read)


def _read(ask: Ask) -> Page[AuditEntry]:
    given = AuditFilter(
        user_id=int(ask.filters["user"]) if "user" in ask.filters else None,
        operation=ask.filters.get("operation", ""),
        subject_id=ask.filters.get("subject", ""),
        refused=True if "refused" in ask.filters else None,
        since=_midnight(ask.filters.get("at_from"), 0),
        until=_midnight(ask.filters.get("at_to"), 1),
    )
    below = int(ask.after_key) if isinstance(ask.after_key, int) else None
    return Page(queries.trail(given, below=below, size=ask.limit), queries.count_trail(given))


def _midnight(day: str | None, later: int) -> datetime | None:
    if not day:
        return None
    return timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=later), time()))


def _outcome(row: AuditEntry) -> Status:
    return Status(_("refused"), "bad") if row.refused else Status(_("done"), "good")


def _actor(row: AuditEntry) -> object:
    return naming.told(row.actor) or _("nobody known")


def _whole_subject(row: AuditEntry) -> str:
    """What a line is about, as a file says it: with the whole number."""
    kind = SUBJECT_NAMES.get(row.subject_kind, row.subject_kind)
    return f"{kind} {row.subject_id}".strip()


def _subject(row: AuditEntry) -> object:
    if len(row.subject_id) != _UUID:
        return _whole_subject(row)
    kind = SUBJECT_NAMES.get(row.subject_kind, row.subject_kind)
    # The end of a long number tells one from another; the whole is said by the pointer, the search takes it.
    said = format_html("{} …{}", kind, row.subject_id[-6:])
    if row.subject_kind not in _PAGES:
        return format_html('<span title="{}">{}</span>', row.subject_id, said)
    url = reverse(_PAGES[row.subject_kind], args=[row.subject_id])
    return format_html('<a href="{}" title="{}">{}</a>', url, row.subject_id, said)


def _detail(row: AuditEntry) -> str:
    said = {**row.detail, **({"network": row.place} if row.place else {})}
    return " · ".join(_said(name, value) for name, value in said.items())


def _said(name: str, value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{one} × {pieces}" for one, pieces in value.items()]
    words = ", ".join(str(detail_word(str(one))) for one in (value if isinstance(value, list) else [value]))
    return words if name in {"did", "why"} else f"{detail_word(name)}: {words}"
