"""Vera keeps the catalogue at her desk: what is missing, what she mends, what she prints, what she lets be read."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from edino.catalogue import api
from edino.catalogue.api import offering, relating, reviewing
from edino.catalogue.models import Listing, Product, Review
from edino.catalogue.types import AttributeInput, Media, VariantInput
from edino.kernel import sql
from edino.staff.types import Role
from tests.architecture import ownership
from tests.catalogue.shelf import GTINS, HOUSE, bring, runner, shelves, simple
from tests.faces.stage import log_in, text

pytestmark = pytest.mark.django_db
KIOSK = {"code": "kiosk", "name": "Kiosks", "currency": "RUB", "languages": "en", "channels": ["kiosk"], "rule": "all"}


@pytest.fixture
def vera() -> Client:
    return log_in(Role.MERCHANDISER)


@pytest.fixture
def shoes() -> Product:
    shelves()
    api.define_attributes(
        attributes=[
            AttributeInput("season", "choice", {"en": "Season"}, choices={"summer": {"en": "Summer"}}),
            AttributeInput("drop", "number", {"en": "Drop"}, unit="mm"),
            AttributeInput("vegan", "boolean", {"en": "Vegan"}),
            AttributeInput("since", "date", {"en": "Since"}),
        ]
    )
    bring(runner(), simple(1), simple(2, active=False))
    return Product.objects.get(names__en="Dawn running shoes")


def test_the_list_says_what_each_product_lacks(vera: Client, shoes: Product) -> None:
    page = text(vera.get("/products/"))
    assert "Dawn running shoes" in page
    assert "88 %" in page
    assert "barcode, category, description (en), description (ru), picture, price" in page
    lacking = text(vera.get("/products/?missing=image&active=1"))
    assert ("Socks 1" in lacking, "Dawn" in lacking, "Socks 2" in lacking) == (True, False, False)
    assert "Socks 2" in text(vera.get("/products/?active=0"))
    found = text(vera.get("/products/?q=krossovki"))
    assert ("Dawn" in found, "Socks" in found) == (True, False)
    assert "Nothing matches" in text(vera.get("/products/?q=nowhere"))


@pytest.mark.parametrize("sort", ["title", "-title", "score", "-score", "changed_at", "-changed_at"])
def test_the_list_leads_on_page_by_page_in_every_order(vera: Client, sort: str) -> None:
    bring(*[simple(number, names={"en": f"Socks {number:03}"}) for number in range(120)])
    seen: list[str] = []
    address = f"/products/?sort={sort}"
    while address:
        html = vera.get(address).content.decode()
        seen += re.findall(r'class="row-link"[^>]*>(Socks \d+)<', html)
        found = re.search(r'href="(\S+)" rel="next"', html)
        address = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == 120
    assert len(set(seen)) == 120
    if "title" in sort:
        assert seen == sorted(seen, reverse=sort.startswith("-"))


def test_the_page_of_a_product_says_all_of_it(vera: Client, shoes: Product) -> None:
    bring(runner(external_id="p-2", names={"en": "Dusk running shoes"}, variants=simple(9).variants))
    relating.relate()
    page = text(vera.get(f"/products/{shoes.uid}/"))
    said = ["Dawn running shoes", "Кроссовки Рассвет", "Shoes / Running shoes", "DAWN-42", GTINS[0], "Vegan yes"]
    said += ["Drop 8 mm", "Полдень", "88 % price", "Similar", "Dusk running shoes", "1C p-1", "Print labels"]
    assert [words for words in said if words not in page] == []
    assert vera.get("/products/01890000-0000-7000-8000-000000000000/").status_code == 404


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What a form shows, as a browser would send it back."""
    form = client.get(address).context["form"]
    given = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in given.items() if value not in (None, False)}


def test_vera_mends_a_product_and_the_feed_leaves_it(vera: Client, shoes: Product) -> None:
    address = f"/products/{shoes.uid}/change/"
    given = form_of(vera, address)
    assert vera.post(address, given).status_code == 302
    assert Product.objects.get(pk=shoes.pk).held == []
    attributes = {one.code: f"attribute_{one.id}" for one in api.define_attributes(attributes=[]).values()}
    changes = {"name_en": "Morning shoes", attributes["drop"]: "9,5", attributes["vegan"]: "no", "categories": []}
    assert vera.post(address, given | changes).status_code == 302
    product = Product.objects.get(pk=shoes.pk)
    assert product.held == ["attributes.drop", "attributes.vegan", "categories", "names.en"]
    assert product.attributes == {"season": "summer", "drop": 9.5, "vegan": False}
    assert product.category_ids == []
    bring(runner(names={"en": "Feed shoes"}))
    page = text(vera.get(f"/products/{shoes.uid}/"))
    assert "Morning shoes" in page
    assert "Written by hand" in page
    assert vera.post(f"/products/{shoes.uid}/release/").status_code == 302
    bring(runner(names={"en": "Feed shoes"}))
    assert "Feed shoes" in text(vera.get(f"/products/{shoes.uid}/"))


def test_what_is_wrong_stands_beside_its_field_and_is_still_typed(vera: Client, shoes: Product) -> None:
    address = f"/products/{shoes.uid}/change/"
    drop = f"attribute_{api.define_attributes(attributes=[])['drop'].id}"
    answer = vera.post(address, form_of(vera, address) | {drop: "high", "name_en": "New name"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [drop]
    assert 'value="New name"' in answer.content.decode()
    assert Product.objects.get(pk=shoes.pk).names["en"] == "Dawn running shoes"


def test_channels_differ_only_with_a_reason(vera: Client, shoes: Product) -> None:
    assert vera.post("/assortments/new/", KIOSK).status_code == 302
    assert vera.post("/assortments/new/", {**KIOSK, "code": "Киоск"}).status_code == 422
    assert "Every channel offers the same" in text(vera.get("/products/differences/"))
    take_out = f"/products/{shoes.uid}/take-out/kiosk/"
    assert vera.post(take_out, {"reason": ""}).status_code == 422
    assert Listing.objects.count() == 0
    assert vera.post(take_out, {"reason": "Does not fit"}).status_code == 302
    report = text(vera.get("/products/differences/"))
    assert "Dawn running shoes Main Kiosks Does not fit" in report
    assert "1 product is not offered everywhere" in text(vera.get("/assortments/"))
    assert vera.post(f"/products/{shoes.uid}/offer/kiosk/").status_code == 302
    assert offering.count_differences() == 0
    changed = {**KIOSK, "name": "Terminals", "is_default": "on"}
    assert vera.post("/assortments/kiosk/", changed).status_code == 302
    assert (api.default_assortment().code, api.default_assortment().name) == ("kiosk", "Terminals")


def test_labels_lead_to_the_product_and_its_variants(vera: Client, shoes: Product) -> None:
    html = vera.get(f"/products/labels/?ids={shoes.pk},x,999999999").content.decode()
    codes = re.findall(r'href="http://testserver/q/(\w+)"', html)
    assert html.count("<svg") >= len(codes) == 3
    found = [api.by_short_code(code=code) for code in codes]
    assert [one.sku for one in found if one] == ["", "DAWN-41", "DAWN-42"]
    assert {one.product_id for one in found if one} == {shoes.pk}
    assert vera.post("/products/labels/", {"ids": [shoes.pk]}).content.decode().count("/q/") == 3
    slip = codes[1][:-2] + codes[1][-1] + codes[1][-2]
    assert api.by_short_code(code=slip) is None or slip == codes[1]
    assert api.by_short_code(code=codes[1].upper()) == found[1]


def test_oleg_judges_reviews_and_only_then_are_they_seen(shoes: Product) -> None:
    oleg = log_in(Role.OPERATOR)
    api.write_review(product_uid=shoes.uid, rating=5, author="Лена", text="Лёгкие <b>и</b> тёплые", profile_id=1)
    api.write_review(product_uid=shoes.uid, rating=1, text="spam", profile_id=2)
    assert "Лёгкие <b>и</b> тёплые" in text(oleg.get("/reviews/?state=pending"))
    good, bad = Review.objects.order_by("id")
    assert "&lt;b&gt;" in oleg.get(f"/reviews/{good.uid}/").content.decode()
    assert oleg.post(f"/reviews/{good.uid}/", {"did": "publish", "reply": "Спасибо"}).status_code == 302
    assert oleg.post(f"/reviews/{bad.uid}/", {"did": "reject"}).status_code == 422
    assert oleg.post(f"/reviews/{bad.uid}/", {"did": "reject", "reason": "spam"}).status_code == 302
    assert [one.reply for one in api.reviews(product_id=shoes.pk)] == ["Спасибо"]
    assert "Nothing matches" in text(oleg.get("/reviews/?state=pending"))


def test_reviews_lead_on_page_by_page(shoes: Product) -> None:
    oleg = log_in(Role.OPERATOR)
    for number in range(60):
        api.write_review(product_uid=shoes.uid, rating=5, author=f"Guest {number:02}", profile_id=number + 1)
    for sort in ("created_at", "-created_at"):
        seen, address = [], f"/reviews/?sort={sort}"
        while address:
            html = oleg.get(address).content.decode()
            seen += re.findall(r"Guest \d\d", html)
            found = re.search(r'href="(\S+)" rel="next"', html)
            address = found[1].replace("&amp;", "&") if found else ""
        assert seen == sorted(seen, reverse=sort.startswith("-"))
        assert len(seen) == 60


def test_anya_sees_products_and_changes_none(shoes: Product) -> None:
    anya = log_in(Role.ASSOCIATE)
    page = text(anya.get(f"/products/{shoes.uid}/"))
    assert "Dawn running shoes" in page
    assert "Take out" not in page
    assert anya.post(f"/products/{shoes.uid}/change/", {"name_en": "Mine"}).status_code == 403
    assert anya.get("/reviews/").status_code == 403
    assert Product.objects.get(pk=shoes.pk).names["en"] == "Dawn running shoes"


def test_a_picture_is_small_when_it_is_asked_for_small(
    shoes: Product, tmp_path: Path, settings: Any, client: Client
) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "shoes").mkdir()
    Image.new("RGB", (2000, 1000), "navy").save(tmp_path / "shoes" / "dawn.jpg")
    (tmp_path / "notes.txt").write_text("secret")
    bring(
        runner(media=[Media("shoes/dawn.jpg"), Media("https://x.example/a.jpg"), Media("notes.txt"), Media("gone.jpg")])
    )
    first, elsewhere, notes, gone = api.product(uid=shoes.uid).pictures
    answer = client.get(first.src(240))
    assert (answer["Content-Type"], answer.content[8:12]) == ("image/webp", b"WEBP")
    with Image.open(next((tmp_path / ".thumbnails").rglob("*.webp"))) as small:
        assert small.size == (240, 120)
    made = list((tmp_path / ".thumbnails").rglob("*.webp"))
    assert client.get(first.src(240)).content == answer.content
    assert list((tmp_path / ".thumbnails").rglob("*.webp")) == made
    assert client.get(elsewhere.src()).headers["Location"] == "https://x.example/a.jpg"
    for address in (notes.src(), gone.src(), first.src(241), "/media/999999/240.webp"):
        assert client.get(address).status_code == 404


def test_more_rows_are_not_more_statements(vera: Client, shoes: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(address: str) -> int:
        ran: list[str] = []
        with monkeypatch.context() as patched:
            patched.setattr(ownership, "listen", ran.append)
            sql.observers.append(ran.append)
            assert vera.get(address).status_code == 200
            sql.observers.remove(ran.append)
        return len(ran)

    addresses = ["/products/", "/products/?missing=price&q=s", f"/products/{shoes.uid}/", "/products/differences/"]
    addresses += ["/assortments/", f"/products/labels/?ids={shoes.pk}", "/reviews/", f"/products/{shoes.uid}/change/"]
    addresses += [f"/products/{shoes.uid}/pictures/", f"/products/{shoes.uid}/variants/new/", "/products/new/"]
    addresses += ["/categories/", "/categories/new/", "/attributes/", "/attributes/season/"]

    def fill(times: int) -> None:
        for number in range(times):
            offering.save_assortment(code=f"a{times}-{number}", name="A", currency="RUB", languages=["en"], by=HOUSE)
            code = f"a{times}-{number}"
            offering.set_listing(assortment=code, products=[shoes.uid], listed=False, reason="-", by=HOUSE)
            review = api.write_review(product_uid=shoes.uid, rating=5, profile_id=times * 100 + number)
            reviewing.judge(uid=review.uid, state="published", by=HOUSE)
        variants = [VariantInput(f"v{n}", f"DAWN-{n}", {"size": str(n)}, [f"LABEL-{n}"]) for n in range(times)]
        bring(runner(variants=variants), *[simple(100 * times + number) for number in range(times)])

    fill(2)
    for address in addresses:
        vera.get(address)
    few = {address: count(address) for address in addresses}
    fill(9)
    assert {address: count(address) for address in addresses} == few
    assert max(few.values()) < 40


def test_what_is_wrong_is_said_in_the_language_of_who_typed_it(shoes: Product) -> None:
    vera = log_in(Role.MERCHANDISER, "ru")
    address = f"/products/{shoes.uid}/change/"
    drop = f"attribute_{api.define_attributes(attributes=[])['drop'].id}"
    answer = vera.post(address, form_of(vera, address) | {drop: "много"})
    assert answer.context["form"].errors == {drop: ["Это не число."]}
