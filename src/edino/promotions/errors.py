"""Refusals of promotions."""

from edino.kernel.errors import Conflict, Invalid, NotFound


class NoSuchPromotion(NotFound):
    """There is no such promotion."""

    code = "no_such_promotion"


class NoSuchCoupon(NotFound):
    """There is no such coupon."""

    code = "no_such_coupon"


class NoSuchGiftCard(NotFound):
    """There is no such gift card."""

    code = "no_such_gift_card"


class GiftCardEnded(Conflict):
    """This gift card has ended."""

    code = "gift_card_ended"


class NotEnoughOnCard(Conflict):
    """There is less on the gift card."""

    code = "not_enough_on_card"


class CodeTaken(Conflict):
    """This code is taken."""

    code = "code_taken"


class WrongPromotion(Invalid):
    """The promotion is not right."""

    code = "wrong_promotion"


class NothingToGive(Conflict):
    """This promotion is not one that staff may give away."""

    code = "nothing_to_give"


class BudgetSpent(Conflict):
    """What you may give away of this in a month is given; %(left)s are left."""

    code = "budget_spent"
