"""Where YooKassa's notifications arrive: /hooks/yookassa/."""

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from edino.checkout import api as checkout
from edino.checkout.errors import ForgedNotice, ProviderRefused
from edino.kernel.errors import NotFound
from edino.kernel.web import problem
from edino.staff import api as staff
from edino.staff.types import Actor

logger = structlog.get_logger("edino.yookassa")


@csrf_exempt
@staff.public
def notified(request: HttpRequest) -> HttpResponse:
    """200 when the payment was looked at, or is none of ours; anything else lets YooKassa tell us again."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    offer = checkout.payment_providers.get("yookassa")
    if offer is None:
        return problem(NotFound())
    try:
        notice = offer.notice(body=request.body, address=_address(request))
        placed = checkout.settle_payment(provider="yookassa", ref=notice.ref)
    except (ForgedNotice, ProviderRefused):
        staff.refuse(actor=Actor("yookassa"), operation="hook.called", detail={"why": "forged or unknown"})
        return problem(ForgedNotice())
    logger.info("notified", order=str(placed.order) if placed else "", state=placed.state if placed else "")
    return HttpResponse(status=200)


def _address(request: HttpRequest) -> str:
    # As many proxies as are ours may be believed; what stands before them in the header anybody may have written.
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    return hops[-trusted] if 0 < trusted <= len(hops) else str(request.META.get("REMOTE_ADDR", ""))
