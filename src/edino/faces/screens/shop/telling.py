"""Tell me when it is back, tell me when it costs less: a wish that stays on the profile of who proved a contact."""

from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from edino.catalogue import api as catalogue
from edino.faces.screens.shop import wording
from edino.faces.screens.shop.browse import language
from edino.faces.screens.shop.frame import part, show
from edino.faces.screens.shop.visit import ShopRequest, visited
from edino.inventory import api as inventory
from edino.kernel.errors import NotFound, Refusal
from edino.ui.parts import Back

KINDS: Final = ("back_in_stock", "price_drop")


@visited
def tell(request: ShopRequest) -> HttpResponse:
    """Take the wish. Who is not logged in does that first: a message needs a contact that is his."""
    guest = request.guest
    given = request.POST if request.method == "POST" else request.GET
    kind, sku = given.get("kind", ""), given.get("sku", "")[:200]
    info = catalogue.variants_by_sku(skus=[sku], language=language()).get(sku)
    if info is None or kind not in KINDS:
        raise NotFound
    in_place = bool(request.headers.get("HX-Request"))
    if guest.shopper is None:
        here = f"{reverse('shop_tell')}?{urlencode({'sku': sku, 'kind': kind})}"
        address = f"{reverse('shop_log_in')}?{urlencode({'next': here})}"
        return part(request, "_told.html", log_in=address) if in_place else HttpResponseRedirect(address)
    back = Back(info.name, wording.product_url(info.product_uid, sku))
    title = _("Tell me when it is back") if kind == "back_in_stock" else _("Tell me when it costs less")
    context: dict[str, Any] = {"name": info.name, "about": wording.options(info.options), "sku": sku, "kind": kind}
    if request.method != "POST":
        return show(request, "tell.html", title=title, back=back, **context)
    try:
        if kind == "back_in_stock":
            inventory.subscribe(sku=sku, profile_id=guest.shopper.profile_id)
        else:
            offered = catalogue.assortment_of(guest.source_channel)
            catalogue.want_price(sku=sku, profile_id=guest.shopper.profile_id, currency=offered.currency)
    except Refusal as refused:
        if in_place:
            return part(request, "_told.html", trouble=refused.text)
        return show(request, "told.html", title=title, back=back, trouble=refused.text, status=422, **context)
    contact = guest.shopper.contact.value
    if in_place:
        return part(request, "_told.html", contact=contact, kind=kind)
    return show(request, "told.html", title=title, back=back, contact=contact, **context)
