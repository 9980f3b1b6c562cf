"""What a shopper's phone has to fetch: each page with its styles and scripts, as it goes over the line, compressed."""

import gzip
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.faces.test_shop import browser, buy, enter, put

if TYPE_CHECKING:
    from tests.faces.shop_stage import Shelves

pytestmark = pytest.mark.django_db(transaction=True)
HEAVIEST = 60 * 1024
PARTS = re.compile(r'(?:<link rel="stylesheet" href|<script src)="([^"]+)"')
PACKED = {"accept-encoding": "gzip"}


def fetched(client: Client, path: str) -> Any:
    answer = client.get(path, headers=PACKED, follow=True)
    assert answer.status_code == 200, path
    assert answer.headers["Content-Encoding"] == "gzip", path
    assert "Accept-Encoding" in answer.headers["Vary"]
    return answer


def size(client: Client, path: str) -> int:
    """Bytes of a file as it goes over the line."""
    return len(b"".join(fetched(client, path)))


def test_every_page_of_the_shop_is_light_on_the_line(shelves: "Shelves") -> None:
    lena = browser("ru")
    enter(lena, shelves)
    put(lena, "SOCKS-M")
    ordered = buy(lena, "TVER12")[0]["Location"]
    put(lena, "RUN-BLUE-42")
    shoes = shelves.url("RUN-BLUE-42")
    kiosk = browser("ru")
    pages = [(lena, path) for path in (
        "/shop/", "/shop/catalogue/", "/shop/catalogue/running/", "/shop/search/?q=стрела", shoes, "/shop/cart/",
        "/shop/checkout/", ordered, f"{ordered}return/", "/shop/account/", "/shop/account/card/",
        "/shop/account/contact/", "/shop/city/", "/shop/counting/", "/shop/offline/", "/shop/cart/join/",
    )]  # fmt: skip
    pages += [(browser("ru"), "/shop/log-in/"), (kiosk, "/kiosk/TVER12/"), (kiosk, shoes)]
    known: dict[str, int] = {}
    weights = {}
    for client, path in pages:
        html = b"".join(fetched(client, path))
        parts = PARTS.findall(gzip.decompress(html).decode())
        assert len(parts) >= 8, path
        known |= {part: size(client, part) for part in parts if part not in known}
        weights[path] = len(html) + sum(known[part] for part in parts)
    assert {path: weight for path, weight in weights.items() if weight > HEAVIEST} == {}


def test_a_file_is_compressed_once_and_is_what_it_was() -> None:
    plain = b"".join(Client().get("/static/ui/public.css"))
    for _time in range(2):
        packed = fetched(Client(), "/static/ui/public.css")
        body = b"".join(packed)
        assert gzip.decompress(body) == plain
        assert len(body) == int(packed.headers["Content-Length"]) < len(plain) / 3
    answer = Client().get("/static/ui/public.css", headers={**PACKED, "if-none-match": packed.headers["ETag"]})
    assert answer.status_code == 304


def test_pictures_and_answers_of_the_api_are_left_as_they_are() -> None:
    for path in ("/static/faces/icon-192.png", "/api/v1/openapi.json"):
        answer = Client().get(path, headers=PACKED)
        assert len(b"".join(answer)) > 400
        assert "Content-Encoding" not in answer.headers
