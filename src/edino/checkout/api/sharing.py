"""Handing a cart over by a link or its QR code: the address holds a random token, never a cart or a person."""

import io
import os
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import segno

from edino.checkout.api.carts import stored
from edino.checkout.errors import TokenSpent
from edino.checkout.queries import carts as queries
from edino.checkout.types import Cart, Hand, Shared
from edino.kernel import clock

LASTS: Final = timedelta(days=1)
PATH: Final = "/shop/cart/join/"


def share(*, uid: UUID, by: Hand, address: str = "", lasts: timedelta = LASTS) -> Shared:
    """A link that opens this cart elsewhere until it ends. The token is told this once; only its hash is kept.

    `address` is where the shop is reached, such as https://shop.example (EDINO_SHOP_ADDRESS when empty).
    """
    found = stored(uid=uid)
    token = secrets.token_urlsafe(32)
    at = clock.now()
    ends = at + lasts
    queries.share(found.id, sha256(token.encode()).digest(), ends)
    queries.note(found, by, "shared", {}, at)
    base = address or os.environ.get("EDINO_SHOP_ADDRESS", "http://127.0.0.1:8000")
    link = f"{base.rstrip('/')}{PATH}{token}"
    return Shared(token, link, _drawn(link), ends)


def join(*, token: str, by: Hand) -> Cart:
    """The cart that a token hands over. `TokenSpent` when it never was, or has ended."""
    at = clock.now()
    uid = queries.shared(sha256(token.encode("utf-8", "surrogatepass")).digest(), at)
    if uid is None:
        raise TokenSpent
    found = stored(uid=uid)
    queries.note(found, by, "joined", {}, at)
    return found


def _drawn(link: str) -> str:
    out = io.BytesIO()
    segno.make(link, error="m").save(out, kind="svg", xmldecl=False, svgns=True, border=2, scale=4)
    return out.getvalue().decode()
