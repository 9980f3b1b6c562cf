"""The show page: every component in every state, for whoever builds a screen and for the tests that look at it."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from edino.ui import navigation, show
from edino.ui.screen import form_page, page, short, toast


def kit(request: HttpRequest) -> HttpResponseBase:
    """Everything in one page."""
    context = show.context() | {"table": show.listing.read(request, short(show.rows(), "key"))}
    return page(request, "ui/show/kit.html", title=show.TITLE, lead=show.LEAD, primary=show.PRIMARY, **context)


def listing(request: HttpRequest) -> HttpResponseBase:
    """A list screen, as a domain declares it."""
    return show.listing.respond(request, short(show.rows(), "key"), back=show.BACK)


def detail(request: HttpRequest) -> HttpResponse:
    """A screen of one thing: who on the left, what goes on at the right."""
    return page(request, "ui/show/detail.html", title=show.PERSON_NAME, back=show.BACK, **show.context())


def form(request: HttpRequest) -> HttpResponse:
    """A form; whatever is sent comes back, with errors or with a toast."""
    given = show.Form(request.POST or None)
    return form_page(request, given, title=show.FORM_TITLE, submit=show.SAVE, back=show.BACK)


def plain(request: HttpRequest) -> HttpResponse:
    """A page without navigation: log in, refusals."""
    return page(request, "ui/show/plain.html", title=show.LOG_IN, form=show.LogIn())


def answer(request: HttpRequest, name: str) -> HttpResponse:
    """The pieces that htmx asks for on the show page."""
    if name == "toast":
        return toast(HttpResponse(status=204), show.SAVED, undo_url=request.path)
    return page(request, f"ui/show/{name}.html", title=show.DIALOG_TITLE, **show.context())


_PLACES = [
    ("ui/", kit, "ui_kit", {}),
    ("ui/list/", listing, "ui_list", {}),
    ("ui/detail/", detail, "ui_detail", {}),
    ("ui/form/", form, "ui_form", {}),
    ("ui/plain/", plain, "ui_plain", {}),
    *[(f"ui/answer/{name}/", answer, f"ui_{name}", {"name": name}) for name in ("why", "dialog", "live", "toast")],
]
urlpatterns = [path(place, navigation.guard("ui.see")(view), given, name) for place, view, name, given in _PLACES]
