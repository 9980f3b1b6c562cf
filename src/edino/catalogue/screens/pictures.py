"""The pictures of a product: upload, describe, put in order, take off and put back."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api import picturing
from edino.catalogue.api.pictures import LARGEST
from edino.catalogue.api.reading import behind
from edino.catalogue.screens import words
from edino.catalogue.screens.forms import lay_beside
from edino.catalogue.screens.keeping_forms import PicturesForm
from edino.catalogue.types.kept import Picture
from edino.catalogue.types.pages import ProductPage
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back

DROPPED: Final = "catalogue_picture"
"""Where the session keeps the picture that was taken off last."""


@staff.requires("catalogue.edit")
def pictures(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One form for all of them, so that whichever button is pressed, nothing that was typed is lost."""
    page = api.product(uid=uid, language=words.language())
    media = picturing.pictures_of(product=uid)
    skus = [("", _("the product as a whole")), *((one.sku, _called(one)) for one in page.variants)]
    form = PicturesForm(request.POST if request.method == "POST" else None, media, skus)
    if request.method == "POST" and form.is_valid():
        said = [*form.said(), *_new(request, form)]
        did, _colon, number = request.POST.get("did", "").partition(":")
        try:
            picturing.set_pictures(
                product=uid, by=request.staff, given=_moved(request, uid, said, did, int(number or -1))
            )
        except Refusal as refusal:
            lay_beside(form, refusal, _fields(len(said)))
        else:
            messages.success(request, gettext("Saved"))
            return redirect("product_pictures", uid=uid)
    shown = {(one.place, _sku(page, one.variant_id)): one.src(240) for one in page.pictures}
    places = [(shown.get((place.value(), sku.value() or ""), ""), place, alt, sku) for place, alt, sku in form.rows()]
    told = [source for source, _text in behind(uid=uid).sources]
    dropped = request.session.get(DROPPED, {})
    return screen.page(
        request,
        "catalogue/pictures.html",
        title=_("Pictures"),
        lead=words.owner(told),
        back=Back(page.name, reverse("product", args=[uid])),
        form=form,
        rows=places,
        dropped=dropped if dropped.get("product") == str(uid) else None,
        status=422 if form.errors else 200,
    )


def _new(request: StaffRequest, form: PicturesForm) -> list[Picture]:
    """Pictures that were given now. A file that is none is named, and does not hold up the others."""
    found: list[Picture] = []
    for file in request.FILES.getlist("files_"):
        try:
            content = file.read(LARGEST + 1)  # one byte too many is enough to refuse it
            found.append((picturing.keep_picture(content), "", ""))
        except Refusal as refusal:
            messages.error(request, f"{file.name}: {refusal.text}")
    if form.cleaned_data["address"]:
        found.append((form.cleaned_data["address"], "", ""))
    return found


def _moved(request: StaffRequest, uid: UUID, said: list[Picture], did: str, number: int) -> list[Picture]:
    """The pictures after a button was pressed: one earlier, one off, the last one back."""
    if did == "up" and 0 < number < len(said):
        said[number - 1], said[number] = said[number], said[number - 1]
    elif did == "drop" and 0 <= number < len(said):
        request.session[DROPPED] = {"product": str(uid), "picture": said.pop(number), "at": number}
    elif did == "back":
        kept: dict[str, Any] = request.session.pop(DROPPED, {})
        if kept.get("product") == str(uid):
            place, alt, sku = kept["picture"]
            said.insert(kept["at"], (place, alt, sku))
    return said


def _fields(count: int) -> dict[str, str]:
    named = {f"pictures[{n}].{kind}": f"{kind}_{n}" for n in range(count) for kind in ("alt", "sku")}
    return {**named, **{f"pictures[{n}].place": "address" for n in range(count)}, "files": "files_"}


def _called(one: Any) -> str:
    about = words.options(one.options)
    return f"{one.sku} · {about}" if about else str(one.sku)


def _sku(page: ProductPage, variant_id: int | None) -> str:
    return next((one.sku for one in page.variants if one.id == variant_id), "")
