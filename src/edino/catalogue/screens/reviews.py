"""Reviews: what waits to be judged, and one review with what can be done about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api import reviewing
from edino.catalogue.queries import reviews as queries
from edino.catalogue.screens import words
from edino.catalogue.screens.forms import Judge, lay_beside
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Ask, Back, Column, Fact, Listing, Page, Status, View, When, choice, flag

BACK: Final = Back(_("Reviews"), reverse_lazy("reviews"))  # type: ignore[arg-type]  # resolved when printed
VERIFIED: Final = Status(_("bought it"), "good")


@dataclass(frozen=True, slots=True)
class Row:
    """A review as the list shows it."""

    uid: str
    product: str
    rating: str
    text: str
    author: str
    photos: int
    verified: Status | None
    state: Status
    created_at: datetime


REVIEWS: Final[Listing[Row]] = Listing(
    name="reviews",
    title=_("Reviews"),
    lead=_("Nobody sees a review before somebody of us has read it."),
    columns=(
        Column("product", _("Product")),
        Column("rating", _("Stars"), place="side"),
        Column("text", _("What is said")),
        Column("author", _("Author"), quiet=True),
        Column("photos", _("Photos"), kind="number"),
        Column("verified", _("Purchase")),
        Column("state", _("State")),
        Column("created_at", _("Written"), kind="ago", sort=True),
    ),
    key="uid",
    url=lambda row: reverse("review_one", args=[row.uid]),
    filters=(
        choice("state", _("State"), [(code, one.word) for code, one in words.STATES.items()]),
        choice("rating", _("Stars"), [(str(n), str(n)) for n in range(5, 0, -1)]),
        flag("verified", _("Bought it")),
    ),
    views=(
        View(_("To be judged"), {"state": "pending"}),
        View(_("Published"), {"state": "published"}),
        View(_("Rejected"), {"state": "rejected"}),
        View(_("All")),
    ),
    sort="-created_at",
    nothing=_("No review yet"),
)


def stars(rating: int) -> str:
    """A rating in words that every reader and screen reader understands."""
    return gettext("%(rating)s of 5") % {"rating": rating}


def waiting(_request: HttpRequest) -> int:
    """How many reviews wait, for the navigation."""
    return queries.count_reviews().get("pending", 0)


@staff.requires("reviews.moderate")
def reviews(request: StaffRequest) -> HttpResponseBase:
    """Reviews, the newest first."""

    def read(ask: Ask) -> Page[Row]:
        given = ask.filters
        rating = given.get("rating")
        rows = queries.queue(
            state=given.get("state", ""),
            verified=bool(given.get("verified")),
            rating=int(rating) if rating else None,
            descending=ask.descending,
            after=_after(ask),
            limit=ask.limit,
        )
        return Page([_row(row) for row in rows], None)

    return REVIEWS.respond(request, read)


@staff.requires("reviews.moderate")
def review(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One review: publish it with an answer, or reject it with a reason."""
    found = reviewing.review(uid=uid)
    form = Judge(request.POST or None, initial={"reply": found.reply})
    if request.method == "POST" and form.is_valid():
        state: Literal["published", "rejected"] = "rejected" if request.POST.get("did") == "reject" else "published"
        try:
            reviewing.judge(uid=uid, state=state, by=request.staff, **form.cleaned_data)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, gettext("Published") if state == "published" else gettext("Rejected"))
            return redirect(f"{reverse('reviews')}?state=pending")
    page = api.product(uid=found.product_uid, language=words.language())
    facts = [
        Fact(_("Product"), page.name),
        Fact(_("Stars"), stars(found.rating)),
        Fact(_("State"), words.STATES[found.state]),
        Fact(_("Author"), found.author),
        Fact(_("Purchase"), VERIFIED if found.verified else Status(_("not known"), "quiet")),
        Fact(_("Written"), When(found.created_at, "full")),
    ]
    context: dict[str, Any] = {"review": found, "facts": [fact for fact in facts if fact.value != ""], "form": form}
    status = 422 if form.errors else 200
    return screen.page(
        request,
        "catalogue/review.html",
        title=_("A shopper's review"),
        lead=page.name,
        back=BACK,
        status=status,
        **context,
    )


def _row(row: queries.QueueRow) -> Row:
    return Row(
        uid=str(row.uid),
        product=words.said_in(row.names),
        rating=stars(row.rating),
        text=row.text if len(row.text) <= 120 else f"{row.text[:119].rstrip()}…",
        author=row.author,
        photos=len(row.photos),
        verified=VERIFIED if row.verified else None,
        state=words.STATES[row.state],
        created_at=row.created_at,
    )


def _after(ask: Ask) -> tuple[str, str] | None:
    """The place of the last row seen; whatever else somebody typed there starts the list anew."""
    try:
        at = parse_datetime(ask.after_value) if isinstance(ask.after_value, str) else None
        key = str(UUID(ask.after_key)) if isinstance(ask.after_key, str) else ""
    except ValueError:
        return None
    return (at.isoformat(), key) if at is not None and at.tzinfo is not None and key else None
