"""Lena writes what she thinks of her shoes, with a photograph; Oleg reads it before anybody else does."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from edino.catalogue import api
from edino.catalogue.api import pictures, reviewing
from edino.catalogue.errors import NoSuchProduct
from edino.catalogue.models import Product, Review
from edino.catalogue.types import purchases
from edino.kernel.errors import Invalid
from tests.catalogue.shelf import HOUSE, bring, facts, runner, source

pytestmark = pytest.mark.django_db
LENA, KOLYA = 11, 12


@pytest.fixture(autouse=True)
def _media(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shoes() -> Product:
    bring(runner())
    return Product.objects.get()


@pytest.fixture
def bought(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[int, int]]]:
    """Who bought what, as orders would know."""
    known: set[tuple[int, int]] = set()
    purchases.register("test", lambda customer, product: (customer, product) in known)
    yield known
    del purchases._offers["test"]


def photograph(width: int = 2400) -> bytes:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    exif[0x0112] = 6  # taken with the telephone on its side
    Image.new("RGB", (width, width // 2), "navy").save(content, "JPEG", exif=exif)
    return content.getvalue()


def test_a_review_is_shown_and_counted_once_it_was_judged(shoes: Product) -> None:
    review = api.write_review(product_uid=shoes.uid, rating=5, author="Лена", text=" Лёгкие! ", profile_id=LENA)
    assert (review.state, review.verified, review.text) == ("pending", False, "Лёгкие!")
    assert api.reviews(product_id=shoes.id) == []
    assert api.product(uid=shoes.uid).rating is None
    reviewing.judge(uid=review.uid, state="published", by=HOUSE, reply="Спасибо")
    assert [(one.author, one.reply) for one in api.reviews(product_id=shoes.id)] == [("Лена", "Спасибо")]
    other = api.write_review(product_uid=shoes.uid, rating=2, author="Коля", profile_id=KOLYA)
    reviewing.judge(uid=other.uid, state="published", by=HOUSE)
    page = api.product(uid=shoes.uid)
    assert (page.rating, page.rating_count) == (3.5, 2)
    reviewing.judge(uid=other.uid, state="rejected", by=HOUSE, reason="spam")
    page = api.product(uid=shoes.uid)
    assert (page.rating, page.rating_count) == (5.0, 1)
    told = [(body["rating"], body["verified"]) for body in facts("review.published")]
    assert told == [(5, False), (2, False)]


def test_writing_again_changes_the_review_and_it_waits_again(shoes: Product) -> None:
    first = api.write_review(product_uid=shoes.uid, rating=5, text="Good", profile_id=LENA)
    reviewing.judge(uid=first.uid, state="published", by=HOUSE)
    same = api.write_review(product_uid=shoes.uid, rating=5, text="Good", profile_id=LENA)
    assert (same.uid, same.state) == (first.uid, "published")
    changed = api.write_review(product_uid=shoes.uid, rating=1, text="The sole came off", profile_id=LENA)
    assert (changed.uid, changed.state) == (first.uid, "pending")
    assert Review.objects.count() == 1
    assert api.product(uid=shoes.uid).rating_count == 0


def test_a_source_may_send_the_same_review_twice(shoes: Product) -> None:
    site = source("Site")
    uids = {
        api.write_review(product_uid=shoes.uid, rating=4, text="Fine", source=site, key="r-1").uid for _ in range(2)
    }
    assert len(uids) == Review.objects.count() == 1


def test_who_bought_it_is_marked(shoes: Product, bought: set[tuple[int, int]]) -> None:
    bought.add((7, shoes.id))
    assert api.write_review(product_uid=shoes.uid, rating=5, profile_id=LENA, customer_id=7).verified
    assert not api.write_review(product_uid=shoes.uid, rating=5, profile_id=KOLYA, customer_id=8).verified
    assert not api.write_review(product_uid=shoes.uid, rating=5, customer_uid=uuid4()).verified


def test_a_photograph_is_turned_upright_and_says_nothing_of_who_took_it(shoes: Product) -> None:
    review = api.write_review(product_uid=shoes.uid, rating=5, photos=[photograph()], profile_id=LENA)
    name = review.photos[0].rpartition("/")[2].removesuffix(".webp")
    with Image.open(pictures.photo(name=UUID(name))) as kept:
        assert (kept.format, kept.size) == ("WEBP", (800, 1600))
        assert not kept.getexif()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"author": "Л" * 61}, "author"),
        ({"text": "x" * 5001}, "text"),
        ({"photos": [b"<svg onload=alert(1)>"]}, "photos"),
        ({"photos": [photograph(10)] * 6}, "photos"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(shoes: Product, wrong: dict[str, Any], field: str) -> None:
    said: dict[str, Any] = {"product_uid": shoes.uid, "rating": 5} | wrong
    with pytest.raises(Invalid) as refused:
        api.write_review(**said)
    assert [error.field for error in refused.value.fields] == [field]
    assert Review.objects.count() == 0


def test_a_review_of_nothing_and_a_rejection_without_a_reason_are_refused(shoes: Product) -> None:
    with pytest.raises(NoSuchProduct):
        api.write_review(product_uid=uuid4(), rating=5)
    review = api.write_review(product_uid=shoes.uid, rating=5)
    with pytest.raises(Invalid):
        reviewing.judge(uid=review.uid, state="rejected", by=HOUSE)
    assert Review.objects.get().state == "pending"


def test_erasing_a_person_takes_words_and_photographs_and_leaves_the_stars(
    shoes: Product, django_capture_on_commit_callbacks: Any
) -> None:
    @dataclass
    class Holding:
        profile_id: int
        since: datetime | None = None
        until: datetime | None = None

    review = api.write_review(
        product_uid=shoes.uid, rating=4, author="Лена", text="Mine", photos=[photograph(20)], profile_id=LENA
    )
    other = api.write_review(product_uid=shoes.uid, rating=3, author="Коля", text="Theirs", profile_id=KOLYA)
    for one in (review, other):
        reviewing.judge(uid=one.uid, state="published", by=HOUSE)
    assert [one["text"] for one in reviewing.export_reviews([Holding(LENA)])] == ["Mine"]
    with django_capture_on_commit_callbacks(execute=True):
        reviewing.erase_reviews([Holding(LENA)])
    left = [(one.author, one.text, one.photos, one.rating) for one in api.reviews(product_id=shoes.id)]
    assert sorted(left) == [("", "", (), 4), ("Коля", "Theirs", (), 3)]
    assert list(pictures.media_root().rglob("*.webp")) == []
    assert api.product(uid=shoes.uid).rating_count == 2
