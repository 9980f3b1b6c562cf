"""Pictures: thumbnails made when they are first asked for and kept, photographs of shoppers made harmless."""

import io
import warnings
from hashlib import blake2b
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from edino.catalogue.errors import NoSuchPicture
from edino.catalogue.queries import reading as queries
from edino.catalogue.types.pages import WIDTHS
from edino.kernel import ids
from edino.kernel.errors import Invalid

LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a picture that is taken in."""

MOST_PIXELS: Final = 50_000_000
QUALITY: Final = 80
PHOTO_WIDTH: Final = 1600
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


def thumbnail(*, id: int, width: int) -> Path | str:  # noqa: A002 - the field's name
    """The file of a picture's thumbnail, WebP, made now if it was not there; or the address of one that lies elsewhere.

    A picture elsewhere that was fetched (`edino catalogue pictures`) has its thumbnail here. NoSuchPicture when it is
    unknown, lost, or no picture; widths are those of WIDTHS.
    """
    place = queries.media_place(id)
    if place is None or width not in WIDTHS:
        raise NoSuchPicture
    root = media_root()
    if place.startswith(("https://", "http://")):
        source = fetched(place)
        if not source.is_file():
            return place
    else:
        source = root / place
        if not source.resolve().is_relative_to(root.resolve()):
            raise NoSuchPicture
    return small(source, width)


def keep_photo(content: bytes) -> str:
    """Keep a shopper's photograph, turned upright, without where and with what it was taken; its name."""
    if len(content) > LARGEST:
        raise Invalid.field("photos", "too_large", "The photograph is larger than 20 MB.")
    try:
        picture = opened(io.BytesIO(content))
        picture.thumbnail((PHOTO_WIDTH, PHOTO_WIDTH))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid.field("photos", "not_a_picture", "This is not a photograph we can read.") from error
    name = ids.uuid7()
    path = _photo(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(picture, path)
    return str(name)


def photo(*, name: UUID) -> Path:
    """The file of a shopper's photograph."""
    path = _photo(name)
    if not path.is_file():
        raise NoSuchPicture
    return path


def drop_photos(names: list[str]) -> None:
    """Take photographs away for good."""
    for name in names:
        _photo(UUID(name)).unlink(missing_ok=True)


def photo_src(name: str) -> str:
    """The address of a shopper's photograph on this site."""
    return f"/media/reviews/{name}.webp"


def media_root() -> Path:
    """Where pictures lie."""
    return Path(settings.MEDIA_ROOT)


def fetched(address: str) -> Path:
    """Where the copy of a picture from elsewhere lies, if it was fetched."""
    digest = blake2b(address.encode(), digest_size=16).hexdigest()
    return media_root() / ".fetched" / digest[:2] / digest


def _photo(name: UUID) -> Path:
    return media_root() / ".reviews" / f"{name}.webp"


def small(source: Path, width: int) -> Path:
    """The thumbnail of a file as it is now: a file that changes has another one."""
    try:
        state = source.stat()
    except OSError as error:
        raise NoSuchPicture from error
    told = f"{source}|{state.st_mtime_ns}|{state.st_size}|{width}".encode()
    digest = blake2b(told, digest_size=16).hexdigest()
    path = media_root() / ".thumbnails" / digest[:2] / f"{digest}.webp"
    if path.is_file():
        return path
    try:
        picture = opened(source)
        picture.thumbnail((width, width * 2))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise NoSuchPicture from error
    path.parent.mkdir(parents=True, exist_ok=True)
    save(picture, path)
    return path


def opened(source: Path | io.BytesIO) -> Image.Image:
    """A picture of a known format, upright; an error of the library for anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # what is too large is refused below
        with Image.open(source, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            upright = ImageOps.exif_transpose(picture)
            return upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture so that nobody sees half of it."""
    partial = path.with_name(f"{path.name}.{ids.uuid7()}.partial")
    picture.save(partial, "WEBP", quality=QUALITY)
    partial.replace(path)
