"""Vera runs the shop without an accounting system: products, variants, pictures, shelves and words by hand."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from edino.catalogue import api
from edino.catalogue.api import editing, offering, varying
from edino.catalogue.api.reading import behind
from edino.catalogue.models import Attribute, Axis, Category, Product, Variant
from edino.catalogue.types import CategoryInput, Media, VariantInput
from edino.kernel import sql
from edino.kernel.errors import Invalid
from edino.staff.types import Role
from tests.catalogue.shelf import GTINS, HOUSE, bring, facts, runner, shelves, simple, source
from tests.catalogue.test_screens import form_of
from tests.faces.stage import log_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> Client:
    return log_in(Role.MERCHANDISER)


def made(vera: Client, **said: Any) -> UUID:
    """A product that Vera writes down, with the address she is led to."""
    answer = vera.post("/products/new/", {"name_en": "Felt boots", "active": "on", **said})
    assert answer.status_code == 302, text(answer)
    return UUID(answer.headers["Location"].split("/")[-2])


def variant(vera: Client, uid: UUID, *, id: int | None = None, **said: Any) -> Any:  # noqa: A002 - as the door's
    """Vera saves a variant; its other fields as the form shows them."""
    address = f"/products/{uid}/variants/{id or 'new'}/"
    return vera.post(address, form_of(vera, address) | said)


def audited() -> list[tuple[str, Any]]:
    return sql.tuples(
        "SELECT operation, detail ->> 'did' FROM staff_audit WHERE operation = 'catalogue.edit' ORDER BY id"
    )


def picture(colour: str, name: str = "boots.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (3000, 1500), colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def test_a_product_is_written_down_with_its_sizes_and_can_be_found(vera: Client) -> None:
    shelves()
    shoes = Category.objects.get(names__en="Shoes")
    uid = made(
        vera, name_ru="Валенки", description_en="Warm", brand="Noon", categories=[shoes.pk], sku="FELT-36", code="F-1"
    )
    first = Variant.objects.get(sku="FELT-36")
    assert variant(vera, uid, id=first.pk, option_0="36", option_1="grey").status_code == 302
    answer = variant(vera, uid, sku="FELT-37", option_0="37", barcodes=f"{GTINS[0]}\n123", axis="Felt", value="thick")
    assert answer.status_code == 302
    page = api.product(uid=uid, language="en")
    assert [(one.sku, dict(one.options), one.tax, one.active) for one in page.variants] == [
        ("FELT-36", {"size": "36", "colour": "grey"}, "standard", True),
        ("FELT-37", {"size": "37", "felt": "thick"}, "standard", True),
    ]
    assert [(one.text, one.problem) for one in page.variants[1].barcodes] == [(GTINS[0], ""), ("123", "length")]
    assert (page.name, page.brand, page.code, [one.name for one in page.shelves]) == (
        "Felt boots",
        "Noon",
        "F-1",
        ["Shoes"],
    )
    found = api.find_variant(code=GTINS[0])
    assert found is not None
    assert found.sku == "FELT-37"
    assert [row.uid for row in api.search(text="валенки", language="ru").rows] == [uid]
    assert [body["what"] for body in facts()] == ["created", "changed", "changed", "changed"]
    assert [did for _, did in audited()] == ["created", "added", "changed", "added"]


def test_two_variants_that_nobody_can_tell_apart_are_refused_beside_the_field(vera: Client) -> None:
    uid = made(vera, sku="FELT-36")
    answer = variant(vera, uid, sku="FELT-37", weight_g="900", barcodes=GTINS[0])
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["option_0"])
    assert 'value="900"' in answer.content.decode()
    assert GTINS[0] in answer.content.decode()
    assert list(variant(vera, uid, sku="FELT-36", option_0="37").context["form"].errors) == ["sku"]
    assert Variant.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sku": " "}, "sku"),
        ({"sku": "x" * 101}, "sku"),
        ({"tax": "vat"}, "tax"),
        ({"weight_g": -1}, "weight_g"),
        ({"barcodes": ["1" * 201]}, "barcodes"),
        ({"options_": {"size": "4" * 101}}, "options"),
    ],
)
def test_what_a_variant_cannot_be_is_named(said: dict[str, Any], field: str) -> None:
    uid = editing.create_product(by=HOUSE, names={"en": "Felt boots"})
    with pytest.raises(Invalid) as refused:
        varying.save_variant(product=uid, by=HOUSE, **{"sku": "FELT-36", **said})
    assert [one.field for one in refused.value.fields] == [field]
    assert (Variant.objects.count(), Axis.objects.filter(names={}).count()) == (0, 0)


def test_a_new_product_wants_a_name_and_a_free_code_and_nothing_half_is_left(vera: Client) -> None:
    bring(simple(1, code="S-1"))
    answer = vera.post("/products/new/", {"brand": "Noon", "sku": "X-1"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name_ru"])
    assert 'value="Noon"' in answer.content.decode()
    for said, field in (({"code": "S-1"}, "code"), ({"sku": "SOCK-1"}, "sku"), ({"barcode": GTINS[0]}, "sku")):
        answer = vera.post("/products/new/", {"name_en": "Felt boots", **said})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Product.objects.count() == 1


def test_what_vera_wrote_holds_when_the_accounting_system_comes_later(vera: Client) -> None:
    uid = made(vera, sku="DAWN-41")
    one = Variant.objects.get()
    assert variant(vera, uid, id=one.pk, option_0="41", weight_g="500", tax="reduced").status_code == 302
    told = [VariantInput("p-1#41", "DAWN-41", {"size": "40"}, [GTINS[0]], 320, tax="standard", active=False)]
    assert bring(runner(variants=told)).changed == 1
    one.refresh_from_db()
    assert (one.options, one.weight_g, one.tax, one.is_active) == ({"size": "41"}, 500, "reduced", False)
    assert [code.text for code in api.product(uid=uid).variants[0].barcodes] == [GTINS[0]]
    product = Product.objects.get()
    assert (product.names["en"], product.names["ru"]) == ("Felt boots", "Кроссовки Рассвет")
    page = text(vera.get(f"/products/{uid}/"))
    assert "1C tells of it too. What you change here stays; the rest follows the next import." in page
    assert "variant DAWN-41" in page
    assert vera.post(f"/products/{uid}/release/").status_code == 302
    bring(runner(variants=told))
    one.refresh_from_db()
    assert (one.options, one.weight_g, one.tax) == ({"size": "40"}, 320, "standard")
    assert Product.objects.get().names["en"] == "Dawn running shoes"


def test_a_sku_that_vera_corrected_is_still_the_variant_of_the_feed(vera: Client) -> None:
    bring(runner(media=None))
    product = Product.objects.get()
    one = Variant.objects.get(sku="DAWN-41")
    assert variant(vera, product.uid, id=one.pk, sku="DAWN-041").status_code == 302
    told = [
        VariantInput("p-1#41", "DAWN-41", {"size": "41"}, weight_g=999, media=[Media("shoes/41.jpg")]),
        VariantInput("p-1#42", "DAWN-42", {"size": "42"}),
    ]
    bring(runner(media=None, variants=told))
    one.refresh_from_db()
    assert (one.sku, one.weight_g) == ("DAWN-041", 999)
    assert sorted(Variant.objects.values_list("sku", flat=True)) == ["DAWN-041", "DAWN-42"]
    shown = {page.sku: page.picture.place if page.picture else "" for page in api.product(uid=product.uid).variants}
    assert shown == {"DAWN-041": "shoes/41.jpg", "DAWN-42": ""}


def test_out_of_sale_by_hand_stays_and_in_sale_by_hand_outlives_a_full_list(vera: Client) -> None:
    bring(simple(1), simple(2, active=False))
    first, second = Product.objects.order_by("id")
    editing.change_product(uid=first.uid, by=HOUSE, active=False)
    editing.change_product(uid=second.uid, by=HOUSE, active=True)
    bring(simple(1, names={"en": "Woollen socks"}), simple(3), full=True)
    assert list(Product.objects.order_by("id").values_list("is_active", flat=True)) == [False, True, True]


def test_pictures_are_uploaded_ordered_described_taken_off_and_put_back(
    vera: Client, settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.MEDIA_ROOT = tmp_path
    uid = made(vera, sku="FELT-36")
    address = f"/products/{uid}/pictures/"
    broken = SimpleUploadedFile("notes.png", b"no picture", "image/png")
    answer = vera.post(address, {"count": "0", "files_": [picture("navy"), broken, picture("red")]}, follow=True)
    assert "notes.png: This is not a picture we can read." in text(answer)
    first, second = api.product(uid=uid).pictures
    thumbnail = client.get(first.src(240))
    assert (thumbnail.status_code, thumbnail["Content-Type"]) == (200, "image/webp")
    with Image.open(tmp_path / first.place) as kept:
        assert kept.size == (2400, 1200)
    shown = form_of(vera, address) | {"count": "2", "alt_0": "From the side", "sku_1": "FELT-36"}
    assert vera.post(address, shown | {"did": "up:1"}).status_code == 302
    assert [(one.place, one.alt) for one in api.product(uid=uid).pictures] == [
        (second.place, ""),
        (first.place, "From the side"),
    ]
    assert vera.post(address, form_of(vera, address) | {"count": "2", "did": "drop:0"}).status_code == 302
    assert [one.place for one in api.product(uid=uid).pictures] == [first.place]
    assert "A picture was taken off." in text(vera.get(address))
    given = form_of(vera, address) | {"count": "1", "did": "back", "address": "http://x"}
    assert vera.post(address, given).status_code == 302
    assert [one.place for one in api.product(uid=uid).pictures] == [second.place, first.place, "http://x"]
    assert behind(uid=uid).held == ("media", "names.en")
    assert "taken off" not in text(vera.get(address))


@pytest.mark.parametrize(
    "place", ["../secret.png", ".reviews/a.webp", "/etc/passwd", "file://x", "products/.thumbnails/a"]
)
def test_a_picture_lies_nowhere_else_than_pictures_do(vera: Client, place: str) -> None:
    uid = made(vera)
    address = f"/products/{uid}/pictures/"
    answer = vera.post(address, {"count": "1", "place_0": place, "alt_0": "Mine", "sku_0": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["address"])
    assert 'value="Mine"' in answer.content.decode()
    assert api.product(uid=uid).pictures == ()


def test_shelves_are_added_renamed_moved_and_hidden_and_products_follow(vera: Client) -> None:
    shelves()
    bring(runner())
    address = "/categories/new/"
    assert list(vera.post(address, {"position": "5"}).context["form"].errors) == ["name_ru"]
    given = {"name_ru": "Зимнее", "name_en": "Winter", "position": "5", "active": "on"}
    assert vera.post(address, given).status_code == 302
    winter = Category.objects.get(code="zimnee")
    running = Category.objects.get(names__en="Running shoes")
    address = f"/categories/{running.pk}/"
    changes = {"name_en": "Ice shoes", "parent": str(winter.pk)}
    assert vera.post(address, form_of(vera, address) | changes).status_code == 302
    running.refresh_from_db()
    assert (running.path, running.held) == ([winter.pk, running.pk], ["names.en", "parent"])
    assert [row.name for row in api.search(text="ice", language="en").rows] == ["Dawn running shoes"]
    source()
    api.upsert_categories(
        source=source(), categories=[CategoryInput("g-2", {"ru": "Для бега", "en": "Running"}, parent="g-1")]
    )
    running.refresh_from_db()
    assert (running.names, running.parent_id) == ({"ru": "Для бега", "en": "Ice shoes"}, winter.pk)
    page = text(vera.get("/categories/"))
    assert "Winter / Ice shoes" in page
    below = f"/categories/{winter.pk}/"
    assert str(running.pk) not in dict(vera.get(below).context["form"].fields["parent"].choices)
    assert vera.post(below, form_of(vera, below) | {"parent": str(running.pk)}).status_code == 422
    assert vera.post(address, {k: v for k, v in form_of(vera, address).items() if k != "active"}).status_code == 302
    assert [one.active for one in api.shelves() if one.id == running.pk] == [False]
    assert vera.post(f"/categories/{running.pk}/release/").status_code == 302
    api.upsert_categories(source=source(), categories=[CategoryInput("g-2", {"en": "Running"}, parent="g-1")])
    running.refresh_from_db()
    assert running.names["en"] == "Running"


def test_words_of_goods_are_defined_for_the_shelves_they_belong_to(vera: Client) -> None:
    shelves()
    bring(runner(attributes=None), simple(1))
    shoes, socks = Product.objects.order_by("id")
    running = Category.objects.get(names__en="Shoes")
    before = {one.uid: presence(one.pk) for one in (shoes, socks)}
    given = {
        "name_en": "Season",
        "name_ru": "Сезон",
        "kind": "choice",
        "choices": "summer: Лето | Summer\nЗима | Winter",
        "categories": [str(running.pk)],
        "is_required": "on",
        "is_filter": "on",
        "position": "10",
    }
    assert list(vera.post("/attributes/new/", given | {"name_en": "", "name_ru": ""}).context["form"].errors) == [
        "name_ru"
    ]
    assert vera.post("/attributes/new/", given).status_code == 302
    season = Attribute.objects.get()
    assert (season.code, season.category_ids) == ("сезон", [running.pk])
    assert season.choices == {"summer": {"ru": "Лето", "en": "Summer"}, "зима": {"ru": "Зима", "en": "Winter"}}
    assert presence(shoes.pk) == (before[shoes.uid][0] + 1, [*before[shoes.uid][1], "attribute:сезон"])
    assert presence(socks.pk) == before[socks.uid]
    named = f"attribute_{season.pk}"
    assert named in vera.get(f"/products/{shoes.uid}/change/").context["form"].fields
    assert named not in vera.get(f"/products/{socks.uid}/change/").context["form"].fields
    assert vera.post("/attributes/new/", given).status_code == 422
    address = "/attributes/сезон/"
    assert vera.post(address, form_of(vera, address) | {"unit": "mm"}).status_code == 422
    assert vera.post(address, form_of(vera, address) | {"kind": "text"}).status_code == 302
    assert "Season text filter, of a full presentation Shoes 0" in text(vera.get("/attributes/"))
    assert vera.post("/attributes/axes/size/", {"name_en": "EU size", "position": "1"}).status_code == 302
    assert [axis.label for axis in api.product(uid=shoes.uid, language="en").axes] == ["EU size", "Colour"]
    assert vera.get("/attributes/axes/taste/").status_code == 404
    assert vera.get("/attributes/taste/").status_code == 404


def presence(product: int) -> tuple[int, list[str]]:
    """How much a full presentation has in the main assortment, and what lacks."""
    text_ = "SELECT wanted, missing FROM catalogue_presence WHERE product_id = %(id)s ORDER BY assortment_id LIMIT 1"
    [(wanted, missing)] = sql.tuples(text_, {"id": product})
    return wanted, missing


def test_anya_and_a_stranger_keep_nothing(vera: Client, client: Client) -> None:
    uid = made(vera, sku="FELT-36")
    number = Variant.objects.get().pk
    offering.set_listing(assortment="", products=[uid], listed=True, by=HOUSE)
    anya = log_in(Role.ASSOCIATE)
    addresses = ["/products/new/", f"/products/{uid}/pictures/", f"/products/{uid}/variants/new/", "/categories/new/"]
    addresses += [f"/products/{uid}/variants/{number}/", "/attributes/new/", "/categories/", "/attributes/"]
    for address in addresses:
        assert anya.post(address, {"name_en": "Mine", "sku": "MINE"}).status_code == 403
        assert client.post(address, {"name_en": "Mine", "sku": "MINE"}).status_code == 302
    assert "New product" not in text(anya.get("/products/"))
    assert "Add a variant" not in text(anya.get(f"/products/{uid}/"))
    assert (Product.objects.count(), Variant.objects.get().sku, Category.objects.count()) == (1, "FELT-36", 0)
