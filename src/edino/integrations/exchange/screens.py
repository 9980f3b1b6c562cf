"""The journal of imports on the screen: what came, what it changed from and to, what was odd, what was refused."""

import csv
import io
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from edino.integrations.exchange import journal, stock
from edino.integrations.exchange.journal import Line, Listed, Told
from edino.integrations.exchange.oddities import KINDS
from edino.inventory.api import files as stock_files
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import navigation, screen
from edino.ui.navigation import NavItem
from edino.ui.screen import Action, Back, Column, Fact, Listing, Number, Page, Status, Tab, When, choice, words

LINES: Final = 100
STATES: Final = {
    "reading": Status(_("Reading"), "info"),
    "applying": Status(_("Applying"), "info"),
    "done": Status(_("Done"), "good"),
    "failed": Status(_("Failed"), "bad"),
}
FORMATS: Final = {"commerceml": "CommerceML", "yml": "YML", "google": "Google"}
WAYS: Final = {
    "reference": _("session of reference books"),
    "catalog": _("session of the catalogue"),
    "sale": _("session of orders"),
    "files": _("files"),
}
WHATS: Final = {
    "changed": _("Changed"),
    "created": _("Created"),
    "deactivated": _("Taken out of sale"),
    "rejected": _("Refused"),
}
NOUNS: Final = {
    "category": _("Category"),
    "goods": _("Product"),
    "offer": _("Variant"),
    "prices": _("Price"),
    "stock": _("Stock"),
    "store": _("Place"),
    "order": _("Order of a shopper"),
}
PLURALS: Final = {
    "categories": _("Categories"),
    "properties": _("Properties"),
    "references": _("Entries of reference books"),
    "pricetypes": _("Kinds of price"),
    "goods": _("Products"),
    "offers": _("Variants"),
    "prices": _("Prices"),
    "stores": _("Places"),
    "stock": _("Stock of variants"),
    "levels": _("Stock by place"),
    "orders": _("Orders"),
}
COUNTS: Final = ("created", "changed", "unchanged", "older", "deactivated", "rejected", "unknown")
FIELDS: Final = {
    "name": _("Its name"),
    "article": _("Article"),
    "barcodes": _("Barcodes"),
    "description": _("Description"),
    "brand": _("Brand"),
    "weight_g": _("Weight, g"),
    "tax": _("VAT"),
    "categories": _("Categories"),
    "pictures": _("Pictures"),
    "parent": _("Parent"),
    "active": _("In sale"),
    "deleted": _("Marked as deleted"),
    "address": _("Address"),
    "city": _("City"),
    "phone": _("Phone"),
    "state": _("State"),
    "lines": _("Lines"),
    "paid": _("Paid"),
    "shipped": _("Shipped"),
    "offer": _("Variant"),
}
REASONS: Final = {
    "unknown": _("nothing is known of it"),
    "not_taken": _("the product itself was not taken"),
    "interrupted": _("the import was interrupted"),
}
TRUTHS: Final = {"+": pgettext_lazy("exchange", "yes"), "−": pgettext_lazy("exchange", "no")}
"""How a difference keeps whether something is so."""
TOLD: Final = {**REASONS, **TRUTHS}


def register() -> None:
    """Offer the journal in the navigation."""
    group = _("Administration")
    navigation.register(
        NavItem("exchanges", _("Exchange"), "exchanges", "arrow-left-right", "exchange.see", group, 820)
    )


def _listing() -> Listing[Listed]:
    return Listing(
        name="exchanges",
        title=_("Exchange journal"),
        lead=_("What other systems brought, and what came of it."),
        key="id",
        columns=(
            Column("file", _("File")),
            Column("state", _("State"), value=lambda row: STATES[row.state], place="side"),
            Column("source", _("Source"), quiet=True),
            Column("kind", _("Format"), value=lambda row: FORMATS.get(row.kind, row.kind), quiet=True),
            Column("started_at", _("Begun"), kind="full", sort=True),
            Column("created", _("Created"), value=lambda row: Number(row.sum("created")), kind="number"),
            Column("changed", _("Changed"), value=lambda row: Number(row.sum("changed")), kind="number"),
            Column("unchanged", _("As before"), value=lambda row: Number(row.sum("unchanged")), kind="number"),
            Column("rejected", _("Refused"), value=lambda row: Number(row.sum("rejected")), kind="number"),
            Column("odd", _("Oddities"), value=lambda row: Number(row.odd), kind="number"),
        ),
        filters=(
            words("q", _("File or source")),
            choice("state", _("State"), [(code, each.word) for code, each in STATES.items()]),
            choice("kind", _("Format"), list(FORMATS.items())),
        ),
        url=lambda row: reverse("exchange_run", args=[row.uid]),
        sort="-started_at",
        nothing=_("Nothing has been imported yet"),
    )


@staff.requires("exchange.see")
def exchanges(request: StaffRequest) -> HttpResponseBase:
    def read(ask: screen.Ask) -> Page[Listed]:
        return Page(
            journal.runs(
                state=ask.filters.get("state", ""),
                kind=ask.filters.get("kind", ""),
                words=ask.filters.get("q", "").replace("%", r"\%").replace("_", r"\_"),
                after=ask.after_value,
                after_id=ask.after_key,
                descending=ask.descending,
                limit=ask.limit,
            )
        )

    return _listing().respond(request, read)


@staff.requires("exchange.see")
def run(request: StaffRequest, uid: UUID) -> HttpResponseBase:
    told = journal.run(uid)
    counted = journal.whats(told.id)
    chosen = request.GET.get("what", "")
    if chosen not in counted:
        chosen = next((what for what in WHATS if what in counted), "changed")
    after = request.GET.get("after", "")
    lines = journal.changes(told.id, chosen, after=int(after[:18]) if after.isdecimal() else 0, limit=LINES + 1)
    address = reverse("exchange_run", args=[uid])
    more = f"{address}?what={chosen}&after={lines[LINES - 1].id}" if len(lines) > LINES else ""
    take = Action(_("Refused, as CSV"), reverse("exchange_rejects", args=[uid]), icon="download")
    return screen.page(
        request,
        "integrations/run.html",
        title=told.file,
        back=Back(_("Exchange journal"), reverse("exchanges")),
        primary=take if counted.get("rejected") else None,
        run=told,
        failure=REASONS.get(told.failure, told.failure),
        facts=_facts(told),
        heads=[WHATS.get(what, HEADS.get(what, what)) for what in COUNTS if _any(told, what)],
        counts=_counts(told),
        oddities=list(_oddities(told)),
        tabs=[
            Tab(WHATS[what], f"{address}?what={what}", current=what == chosen, count=counted[what])
            for what in WHATS
            if what in counted
        ],
        groups=list(_groups(lines[:LINES], told.kind)),
        more=more,
        stopped=[
            (reverse("stock_file", args=[one.uid]), one.report.zeroed, one.report.stocked)
            for one in stock_files.stock_files(state="stopped", origin=stock.origin(told.uid))
        ],
    )


HEADS: Final = {"unchanged": _("As before"), "older": _("Older than known"), "unknown": _("Unknown")}


def _facts(told: Told) -> list[Fact]:
    facts = [
        Fact(_("State"), STATES[told.state]),
        Fact(_("Source"), told.source),
        Fact(_("Format"), " ".join(filter(None, [FORMATS.get(told.kind, told.kind), told.version]))),
        Fact(_("Came as"), WAYS[told.way]),
        Fact(_("Tells of"), When(told.as_of, "full") if told.as_of else _("no date")),
        Fact(_("Completeness"), _("everything") if told.has_full else _("changes only")),
        Fact(_("Begun"), When(told.started_at, "full")),
        Fact(_("Size"), _t("%(count)s KB") % {"count": max(1, told.size // 1024)}),
    ]
    if told.finished_at:
        taken = max(0, int((told.finished_at - told.started_at).total_seconds()))
        facts.append(Fact(_("Took"), ngettext("%(count)s second", "%(count)s seconds", taken) % {"count": taken}))
    if told.deactivated:
        facts.append(Fact(_("Taken out of sale in this exchange"), Number(told.deactivated)))
    return facts


def _any(told: Told, what: str) -> bool:
    return any(counts.get(what) for counts in told.counts.values())


def _counts(told: Told) -> list[tuple[Any, list[tuple[Any, int]]]]:
    shown = [what for what in COUNTS if _any(told, what)]
    heads = [(what, WHATS.get(what, HEADS.get(what, what))) for what in shown]
    return [
        (PLURALS.get(kind, kind), [(head, counts.get(what, 0)) for what, head in heads])
        for kind, counts in told.counts.items()
    ]


def _oddities(told: Told) -> Iterator[dict[str, Any]]:
    for kind, noted in sorted(told.oddities.items(), key=lambda each: (-int(each[1]["count"]), each[0])):
        if kind in KINDS:
            yield {"kind": kind, "text": KINDS[kind], "count": noted["count"], "examples": noted["examples"]}


def _groups(lines: list[Line], kind: str) -> Iterator[dict[str, Any]]:
    """Lines one after the other about the same product, under its name."""
    for _grp, several in groupby(lines, key=lambda line: line.grp or line.ext_id):
        found = list(several)
        yield {"name": found[0].name or found[0].ext_id, "lines": [_shown(line) for line in found]}


def _shown(line: Line) -> dict[str, Any]:
    fields = [
        {"name": FIELDS.get(name, name), "before": TRUTHS.get(before, before), "now": TOLD.get(now, now)}
        for name, before, now in line.fields
    ]
    return {
        "noun": NOUNS.get(line.kind, line.kind),
        "name": line.name,
        "id": line.ext_id,
        "line": line.line,
        "fields": fields,
    }


@staff.requires("exchange.see")
def rejects(request: StaffRequest, uid: UUID) -> HttpResponseBase:
    """What an import refused, as CSV with the reasons."""
    told = journal.run(uid)

    def rows() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf" + _row(["line", "kind", "id", "name", "field", "reason"])
        for line in journal.rejected(told.id):
            for field, _before, reason in line.fields or [["", "", ""]]:
                yield _row([str(line.line), line.kind, line.ext_id, line.name, field, reason])

    answer = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{told.uid}.rejects.csv"'
    return answer


def _row(cells: list[str]) -> bytes:
    """A row of CSV; a cell that a spreadsheet would take for a formula is quoted."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell for cell in cells])
    return text.getvalue().encode("utf-8", "replace")


urlpatterns: list[URLPattern] = [
    path("exchanges/", exchanges, name="exchanges"),
    path("exchanges/<uuid:uid>/", run, name="exchange_run"),
    path("exchanges/<uuid:uid>/rejects.csv", rejects, name="exchange_rejects"),
]
