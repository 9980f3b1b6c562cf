"""Refusals of catalogue."""

from edino.kernel.errors import Conflict, Invalid, NotFound


class NoSuchProduct(NotFound):
    """There is no such product."""

    code = "no_such_product"


class NoSuchVariant(NotFound):
    """There is no such variant."""

    code = "no_such_variant"


class NoSuchReview(NotFound):
    """There is no such review."""

    code = "no_such_review"


class NoSuchPicture(NotFound):
    """There is no such picture."""

    code = "no_such_picture"


class NoSuchAssortment(NotFound):
    """There is no such assortment."""

    code = "no_such_assortment"


class TooManyVanish(Conflict):
    """More than half of the products of this source, %(vanish)s of %(known)s, would go out of sale."""

    code = "too_many_vanish"


class NoSuchCategory(NotFound):
    """There is no such category."""

    code = "no_such_category"


class NoSuchAttribute(NotFound):
    """There is no such attribute."""

    code = "no_such_attribute"


class NoSuchAxis(NotFound):
    """There is no such axis."""

    code = "no_such_axis"


class WrongAttribute(Invalid):
    """The definition of an attribute is not right."""

    code = "wrong_attribute"


class NoSuchPrice(NotFound):
    """There is no such price."""

    code = "no_such_price"
