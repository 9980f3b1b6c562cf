"""Pictures of a product by hand: uploaded, put in order, described, taken off and put back."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from edino.catalogue.api import pictures, upserting
from edino.catalogue.api.editing import kept_product, write_product
from edino.catalogue.queries import intake as queries
from edino.catalogue.rules import merging, texts
from edino.catalogue.rules.intake import MOST, place_problem
from edino.catalogue.types.kept import Picture
from edino.catalogue.types.pages import WIDTHS
from edino.kernel import ids
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

WIDEST: Final = 2400
FOLDER: Final = "products"
ALT: Final = 500


def keep_picture(content: bytes) -> str:
    """Keep an uploaded picture, upright, at most 2400 pixels wide, without what a camera wrote into it; its place."""
    if len(content) > pictures.LARGEST:
        raise Invalid.field("files", "too_large", "A picture is larger than 20 MB.")
    try:
        picture = pictures.opened(io.BytesIO(content))
        picture.thumbnail((WIDEST, WIDEST * 2))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid.field("files", "not_a_picture", "This is not a picture we can read.") from error
    name = str(ids.uuid7())
    place = f"{FOLDER}/{name[-2:]}/{name}.webp"
    path = pictures.media_root() / place
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures.save(picture, path)
    for width in WIDTHS:
        pictures.small(path, width)
    return place


def set_pictures(*, product: UUID, by: Person | Actor, given: Sequence[Picture]) -> bool:
    """Let these be the pictures of a product, in this order; whether anything changed.

    Each is its place (an https address, or a path below the folder of media), alternative text, and the SKU of the
    variant it shows, "" for the product. From now on no feed changes the pictures. Files stay, so that what was taken
    off can be put back.
    """
    with transaction.atomic():
        queries.lock()
        before = kept_product(product)
        skus = {one.sku: one.id for one in queries.kept_variants([before.id])}
        media = _checked(given, skus)
        if media == before.media:
            return False
        after = replace(before, media=media)
        after = replace(after, held=merging.by_hand(before, after))
        upserting.write_media([(after.id, after.media)], skus)
        write_product(after)
        detail = {"did": "pictures", "before": len(before.media), "after": len(media)}
        staff.audit(actor=by, operation="catalogue.edit", subject=("product", str(product)), detail=detail)
        upserting.announce([after.id], "changed")
        return True


def pictures_of(*, product: UUID) -> tuple[Picture, ...]:
    """The pictures of a product as `set_pictures` takes them."""
    return kept_product(product).media


def _checked(given: Sequence[Picture], skus: dict[str, int]) -> tuple[Picture, ...]:
    found: dict[tuple[str, str], Picture] = {}
    wrong = []
    for number, (place, alt, sku) in enumerate(given):
        address = texts.clean(place)
        hidden = not address.startswith("http") and any(part[:1] == "." for part in PurePosixPath(address).parts)
        if not address or hidden or place_problem(address):
            wrong.append(FieldError(f"pictures[{number}].place", "place", "Give an https address of a picture."))
        if len(alt) > ALT:
            wrong.append(FieldError(f"pictures[{number}].alt", "too_long", "The text is too long."))
        if sku and sku not in skus:
            wrong.append(FieldError(f"pictures[{number}].sku", "unknown", "There is no such variant."))
        found.setdefault((address, sku), (address, texts.clean(alt), sku))
    if len(found) > MOST["media"]:
        wrong.append(FieldError("files", "too_many", "A product has at most 100 pictures."))
    if wrong:
        raise Invalid(fields=wrong)
    return tuple(found.values())
