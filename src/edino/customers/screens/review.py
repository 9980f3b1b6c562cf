"""Review: two customers side by side, the evidence between them, one verdict; then the next case slides in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.customers import api
from edino.customers.api import wording
from edino.customers.errors import CaseClosed
from edino.customers.types.verdicts import CaseRow, CaseVerdict, CaseView, Comparison
from edino.kernel.errors import NotFound, Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Text
from edino.ui.screen import Action, Number, Share, Status

_WHAT: Final[dict[str, Status]] = {
    "conflict": Status(gettext_lazy("conflict"), "warn", badge=True),
    "size": Status(gettext_lazy("too many"), "warn", badge=True),
    "suggestion": Status(gettext_lazy("suggested"), "info", badge=True),
}
_AGREES: Final[dict[str, Status]] = {
    "same": Status(gettext_lazy("same"), "good"),
    "different": Status(gettext_lazy("different"), "warn"),
    "one": Status(gettext_lazy("only one says"), "quiet"),
}
_DONE: Final[dict[str, Text]] = {
    "same": gettext_lazy("Joined: one customer now."),
    "different": gettext_lazy("Kept apart for good."),
    "later": gettext_lazy("Put off for a week."),
}
_TOLD: Final = frozenset({"known_since", "sources", "profiles"})
_STANDS: Final = {"same": "join", "different": "split"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the two columns."""

    field: Text
    left: Sequence[str]
    right: Sequence[str]
    mark: Status | None
    weight: Number | None


@staff.requires("customers.review")
def queue(request: StaffRequest) -> HttpResponse:
    page = api.cases(size=1)
    if not page.cases:
        return screen.page(request, "customers/review.html", title=_("Review"), case=None)
    return _answer(request, api.case(id=page.cases[0].id), sum(page.waiting.values()))


@staff.requires("customers.review")
def one(request: StaffRequest, number: int) -> HttpResponse:
    return _answer(request, api.case(id=number), sum(api.cases(size=1).waiting.values()))


@staff.requires("customers.see_personal")
@require_POST
def show(request: StaffRequest, number: int) -> HttpResponse:
    """The case in full; who asked stands on the trail."""
    view = api.case(id=number, revealed=True)
    for uid in (view.case.left, view.case.right):
        staff.audit(actor=request.staff, operation="customers.see_personal", subject=("customer", str(uid)))
    waiting = sum(api.cases(size=1).waiting.values())
    return render(request, "customers/_case.html", _context(request, view, waiting, revealed=True))


@staff.requires("customers.review")
@require_POST
def decide(request: StaffRequest, number: int, verdict: str) -> HttpResponse:
    if verdict not in _DONE:
        raise NotFound
    text: Text = _DONE[verdict]
    undo = ""
    try:
        api.decide(id=number, verdict=verdict, reason=request.POST.get("reason", ""), by=request.staff)  # type: ignore[arg-type]  # one of the three
    except CaseClosed as closed:
        text = closed.text
    else:
        undo = _undo_url(number, verdict)
    if not request.htmx:  # type: ignore[attr-defined]  # django_htmx
        messages.success(request, str(text))
        return redirect("review")
    page = api.cases(size=1)
    context = {"case": None}
    if page.cases:
        context = _context(request, api.case(id=page.cases[0].id), sum(page.waiting.values()))
    return screen.toast(render(request, "customers/_case.html", context), text, undo_url=undo)


@staff.requires("customers.review")
@require_POST
def undo(request: StaffRequest, what: str, decision: int) -> HttpResponse:
    """Take a verdict back: the claims decide again."""
    if what not in {"join", "split"}:
        raise NotFound
    take_back = api.unjoin if what == "join" else api.unsplit
    answer = HttpResponse(status=204)
    try:
        take_back(decision=decision, reason=_("taken back at once in review"), by=request.staff)
    except Refusal as refusal:
        return screen.toast(answer, refusal.text, "bad")
    return screen.toast(answer, _("Taken back."))


def _answer(request: StaffRequest, view: CaseView, waiting: int) -> HttpResponse:
    context = _context(request, view, waiting)
    return screen.page(request, "customers/review.html", title=_("Review"), **context)


def _context(request: StaffRequest, view: CaseView, waiting: int, *, revealed: bool = False) -> dict[str, Any]:
    case = view.case
    may_show = not revealed and staff.may(request.staff, "customers.see_personal")
    return {
        "case": case,
        "what": _WHAT[case.what],
        "why": _why(case, view.evidence),
        "score": Share(case.score, label=_("one person:")) if case.score is not None else None,
        "waiting": waiting,
        "lines": [_line(line) for line in view.lines],
        "weighed": any(line.weight is not None for line in view.lines),
        "left_url": _card(case.left),
        "right_url": _card(case.right),
        "closed": view.verdict,
        "show": Action(_("Show in full"), reverse("review_show", args=[case.id]), "swap", "eye", target="#case")
        if may_show
        else None,
        "verdicts": [
            _verdict(case.id, "same", _("Same person"), "1", "primary"),
            _verdict(case.id, "different", _("Not the same"), "2", ""),
            _verdict(case.id, "later", _("Later"), "3", "plain"),
        ],
    }


def _verdict(number: int, verdict: CaseVerdict, label: str, key: str, tone: str) -> Action:
    url = reverse("review_decide", args=[number, verdict])
    return Action(label, url, "swap", key=key, tone=tone, target="#case")  # type: ignore[arg-type]  # one of the tones


def _line(line: Comparison) -> Line:
    """A line; what is only told beside (since when, from how many sources) is not compared."""
    weight = None if line.weight is None else Number(line.weight, 1, signed=True)
    left, right = line.left, line.right
    if line.field == "known_since":
        left, right = tuple(map(_day, left)), tuple(map(_day, right))
    mark = None if line.field in _TOLD else _AGREES[line.agreement]
    return Line(wording.field(line.field), left, right, mark, weight)


def _day(text: str) -> str:
    return formats.date_format(date.fromisoformat(text), "j E Y")


def _why(case: CaseRow, evidence: Any) -> str:
    """Why the case is here, in one sentence."""
    if case.what == "suggestion":
        return _("They look alike, but no source ever said that they are one person.")
    ends = evidence.get("ends", []) if isinstance(evidence, dict) else []
    kinds = [str(wording.kind(str(end.get("kind", "")))) for end in ends]
    if len(kinds) == 2:
        return _("A source saw %(one)s and %(other)s together, but they were not joined: %(reason)s.") % {
            "one": kinds[0],
            "other": kinds[1],
            "reason": wording.refusal(case.reason),
        }
    return str(wording.refusal(case.reason))


def _undo_url(number: int, verdict: str) -> str:
    """Where the verdict that was just given can be taken back; "" where nothing changed."""
    kind = _STANDS.get(verdict)
    if kind is None:
        return ""
    standing = [one for one in api.why(customer=api.case(id=number).case.left).verdicts if one.what == kind]
    newest = max(standing, key=lambda one: one.at, default=None)
    return reverse("review_undo", args=[kind, newest.decision]) if newest else ""


def _card(uid: UUID) -> str:
    try:
        return reverse("customer", args=[uid])  # the card stands in a package above this one
    except NoReverseMatch:
        return ""
