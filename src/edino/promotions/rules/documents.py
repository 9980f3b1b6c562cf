"""A definition as a JSON document, which is how versions and frozen quotes are kept, and whether it makes sense."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

import msgspec

from edino.kernel.errors import FieldError
from edino.promotions.types import Definition

DAY = 24 * 60
WHOLE = 10_000
MOST = 10**15


def to_document(definition: Definition) -> dict[str, Any]:
    """The document; equal definitions make equal documents."""
    document: dict[str, Any] = msgspec.to_builtins(definition, order="deterministic")
    return document


def from_document(document: Mapping[str, Any]) -> Definition:
    """The definition; fields that were added since take their usual value."""
    return msgspec.convert(document, Definition)


def wrong(definition: Definition) -> list[FieldError]:
    """Everything that is wrong with it; empty when it is right."""
    return [one for check in (_action, _who_and_when, _limits) for one in check(definition)]


def _action(told: Definition) -> Iterator[FieldError]:
    action = told.action
    if action.kind in {"percent", "order_percent", "delivery_percent", "bundle", "gift"}:
        if not 0 < action.percent <= WHOLE:
            yield FieldError("action.percent", "out_of_range", "A percentage is above 0 and at most 100.")
    elif not (0 if action.kind in {"price", "delivery_price"} else 1) <= action.amount <= MOST:
        yield FieldError("action.amount", "out_of_range", "Say the amount.")
    if action.kind == "bundle" and (action.buy < 1 or action.get < 1):
        yield FieldError("action.buy", "out_of_range", "Say how many are bought and how many of them get cheaper.")
    if action.kind == "gift" and (action.get < 1 or action.goods is None or action.goods.everything):
        yield FieldError("action.goods", "required", "Say what the gift is, and how many.")
    if action.base not in {"unit", "net"}:
        yield FieldError("action.base", "unknown", "The base is the catalogue price or what is left of it.")
    if action.times < 0 or action.floor_amount < 0 or not 0 <= action.floor_percent <= WHOLE:
        yield FieldError("action.floor_percent", "out_of_range", "A floor is not below zero, and at most 100 %.")
    if action.cap is not None and not 0 < action.cap <= MOST:
        yield FieldError("action.cap", "out_of_range", "The most it takes off is above zero.")
    money = action.kind in {"amount", "price", "order_amount", "delivery_price"} or action.floor_amount
    if (money or action.cap or told.min_subtotal or told.budget or told.issue_budget) and not told.currency:
        yield FieldError("currency", "required", "Amounts need a currency.")


def _who_and_when(told: Definition) -> Iterator[FieldError]:
    if not told.name.strip():
        yield FieldError("name", "required", "Give it a name that shoppers may read.")
    if told.currency and not (len(told.currency) == 3 and told.currency.isascii() and told.currency.isupper()):
        yield FieldError("currency", "unknown", "A currency is written as in RUB.")
    if told.starts_at and told.ends_at and told.ends_at <= told.starts_at:
        yield FieldError("ends_at", "before_start", "It ends before it starts.")
    if not told.weekdays <= frozenset(range(1, 8)):
        yield FieldError("weekdays", "out_of_range", "Weekdays are 1 (Monday) to 7.")
    if not (0 <= told.from_minute < DAY and 0 <= told.until_minute <= DAY):
        yield FieldError("from_minute", "out_of_range", "Hours are within a day.")
    if told.time_zone not in available_timezones():
        yield FieldError("time_zone", "unknown", "There is no such time zone.")
    if told.channels and not told.channel_reason.strip():
        yield FieldError("channel_reason", "required", "A price does not depend on the channel: say why this one does.")
    if told.combines and not told.exclusive:
        yield FieldError(
            "combines", "not_exclusive", "Only an exclusive promotion needs a list of those it combines with."
        )
    if told.min_quantity < 0 or told.min_subtotal < 0:
        yield FieldError("min_subtotal", "out_of_range", "A threshold is not below zero.")


def _limits(told: Definition) -> Iterator[FieldError]:
    for name in ("uses", "budget", "per_customer", "issue_budget"):
        limit = getattr(told, name)
        if limit is not None and not 0 < limit <= MOST:
            yield FieldError(name, "out_of_range", "A limit is above zero; leave it empty for none.")
    if told.issue_budget is not None and not told.needs_code:
        yield FieldError("needs_code", "required", "What staff gives away is a coupon, so the promotion needs a code.")
    if told.issue_budget is not None and not 0 < told.issue_value <= told.issue_budget:
        yield FieldError("issue_value", "out_of_range", "Say what one coupon counts towards the budget.")
