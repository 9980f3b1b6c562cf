"""Change a product by hand."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue.api import editing
from edino.catalogue.api.reading import behind
from edino.catalogue.screens import words
from edino.catalogue.screens.forms import ChangeProduct
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back


@staff.requires("catalogue.edit")
def change(request: StaffRequest, uid: UUID) -> HttpResponse:
    """What is changed here holds against every feed."""
    kept = behind(uid=uid)
    form = ChangeProduct(request.POST if request.method == "POST" else None, kept)
    back = Back(words.said_in(kept.names), reverse("product", args=[uid]))
    if request.method == "POST" and form.is_valid():
        try:
            changed = editing.change_product(uid=uid, by=request.staff, **form.said())
        except Refusal as refusal:
            form.refused(refusal)
        else:
            said = (
                gettext("Saved. What you changed no import will overwrite.")
                if changed
                else gettext("Nothing was changed.")
            )
            messages.success(request, said)
            return redirect("product", uid=uid)
    lead = words.owner(source for source, _text in kept.sources)
    return screen.form_page(request, form, title=_("Change the product"), submit=_("Save"), lead=lead, back=back)
