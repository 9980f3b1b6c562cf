"""The catalogue's screens in a real browser, on a desk and on a phone, in both languages: accessible and quiet."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_core_python.sync_playwright import Axe
from PIL import Image, ImageDraw

from edino.catalogue import api
from edino.catalogue.api import offering, relating, reviewing
from edino.catalogue.models import Product, Review, Variant
from edino.catalogue.types import AttributeInput, Media
from edino.catalogue.types.prices import PriceInput
from edino.staff.types import Role
from tests.catalogue.shelf import HOUSE, bring, runner, shelves, simple
from tests.faces import stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def addresses(live_server: "LiveServer", tmp_path: Path, settings: Any) -> list[str]:
    """A small shop, and the screens of those who keep it."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "shoes").mkdir()
    picture = Image.new("RGB", (900, 600), "#dfe7ee")
    ImageDraw.Draw(picture).ellipse((150, 250, 750, 450), fill="#33506b")
    picture.save(tmp_path / "shoes" / "dawn.jpg")
    shelves()
    season = {"summer": {"ru": "Лето", "en": "Summer"}, "winter": {"ru": "Зима", "en": "Winter"}}
    api.define_attributes(
        attributes=[
            AttributeInput("season", "choice", {"ru": "Сезон", "en": "Season"}, choices=season, is_filter=True),
            AttributeInput("drop", "number", {"ru": "Перепад", "en": "Drop"}, unit="mm", is_required=True),
            AttributeInput("vegan", "boolean", {"ru": "Без кожи", "en": "Vegan"}),
        ]
    )
    more = runner(external_id="p-2", names={"ru": "Кроссовки Закат", "en": "Dusk running shoes"}, variants=None)
    bring(runner(), more, *[simple(number) for number in range(1, 9)], simple(9, media=[Media("gone.jpg")]))
    api.save_price_list(code="main", name="Main", currency="RUB", by=HOUSE)
    api.set_prices(source=HOUSE, rows=[PriceInput("DAWN-41", "main", 499_000), PriceInput("DAWN-42", "main", 499_000)])
    shoes = Product.objects.get(names__en="Dawn running shoes")
    offering.save_assortment(
        code="kiosk", name="Киоски", currency="RUB", languages=["ru"], channels=["kiosk"], by=HOUSE
    )
    offering.set_listing(assortment="kiosk", products=[shoes.uid], listed=False, reason="Не помещаются", by=HOUSE)
    for rating, text in ((5, "Лёгкие и тёплые"), (2, "Маломерят"), (1, "spam")):
        api.write_review(product_uid=shoes.uid, rating=rating, author="Лена", text=text, profile_id=rating)
    reviewing.judge(uid=Review.objects.earliest("id").uid, state="published", by=HOUSE, reply="Спасибо!")
    relating.relate()
    waiting = Review.objects.get(rating=2).uid
    return [
        "/products/",
        f"/products/{shoes.uid}/",
        f"/products/{shoes.uid}/change/",
        f"/products/{shoes.uid}/pictures/",
        f"/products/{shoes.uid}/variants/new/",
        f"/products/{shoes.uid}/variants/{Variant.objects.get(sku='DAWN-41').pk}/",
        "/products/new/",
        "/categories/",
        f"/categories/{shoes.category_ids[0]}/",
        "/attributes/",
        "/attributes/season/",
        "/attributes/axes/size/",
        "/products/differences/",
        f"/products/labels/?ids={shoes.pk}",
        "/assortments/",
        "/assortments/kiosk/",
        "/reviews/?state=pending",
        f"/reviews/{waiting}/",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("ru", 390), ("en", 1440)])
def test_the_screens_are_accessible_quiet_and_fit_a_phone(
    language: str, width: int, addresses: list[str], chromium: "Browser", live_server: "LiveServer"
) -> None:
    session = stage.log_in(Role.ADMINISTRATOR, language).cookies["sessionid"].value
    complaints: list[str] = []
    faults: list[Any] = []
    context = chromium.new_context(viewport={"width": width, "height": 900}, has_touch=width < 600)
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in addresses:
        answer = page.goto(live_server.url + address)
        assert answer is not None
        assert (address, answer.status) == (address, 200)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (address, width, wide) == (address, width, 0)
        found = Axe().run(page, options=RULES)["violations"]
        faults += [
            (address, width, one["id"], one["nodes"][0]["html"][:150])
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]
    context.close()
    assert faults == []
    assert complaints == []
