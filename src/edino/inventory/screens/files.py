"""Stock files: the journal, sending one up, seeing what it would change, and letting a stopped one through."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.inventory import api
from edino.inventory.api import files as door
from edino.inventory.screens import words
from edino.inventory.types import SnapshotReport, StockFile
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Text
from edino.ui.screen import Action, Back, Column, Fact, Listing, Number, Status, View, When, choice, short

LARGEST: Final = 64 << 20
ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
UNKNOWN: Final = {
    "sku": _("SKUs that nothing has"),
    "location": _("locations that nothing has"),
    "negative": _("below zero, taken for none"),
    "duplicate": _("told twice, the later one counts"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the journal."""

    uid: str
    at: datetime
    state: str
    origin: Text
    as_of: datetime
    rows: int
    changes: int
    zeroed: int
    by: str


class Upload(forms.Form):
    """A stock file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX with columns sku, quantity, and location unless all lie at one place."),
    )
    as_of = forms.DateTimeField(
        label=_("It tells of the moment"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("What was sold or came since is counted on top."),
    )
    location = forms.ChoiceField(label=_("Location, if the file does not say it"), required=False)
    full = forms.BooleanField(
        label=_("It says everything about its locations: what it leaves out is not there"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["location"].choices = [("", "–"), *words.places()]  # type: ignore[attr-defined]  # a choice field

    def clean_file(self) -> "UploadedFile[Any]":
        """A table of a kind that can be read, not too large."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if not str(file.name).lower().endswith(ENDINGS):
            raise forms.ValidationError(_("The name must end in .csv or .xlsx."))
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than 64 MB. Bring it in with: edino import stock."))
        return file


@staff.requires("stock.see")
def files(request: StaffRequest) -> HttpResponseBase:
    """The journal of stock files."""
    send = Action(gettext("Send a stock file"), reverse("stock_file_add"), icon="upload", tone="primary")
    table: Listing[Row] = Listing(
        name="stock_files",
        title=_("Stock files"),
        lead=_("What other systems and people said lies where, and what it changed."),
        columns=(
            Column("at", _("Came"), kind="full"),
            Column("state", _("State"), value=lambda row: words.FILES[row.state], place="side"),
            Column("origin", _("Source")),
            Column("as_of", _("Tells of"), kind="full"),
            Column("rows", _("Rows"), kind="number"),
            Column("changes", _("Changes"), kind="number"),
            Column("zeroed", _("Become empty"), kind="number"),
            Column("by", _("By whom"), quiet=True),
        ),
        key="uid",
        url=lambda row: reverse("stock_file", args=[row.uid]),
        filters=(choice("state", _("State"), [(code, status.word) for code, status in words.FILES.items()]),),
        views=(View(_("All")), View(_("Stopped"), {"state": "stopped"}), View(_("Waiting"), {"state": "staged"})),
        sort="-uid",
        nothing=_("No stock file has come yet"),
        primary=send if staff.may(request.staff, "stock.edit") else None,
    )
    return table.respond(request, short([_row(one) for one in door.stock_files()]))


@staff.requires("stock.edit")
def add(request: StaffRequest) -> HttpResponse:
    """Send a file up: it is compared and shown, and changes nothing yet."""
    initial = {"as_of": clock.now().astimezone(_zone()).strftime("%Y-%m-%dT%H:%M")}
    form = Upload(request.POST or None, request.FILES or None, initial=initial)
    with timezone.override(_zone()):
        usable = request.method == "POST" and form.is_valid()
    if usable:
        given = form.cleaned_data
        try:
            report = _staged(request, given["file"], given)
        except Refusal as refusal:
            for error in refusal.fields:
                form.add_error(None, " ".join(filter(None, [error.field, error.message])))
            if not refusal.fields:
                form.add_error("file", refusal.text)
        else:
            return redirect("stock_file", uid=report.uid)
    return screen.form_page(request, form, title=_("Send a stock file"), submit=_("Compare"), back=_back())


@staff.requires("stock.see")
def file(request: StaffRequest, uid: UUID) -> HttpResponse:
    """What a stock file says, and what it changes or would change now."""
    one = door.stock_file(uid=uid)
    waits = one.state in {"staged", "stopped"} and one.kept
    report = door.look(uid=uid) if waits else one.report
    return _page(request, one, report, waits=waits)


@staff.requires("stock.edit")
@require_POST
def release(request: StaffRequest, uid: UUID) -> HttpResponse:
    """It is true: apply it. Where too many places would become empty, it must be said twice."""
    try:
        report = door.release(uid=uid, by=request.staff, force=request.POST.get("sure") == "1")
    except Refusal as refusal:
        messages.error(request, words.told(refusal))
        return redirect("stock_file", uid=uid)
    if report.stopped:
        messages.error(request, gettext("Say that it is true that so many places are empty."))
    else:
        changed = report.changed + report.added + report.removed
        messages.success(request, gettext("Applied: %(count)s places were changed.") % {"count": changed})
    return redirect("stock_file", uid=uid)


@staff.requires("stock.edit")
@require_POST
def dismiss(request: StaffRequest, uid: UUID) -> HttpResponse:
    """It is not true."""
    words.tried(
        request, partial(door.dismiss, uid=uid, by=request.staff), gettext("Dismissed. It has changed nothing.")
    )
    return redirect("stock_file", uid=uid)


def _staged(request: StaffRequest, file: "UploadedFile[Any]", given: dict[str, Any]) -> SnapshotReport:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"stock{Path(str(file.name)).suffix.lower()}"
        with path.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        return door.stage(
            as_of=given["as_of"],
            rows=door.read(path=path, location=given["location"]),
            by=request.staff,
            full=given["full"],
            origin=str(file.name)[:200],
        )


def _page(request: StaffRequest, one: StockFile, report: SnapshotReport, *, waits: bool) -> HttpResponse:
    names = dict(words.places())
    odd = [(UNKNOWN.get(word, word), count) for word, count in report.unknown.items()]
    edits = waits and staff.may(request.staff, "stock.edit")
    return screen.page(
        request,
        "inventory/file.html",
        title=gettext("Stock file"),
        lead=_from(one),
        back=_back(),
        facts=_facts(one, report),
        report=report,
        waits=waits,
        brake=waits and report.stopped,
        edits=edits,
        odd=odd,
        rejected=report.rejected[:20],
        changes=[(names.get(each.location, each.location), each) for each in report.largest],
        changed=report.changed + report.added + report.removed,
        release_url=reverse("stock_file_release", args=[one.uid]),
        dismiss_url=reverse("stock_file_dismiss", args=[one.uid]),
    )


def _facts(one: StockFile, report: SnapshotReport) -> list[Fact]:
    decided = [Fact(_("Decided"), When(one.decided_at, "full"), one.decided_by)] if one.decided_at else []
    return [
        Fact(_("State"), words.FILES[one.state]),
        Fact(_("Tells of"), When(one.as_of, "full")),
        Fact(_("Came"), When(one.created_at, "full"), one.by),
        *decided,
        Fact(_("Completeness"), _("everything about its locations") if one.is_full else _("what it names")),
        Fact(_("Rows"), Number(report.rows)),
        Fact(_("As in the book"), Number(report.unchanged)),
        Fact(_("Other numbers"), Number(report.changed)),
        Fact(_("New places"), Number(report.added)),
        *([Fact(_("Left out: not there"), Number(report.removed))] if one.is_full else []),
        *([Fact(_("Older than what is known"), Number(report.stale))] if report.stale else []),
        *([Fact(_("Older than the book, please check"), Number(report.unheard))] if report.unheard else []),
        Fact(_("Become empty"), Status(f"{report.zeroed} / {report.stocked}", "bad" if report.stopped else "quiet")),
    ]


def _row(one: StockFile) -> Row:
    report = one.report
    changes = report.changed + report.added + report.removed
    return Row(
        str(one.uid), one.created_at, one.state, _from(one), one.as_of, report.rows, changes, report.zeroed, one.by
    )


def _from(one: StockFile) -> Text:
    if one.origin.startswith("exchange:"):
        return _("exchange")
    return one.origin or _("API")


def _zone() -> ZoneInfo:
    """The clock of a form: that of the first location."""
    return next((ZoneInfo(place.time_zone) for place in api.locations() if place.kind != "transit"), ZoneInfo("UTC"))


def _back() -> Back:
    return Back(_("Stock files"), reverse("stock_files"))
