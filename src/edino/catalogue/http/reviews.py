"""Calls about reviews: a shop or an app hands on what a shopper wrote."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from ninja import Field, Router, Schema

from edino.catalogue import api
from edino.catalogue.http.products import KeyedRequest
from edino.channels.api import scope
from edino.kernel.errors import Invalid
from edino.kernel.json_api import Body

router = Router(tags=["catalogue"])


class ReviewGiven(Body):
    """What a shopper wrote. `photos` are JPEG, PNG or WebP files in base64; `key` is the sender's own id of the review.

    `customer` is who wrote it, if he is known: who is known to have bought the product is marked so.
    """

    product: UUID
    rating: int = Field(ge=1, le=5)
    key: str = Field(min_length=1, max_length=200)
    author: str = Field("", max_length=60)
    text: str = Field("", max_length=5000)
    sku: str = Field("", max_length=100)
    customer: UUID | None = None
    photos: list[str] = Field([], max_length=5)


class ReviewAnswer(Schema):
    """A review as it was taken in; it is shown when its state is published."""

    id: UUID
    product: UUID
    rating: int
    author: str
    text: str
    photos: list[str]
    verified: bool
    state: str
    created_at: datetime


@router.post("/reviews", response=ReviewAnswer, auth=scope("catalogue:write"), summary="Hand on a review")
def hand_on_review(request: KeyedRequest, given: ReviewGiven) -> ReviewAnswer:
    """Take a review in; somebody judges it before it is shown. The same key again is the same review, changed."""
    review = api.write_review(
        product_uid=given.product,
        rating=given.rating,
        author=given.author,
        text=given.text,
        sku=given.sku,
        photos=[_photo(place, text) for place, text in enumerate(given.photos)],
        customer_uid=given.customer,
        source=request.auth,
        key=given.key,
    )
    return ReviewAnswer(
        id=review.uid,
        product=review.product_uid,
        rating=review.rating,
        author=review.author,
        text=review.text,
        photos=list(review.photos),
        verified=review.verified,
        state=review.state,
        created_at=review.created_at,
    )


def _photo(place: int, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid.field(f"photos[{place}]", "base64", "This is not base64.") from error
