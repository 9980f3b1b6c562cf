"""Whatever a scanner reads or a hand types on a tablet, no page of the store or of the order book falls over."""

import pytest
from django.urls import Resolver404, resolve, reverse

from edino.staff.types import Role
from tests.faces import store_stage as store

pytestmark = pytest.mark.django_db
ROUGH = (
    "",
    "-1",
    "9" * 30,
    "1e9",
    "NaN",
    "\u0661\u0662",
    "x" * 5000,
    "\x00",
    "'; --",
    "\ufeff",
    "[]",
    "edino:pickup:1:",
    "://",
)
FIELDS = (
    *("q", "line", "sku", "code", "quantity", "way", "method", "do", "tender"),
    *("reason", "area", "full", "to", "all", "key", "total", "version", "card"),
    *("cash", "gift_card", "slot", "phone", "email", "name", "pieces", "add", "uid"),
    *("store", "promotion", "how", "customer", "city", "address", "carrier", "tracking", "order"),
)


def test_nothing_falls_over() -> None:
    pages = store.every_page()
    irina = store.tablet(Role.ADMINISTRATOR).client
    irina.raise_request_exception = False
    more = [
        reverse(name) for name in ("store_back_count", "store_back_begin", "store_find", "store_sell", "store_back")
    ]
    parts = ("change", "give", "told", "settle", "missing", "area", "inspect", "refuse", "edit", "compensate")
    inner = [f"{page}{part}/" for page in pages for part in parts if page.count("-") >= 4]
    known = [address for address in inner if resolves(address)]
    wrong = []
    for place, address in enumerate([*pages, *more, *known]):
        # Each address meets a third of the values, so that the whole stays quick; together they meet them all.
        for rough in ROUGH[place % 3 :: 3]:
            given = dict.fromkeys(FIELDS, rough)
            told = [irina.post(address.split("?")[0], given, headers=store.SWAP).status_code]
            told.append(irina.get(address.split("?")[0], given).status_code)
            if max(told) >= 500:
                wrong.append((address, rough, told))
    assert wrong == []


def resolves(address: str) -> bool:
    """Whether something answers there."""
    try:
        resolve(address)
    except Resolver404:
        return False
    return True
