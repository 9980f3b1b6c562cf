"""Reviews: written by shoppers, judged by people before anybody sees them, counted in the stars of a product."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db import transaction

from edino.catalogue import events
from edino.catalogue.api import pictures
from edino.catalogue.errors import NoSuchProduct, NoSuchReview
from edino.catalogue.queries import reading
from edino.catalogue.queries import reviews as queries
from edino.catalogue.rules import texts
from edino.catalogue.types import Review, purchases
from edino.channels.types import Source
from edino.kernel import clock, ids, log
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

LONGEST: Final = {"author": 60, "text": 5000, "reply": 2000, "key": 200}
MOST_PHOTOS: Final = 5


def write_review(
    *,
    product_uid: UUID,
    rating: int,
    author: str = "",
    text: str = "",
    photos: Sequence[bytes] = (),
    sku: str = "",
    profile_id: int | None = None,
    customer_id: int | None = None,
    customer_uid: UUID | None = None,
    source: Source | None = None,
    key: str = "",
) -> Review:
    """Take a review in; it is shown once somebody has judged it.

    A profile has one review of a product: writing again changes it, and it waits again; so does the same `key` of a
    source. Who bought the product, as orders know by `customer_id` (or his public id), is marked as verified.
    """
    _check(rating=rating, author=author, text=text, photos=photos, key=key)
    head = reading.product_head(uid=product_uid)
    if head is None:
        raise NoSuchProduct
    variant = (
        next((row.id for row in reading.variants_by_sku([sku]) if row.product_id == head.id), None) if sku else None
    )
    customer = customer_id or (queries.customer_of(customer_uid) if customer_uid else None)
    uid = ids.uuid7()
    own_key = key or (f"profile {profile_id}, product {head.id}" if profile_id else str(uid))
    with transaction.atomic():
        names = [pictures.keep_photo(content) for content in photos]
        values: dict[str, Any] = {
            "uid": uid,
            "product": head.id,
            "variant": variant,
            "source": source.id if source else None,
            "key": own_key,
            "profile": profile_id,
            "author": texts.clean(author),
            "rating": rating,
            "text": texts.clean(text),
            "photos": names,
            "verified": customer is not None and _bought(customer, head.id),
            "at": clock.now(),
        }
        kept = queries.put_review(values) or queries.review_by_key(values["source"], own_key)
        queries.count_ratings([head.id])
    return review(uid=kept or uid)


def review(*, uid: UUID) -> Review:
    """One review, in whatever state."""
    row = queries.review(uid)
    if row is None:
        raise NoSuchReview
    return _shown(row)


def reviews(*, product_id: int, limit: int = 20, before: datetime | None = None) -> list[Review]:
    """The published reviews of a product, the newest first; `before` the moment of the last one seen."""
    return [_shown(row) for row in queries.reviews_of(product_id, state="published", before=before, limit=limit)]


def judge(
    *, uid: UUID, state: Literal["published", "rejected"], by: Person | Actor, reason: str = "", reply: str = ""
) -> Review:
    """Publish a review, or reject it with a reason; the stars of its product follow. Judging again changes it."""
    if state == "rejected" and not reason.strip():
        raise Invalid.field("reason", "required", "Say why, so that whoever asks can be answered.")
    if len(reply) > LONGEST["reply"]:
        raise Invalid.field("reply", "too_long", "The text is too long.")
    with transaction.atomic():
        before = review(uid=uid)
        at = clock.now()
        product = queries.judge(
            uid, state=state, reason=texts.clean(reason), reply=texts.clean(reply), by=by.name, at=at
        )
        if product is None:
            raise NoSuchReview
        queries.count_ratings([product])
        staff.audit(actor=by, operation="reviews.moderate", subject=("review", str(uid)), detail={"did": state})
        after = review(uid=uid)
        if state == "published" and before.state != "published":
            body = {
                "product": str(after.product_uid),
                "review": str(uid),
                "rating": after.rating,
                "verified": after.verified,
            }
            log.append([log.Fact(events.REVIEW_PUBLISHED, "fact", at, body)])
    return after


def erase_reviews(holdings: Sequence[Any]) -> None:
    """Take away what erased people wrote; for the registry of erasers."""
    names = queries.erase(_owned(holdings))
    transaction.on_commit(lambda: pictures.drop_photos(names))


def export_reviews(holdings: Sequence[Any]) -> list[dict[str, Any]]:
    """What somebody wrote; for the registry of exporters."""
    return [
        {
            "at": at.isoformat(),
            "product": texts.said_in(names, "ru"),
            "rating": rating,
            "text": text,
            "state": state,
        }
        for at, names, rating, text, state in queries.written_by(_owned(holdings))
    ]


def _owned(holdings: Sequence[Any]) -> queries.Owned:
    return (
        [one.profile_id for one in holdings],
        [one.since for one in holdings],
        [one.until for one in holdings],
    )


def _bought(customer: int, product: int) -> bool:
    return any(bought(customer, product) for _, bought in purchases)


def _shown(row: queries.ReviewRow) -> Review:
    return Review(
        row.uid,
        row.product_uid,
        row.rating,
        row.author,
        row.text,
        tuple(pictures.photo_src(name) for name in row.photos),
        row.verified,
        row.state,
        row.created_at,
        row.reply,
    )


def _check(*, rating: int, author: str, text: str, photos: Sequence[bytes], key: str) -> None:
    wrong = []
    if not 1 <= rating <= 5:
        wrong.append(FieldError("rating", "range", "A rating is a number from 1 to 5."))
    for name, said in (("author", author), ("text", text), ("key", key)):
        if len(said) > LONGEST[name]:
            wrong.append(FieldError(name, "too_long", "The text is too long."))
    if len(photos) > MOST_PHOTOS:
        wrong.append(FieldError("photos", "too_many", "There are more than 5 photographs."))
    if wrong:
        raise Invalid(fields=wrong)
