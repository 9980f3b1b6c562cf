"""Screens, declared: a list is columns, filters and a function that reads one page; a page is a template and a title.

sources = Listing(
    name="sources",
    title=_("Sources"),
    columns=(
        Column("name", _("Name"), sort=True),
        Column("seen_at", _("Last seen"), kind="ago", sort=True),
        Column("state", _("State"), value=lambda row: Status(row.word, row.tone), place="side"),
    ),
    filters=(words("q", _("Name")), choice("state", _("State"), [("live", _("Live")), ("silent", _("Silent"))])),
    url=lambda row: reverse("source", args=[row.uid]),
    sort="-seen_at",
)

def source_list(request):
    return sources.respond(request, lambda ask: Page(queries.sources(ask), queries.count_sources(ask)))
"""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from edino.ui.lists import (
    Ask,
    Column,
    Filter,
    Listing,
    Page,
    Read,
    Shown,
    View,
    choice,
    dates,
    flag,
    is_export,
    plain,
    short,
    words,
)
from edino.ui.parts import (
    Action,
    Amount,
    Back,
    Fact,
    Figure,
    Moment,
    Number,
    Person,
    Product,
    Share,
    Status,
    Stock,
    StockLine,
    Tab,
    Text,
    Tone,
    When,
    Why,
)

__all__ = [
    "Action",
    "Amount",
    "Ask",
    "Back",
    "Column",
    "Fact",
    "Figure",
    "Filter",
    "Listing",
    "Moment",
    "Number",
    "Page",
    "Person",
    "Product",
    "Read",
    "Share",
    "Shown",
    "Status",
    "Stock",
    "StockLine",
    "Tab",
    "Text",
    "Tone",
    "View",
    "When",
    "Why",
    "choice",
    "dates",
    "flag",
    "form_page",
    "is_export",
    "page",
    "plain",
    "short",
    "toast",
    "words",
]


def page(
    request: HttpRequest,
    template: str,
    *,
    title: Text,
    lead: Text = "",
    back: Back | None = None,
    primary: Action | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of its own: one title, a way up, one primary action, and a template that extends `ui/base.html`."""
    given = {"title": title, "lead": lead, "back": back, "primary": primary}
    return render(request, template, given | context, status=status)


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: Text,
    submit: Text,
    template: str = "ui/form_page.html",
    **context: Any,
) -> HttpResponse:
    """A page that is one form. A form with errors answers 422 with everything that was typed still in it."""
    status = 422 if form.errors else 200
    return page(request, template, title=title, form=form, submit=submit, status=status, **context)


def toast(response: HttpResponse, text: Text, tone: Tone = "good", undo_url: str = "") -> HttpResponse:
    """Say something beside an htmx answer, with an offer to undo (a POST)."""
    return trigger_client_event(response, "toast", {"text": str(text), "tone": tone, "undo": undo_url})
