"""What a quote says in words, in the language now active."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from edino.kernel.money import Money
from edino.promotions.rules import Verdict
from edino.ui.parts import money_text

REASONS: Final[Mapping[str, str]] = {
    "applied": _("It takes %(amount)s off."),
    "applied_partly": _("It takes %(amount)s off; lines that another promotion keeps to itself: %(count)s."),
    "channel": _("It does not run in this channel."),
    "location": _("It does not run in this shop."),
    "group": _("It is for another group of customers."),
    "first_order": _("It is for the first order."),
    "time": _("It does not run at this hour."),
    "quantity": _("It needs %(needed)s such items, the basket has %(has)s."),
    "subtotal": _("It needs such goods for %(needed)s, the basket has them for %(has)s."),
    "unknown_customer": _("It is limited per customer, so it must be known who buys."),
    "customer_limit": _("This customer has used it as often as is allowed."),
    "limit": _("It has been used as often as is allowed."),
    "budget": _("Its budget is used up."),
    "no_goods": _("The basket has nothing that it makes cheaper."),
    "gift_waiting": _("The gift is earned and not in the basket yet."),
    "not_combinable": _("A promotion that it does not combine with has made these goods cheaper already."),
    "nothing": _("There is nothing that it could take off."),
    "not_best": _("Another promotion of its group takes more off."),
}
CODES: Final[Mapping[str, str]] = {
    "applied": _("The code is applied."),
    "unknown": _("There is no such code."),
    "void": _("The code is no longer valid."),
    "not_running": _("The promotion of this code does not run."),
    "too_early": _("The code is not valid yet."),
    "ended": _("The code has expired."),
    "not_yours": _("The code belongs to another customer."),
    "used_up": _("The code has been used already."),
    "too_many": _("So many codes do not go together."),
    "twice": _("Another code of the same promotion is in the basket."),
    "nothing_fits": _("The basket has no goods for this code."),
}


class Words:
    """Sentences of one language, each looked up once."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._known: dict[str, str] = {}

    def reason(self, verdict: Verdict) -> str:
        """Why a candidate applied or not."""
        code, values = verdict.code, verdict.values
        if code == "applied":
            if not values or not values[0]:
                return self._text("applied") % {"amount": self.money(verdict.amount)}
            return self._text("applied_partly") % {"amount": self.money(verdict.amount), "count": values[0]}
        if code == "quantity":
            return self._text(code) % {"needed": values[0], "has": values[1]}
        if code == "subtotal":
            return self._text(code) % {"needed": self.money(values[0]), "has": self.money(values[1])}
        return self._text(code)

    def money(self, minor: int) -> str:
        """An amount as the reader's language writes it, decimals only where there are any."""
        return money_text(Money(minor, self._currency))

    def _text(self, code: str) -> str:
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = gettext(REASONS[code])
        return known


def code_text(word: str) -> str:
    """What became of a code."""
    return gettext(CODES[word])
