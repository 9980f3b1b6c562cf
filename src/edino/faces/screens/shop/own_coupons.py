"""The shopper's own coupons: given by our staff or won, good on the site and at the till alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString

from edino.faces.screens.shop import wording
from edino.faces.screens.shop.visit import Guest
from edino.promotions import api as promotions

MOST: Final = 10


@dataclass(frozen=True, slots=True)
class OwnCoupon:
    """A coupon that counts now; `picture` is its code for the scanner of a till."""

    code: str
    name: str
    ends_at: datetime | None
    picture: SafeString


def own_coupons(guest: Guest) -> list[OwnCoupon]:
    """What the shopper who is logged in may use now, the first to end first."""
    if guest.shopper is None:
        return []
    found = promotions.coupons(customer_id=guest.shopper.customer.id, limit=MOST).rows
    return [OwnCoupon(one.code, one.promotion, one.ends_at, wording.qr(one.code)) for one in found]
