"""What shoppers write of a product: read by everybody, written by who proved a contact, looked at before it appears."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.catalogue.types.pages import ProductPage
from edino.faces.screens.shop.browse import language
from edino.faces.screens.shop.frame import errors_of, show
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.kernel.errors import Refusal
from edino.ui.parts import Back

SHOWN: Final = 10
_LARGEST: Final = 8 * 1024 * 1024


class Opinion(forms.Form):
    """A review."""

    rating = forms.TypedChoiceField(
        label=gettext_lazy("How do you like it?"),
        coerce=int,
        choices=[(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("5 is best."),
    )
    author = forms.CharField(
        label=gettext_lazy("Your name, as all will read it"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    text = forms.CharField(
        label=gettext_lazy("What is it like?"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    photo = forms.ImageField(
        label=gettext_lazy("A photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
    )

    def clean_photo(self) -> Any:
        """Not larger than a phone makes it."""
        photo = self.cleaned_data["photo"]
        if photo and photo.size > _LARGEST:
            raise forms.ValidationError(_("The photo is larger than 8 MB."))
        return photo


@dataclass(frozen=True, slots=True)
class Shown:
    """A review as it is shown."""

    author: str
    text: str
    rating: int
    stars: range
    verified: bool
    created_at: datetime
    photos: tuple[str, ...]
    reply: str


def context(guest: Guest, product: ProductPage, form: Opinion | None = None) -> dict[str, Any]:
    """Reviews of a product, and the form for who may write one."""
    found = catalogue.reviews(product_id=product.id, limit=SHOWN)
    name = guest.own.name if guest.own else ""
    return {
        "reviews": [
            Shown(
                one.author, one.text, one.rating, range(one.rating), one.verified, one.created_at, one.photos, one.reply
            )
            for one in found
        ],
        "form": form or (Opinion(initial={"author": name.split(" ")[0]}) if guest.shopper else None),
        "sent": "sent" in guest.request.GET,
    }


@require_POST
@visited
def write(request: ShopRequest, uid: UUID) -> HttpResponse:
    """Send a review; it appears once somebody has read it."""
    guest = request.guest
    offered = catalogue.assortment_of(guest.source_channel)
    product = catalogue.product(uid=uid, language=language(), assortment=offered.code)
    address = reverse("shop_product_named", args=[product.slug])
    if guest.shopper is None:
        return HttpResponseRedirect(f"{reverse('shop_log_in')}?next={address}")
    form = Opinion(request.POST, request.FILES)
    if form.is_valid():
        photo = form.cleaned_data["photo"]
        try:
            catalogue.write_review(
                product_uid=uid,
                profile_id=guest.shopper.profile_id,
                customer_id=guest.shopper.customer.id,
                rating=form.cleaned_data["rating"],
                author=form.cleaned_data["author"],
                text=form.cleaned_data["text"],
                photos=[photo.read()] if photo else [],
            )
        except Refusal as refused:
            for one in errors_of(refused):
                form.add_error(one.field if one.field in form.fields else None, one.text or refused.text)
        else:
            return HttpResponseRedirect(f"{address}?sent=1#reviews")
    back = Back(product.name, address)
    return show(request, "review.html", title=_("Write a review"), back=back, form=form, product=product, status=422)
