"""Products and variants made by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api import editing, varying
from edino.catalogue.api.reading import behind
from edino.catalogue.errors import NoSuchVariant
from edino.catalogue.screens import words
from edino.catalogue.screens.forms import CreateProduct
from edino.catalogue.screens.keeping_forms import VariantForm
from edino.catalogue.screens.product import BACK
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back


@staff.requires("catalogue.edit")
def create(request: StaffRequest) -> HttpResponse:
    """A new product, with its first variant if its SKU is known already."""
    form = CreateProduct(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                uid = editing.create_product(by=request.staff, code=given["code"], **form.said())
                if given["sku"] or given["barcode"]:
                    saved = varying.save_variant(
                        product=uid, by=request.staff, sku=given["sku"], barcodes=[given["barcode"]]
                    )
                    _doubts(request, saved)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            messages.success(request, gettext("The product is there. Add its variants, pictures and prices."))
            return redirect("product", uid=uid)
    return screen.form_page(request, form, title=_("New product"), submit=_("Save"), back=BACK)


@staff.requires("catalogue.edit")
def variant(request: StaffRequest, uid: UUID, number: int | None = None) -> HttpResponse:
    """Add a variant, or change one."""
    page = api.product(uid=uid, language=words.language())
    kept = next((one for one in page.variants if one.id == number), None)
    if number is not None and kept is None:
        raise NoSuchVariant
    like = page.variants[-1] if page.variants else None
    form = VariantForm(request.POST if request.method == "POST" else None, page.axes, kept, like)
    if request.method == "POST" and form.is_valid():
        try:
            saved = varying.save_variant(product=uid, by=request.staff, variant=number, **form.said())
        except Refusal as refusal:
            form.refused(refusal)
        else:
            messages.success(request, gettext("Saved") if saved.changed else gettext("Nothing was changed."))
            _doubts(request, saved)
            again = form.cleaned_data.get("again")
            return redirect("variant_add", uid=uid) if again else redirect("product", uid=uid)
    told = [source for source, _text in behind(uid=uid).sources]
    more: dict[str, Any] = {"lead": words.owner(told)} if kept else {}
    title = kept.sku if kept else _("New variant")
    back = Back(page.name, reverse("product", args=[uid]))
    return screen.form_page(request, form, title=title, submit=_("Save"), back=back, **more)


def _doubts(request: StaffRequest, saved: varying.SavedVariant) -> None:
    """Barcodes that are kept and name nothing are told at once: a till would not find them."""
    for text, code in saved.doubtful:
        said = gettext("The barcode %(text)s is kept, but no scanner will find it: %(why)s.")
        messages.warning(request, said % {"text": text, "why": words.BARCODES.get(code, code)})
