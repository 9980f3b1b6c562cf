"""Igor's systems speak with the catalogue over the API; a stranger's key does not."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from edino.catalogue.api import reviewing
from edino.catalogue.models import Product, Review
from edino.channels import api as channels
from tests.catalogue.shelf import GTINS, HOUSE, source
from tests.customers.test_http import Caller

pytestmark = pytest.mark.django_db
SHOES = {
    "external_id": "p-1",
    "names": {"ru": "Кроссовки Рассвет", "en": "Dawn"},
    "categories": ["g-1"],
    "attributes": {"drop": 8, "vegan": True},
    "variants": [
        {"external_id": "p-1#41", "sku": "DAWN-41", "options": {"size": "41"}, "barcodes": [GTINS[0], "1234"]},
        {"sku": "DAWN-42", "options": {"size": "42"}},
    ],
}


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Any, settings: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    channels.forget_keys()
    yield
    channels.forget_keys()


@pytest.fixture
def igor() -> Caller:
    return Caller(source("1C"), "catalogue:write", "catalogue:read")


def asked(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_products_come_in_are_found_and_shown(igor: Caller) -> None:
    shelves = {"categories": [{"external_id": "g-1", "names": {"ru": "Обувь", "en": "Shoes"}}]}
    assert asked(igor.call("POST", "/categories", shelves))["created"] == 1
    bad = {"external_id": "p-2", "names": {}}
    report = asked(igor.call("POST", "/products", {"products": [SHOES, bad]}))
    assert (report["created"], [one["field"] for one in report["rejected"]]) == (1, ["names"])
    assert [(one["index"], one["field"], one["code"]) for one in report["remarks"]] == [
        (0, "variants[0].barcodes[1]", "length")
    ]
    assert asked(igor.call("POST", "/products", {"products": [SHOES]}))["unchanged"] == 1
    found = asked(igor.call("GET", "/products?q=krossovki&channel=site&facets=true&filter=option.size:41&language=ru"))
    assert [row["name"] for row in found["products"]] == ["Кроссовки Рассвет"]
    assert (found["total"], found["currency"], found["next"]) == (1, "RUB", "")
    assert {facet["name"] for facet in found["facets"]} == {"category", "option.size"}
    page = asked(igor.call("GET", f"/products/{found['products'][0]['id']}?language=en"))
    assert [variant["sku"] for variant in page["variants"]] == ["DAWN-41", "DAWN-42"]
    assert page["categories"] == [{"code": "obuv", "name": "Shoes"}]
    assert page["variants"][0]["barcodes"][1] == {"text": "1234", "gtin": None, "problem": "length"}
    assert page["presence"][0]["missing"] == ["description:ru", "description:en", "image", "barcode", "price"]


def test_a_page_leads_to_the_next(igor: Caller) -> None:
    socks = [{"external_id": str(n), "names": {"en": f"Socks {n}"}, "variants": [{"sku": f"S-{n}"}]} for n in range(5)]
    asked(igor.call("POST", "/products", {"products": socks}))
    names, cursor = [], ""
    while True:
        page = asked(igor.call("GET", f"/products?limit=2&sort=new&cursor={cursor}"))
        names += [row["name"] for row in page["products"]]
        cursor = page["next"]
        if not cursor:
            break
    assert names == [f"Socks {n}" for n in (4, 3, 2, 1, 0)]


def test_what_is_wrong_is_named_by_its_field(igor: Caller) -> None:
    wrong = {"products": [{**SHOES, "price": 5}]}
    assert asked(igor.call("POST", "/products", wrong), 422)["errors"][0]["field"] == "products[0].price"
    assert asked(igor.call("GET", "/products?filter=size"), 422)["errors"][0]["field"] == "filter"
    assert asked(igor.call("GET", "/products?filter=size:41"), 422)["errors"][0]["field"] == "filters.size"
    assert asked(igor.call("GET", "/products?assortment=moon"), 404)["type"] == "urn:edino:no_such_assortment"
    assert asked(igor.call("GET", "/products?cursor=abc"), 422)["errors"][0]["field"] == "cursor"
    missing = "/products/01890000-0000-7000-8000-000000000000"
    assert asked(igor.call("GET", missing), 404)["type"] == "urn:edino:no_such_product"
    assert Product.objects.count() == 0


def test_a_review_comes_in_once_and_waits(igor: Caller) -> None:
    asked(igor.call("POST", "/products", {"products": [SHOES]}))
    uid = str(Product.objects.get().uid)
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, "PNG")
    photo = base64.b64encode(content.getvalue()).decode()
    given = {"product": uid, "rating": 5, "key": "r-1", "author": "Лена", "text": "Лёгкие", "photos": [photo]}
    review = asked(igor.call("POST", "/reviews", given))
    assert (review["state"], review["verified"], len(review["photos"])) == ("pending", False, 1)
    assert asked(igor.call("POST", "/reviews", {**given, "photos": []}))["id"] == review["id"]
    assert Review.objects.count() == 1
    bad = asked(igor.call("POST", "/reviews", {**given, "key": "r-2", "photos": ["not base64!"]}), 422)
    assert bad["errors"][0]["field"] == "photos[0]"
    reviewing.judge(uid=Review.objects.get().uid, state="published", by=HOUSE)
    assert asked(igor.call("GET", f"/products/{uid}"))["rating"] == 5.0


def test_a_key_without_the_scope_writes_nothing() -> None:
    stranger = Caller(source("Feed"), "catalogue:read")
    asked(stranger.call("POST", "/products", {"products": [SHOES]}), 403)
    asked(stranger.call("POST", "/categories", {"categories": []}), 403)
    asked(stranger.call("POST", "/reviews", {}), 403)
    assert Product.objects.count() == 0
