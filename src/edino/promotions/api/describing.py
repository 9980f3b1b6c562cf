"""A promotion in words, in the language now active: what it does, for whom, when, and what limits it."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.formats import date_format, get_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from edino.promotions.api.wording import Words
from edino.promotions.types import Definition, Goods

WEEKDAYS: Final = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


def describe(definition: Definition, categories: Mapping[int, str]) -> list[str]:
    """The sentences that say all of it; `categories` are their names by id."""
    money = Words(definition.currency or "RUB")
    return [
        _does(definition, money, categories),
        *_conditions(definition, money, categories),
        *_circumstances(definition),
        *_together(definition, money),
        *_limits(definition, money),
    ]


def percent(hundredths: int) -> str:
    """Hundredths of a percent as a person writes them: 10, 12.5."""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".").replace(".", get_format("DECIMAL_SEPARATOR"))


def goods_in_words(goods: Goods, categories: Mapping[int, str]) -> str:
    """Which goods."""
    named = [
        *(categories.get(id_, str(id_)) for id_ in sorted(goods.categories)),
        *sorted(goods.brands),
        *_some(sorted(goods.skus)),
    ]
    without = [
        *(categories.get(id_, str(id_)) for id_ in sorted(goods.without_categories)),
        *sorted(goods.without_brands),
        *_some(sorted(goods.without_skus)),
    ]
    told = ", ".join(named) if named else _("all goods")
    return _("%(goods)s, except %(without)s") % {"goods": told, "without": ", ".join(without)} if without else told


def _some(words: list[str]) -> list[str]:
    return words if len(words) <= 5 else [*words[:5], _("and %(count)s more") % {"count": len(words) - 5}]


def _does(told: Definition, money: Words, categories: Mapping[int, str]) -> str:
    action = told.action
    values = {
        "goods": goods_in_words(action.goods or told.counted, categories),
        "counted": goods_in_words(told.counted, categories),
        "percent": percent(action.percent),
        "amount": money.money(action.amount),
        "buy": action.buy,
        "get": action.get,
    }
    free = action.percent == 10_000  # the whole, in hundredths of a percent
    own = action.goods is None or action.goods == told.counted
    texts = {
        "percent": _("%(percent)s %% off: %(goods)s."),
        "amount": _("%(amount)s off each piece: %(goods)s."),
        "price": _("Each piece costs %(amount)s: %(goods)s."),
        "bundle": _bundle(own=own, free=free),
        "gift": _("A gift, up to %(get)s pieces: %(goods)s."),
        "order_percent": _("%(percent)s %% off the order, on these goods: %(goods)s."),
        "order_amount": _("%(amount)s off the order, on these goods: %(goods)s."),
        "delivery_percent": _("Delivery is free.") if free else _("%(percent)s %% off the delivery."),
        "delivery_price": _("Delivery costs %(amount)s."),
    }
    return texts[action.kind] % values


def _bundle(*, own: bool, free: bool) -> str:
    if own:
        return (
            _("For every %(buy)s bought, %(get)s more free, the cheapest: %(goods)s.")
            if free
            else _("For every %(buy)s bought, %(get)s more with %(percent)s %% off, the cheapest: %(goods)s.")
        )
    return (
        _("For every %(buy)s of %(counted)s, %(get)s free, the cheapest: %(goods)s.")
        if free
        else _("For every %(buy)s of %(counted)s, %(get)s with %(percent)s %% off, the cheapest: %(goods)s.")
    )


def _conditions(told: Definition, money: Words, categories: Mapping[int, str]) -> Iterator[str]:
    goods = goods_in_words(told.counted, categories)
    if told.min_quantity:
        yield _("From %(count)s pieces: %(goods)s.") % {"count": told.min_quantity, "goods": goods}
    if told.min_subtotal:
        amount = money.money(told.min_subtotal)
        yield _("From goods for %(amount)s: %(goods)s.") % {"amount": amount, "goods": goods}
    if told.needs_code:
        yield _("Only with a code.")
    if told.first_order:
        yield _("Only for the first order of a customer.")
    if told.customer_groups:
        yield _("Only for these groups of customers: %(groups)s.") % {"groups": ", ".join(sorted(told.customer_groups))}


def _circumstances(told: Definition) -> Iterator[str]:
    if told.channels:
        values = {"channels": ", ".join(sorted(told.channels)), "reason": told.channel_reason}
        yield _("Only in these channels: %(channels)s. The reason that is recorded: %(reason)s") % values
    if told.locations:
        yield _("Only in these shops: %(shops)s.") % {"shops": ", ".join(sorted(told.locations))}
    if told.starts_at:
        yield _("Begins %(at)s.") % {"at": date_format(localtime(told.starts_at), "DATETIME_FORMAT")}
    if told.ends_at:
        yield _("Ends %(at)s.") % {"at": date_format(localtime(told.ends_at), "DATETIME_FORMAT")}
    if told.weekdays:
        days = ", ".join(str(WEEKDAYS[day - 1]) for day in sorted(told.weekdays))
        yield _("On these days: %(days)s.") % {"days": days}
    if told.from_minute != told.until_minute:
        values = {"since": _hour(told.from_minute), "until": _hour(told.until_minute), "zone": told.time_zone}
        yield _("Between %(since)s and %(until)s (%(zone)s).") % values


def _hour(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _together(told: Definition, money: Words) -> Iterator[str]:
    action = told.action
    if action.kind not in {"amount", "price", "order_amount", "delivery_price"}:
        yield (
            _("Counted from the catalogue price.")
            if action.base == "unit"
            else _("Counted from what is left after earlier promotions.")
        )
    if told.exclusive:
        yield _("Leaves alone lines on which other promotions acted, and lets no other act on its own.")
    if told.group:
        yield _("Of the promotions of the group “%(group)s” only the best one applies.") % {"group": told.group}
    if action.times:
        yield pgettext("promotion", "At most %(count)s times in a basket.") % {"count": action.times}
    if action.cap is not None:
        yield _("Takes at most %(amount)s off a basket.") % {"amount": money.money(action.cap)}
    if action.floor_percent:
        yield _("A line keeps at least %(percent)s %% of its catalogue price.") % {
            "percent": percent(action.floor_percent)
        }
    if action.floor_amount:
        yield _("A piece costs at least %(amount)s.") % {"amount": money.money(action.floor_amount)}


def _limits(told: Definition, money: Words) -> Iterator[str]:
    if told.uses is not None:
        yield _("At most %(count)s orders in all.") % {"count": told.uses}
    if told.per_customer is not None:
        yield _("At most %(count)s orders of one customer, whatever cards and phones he has.") % {
            "count": told.per_customer
        }
    if told.budget is not None:
        yield _("Until %(amount)s are given away in all.") % {"amount": money.money(told.budget)}
    if told.issue_budget is not None:
        values = {"amount": money.money(told.issue_budget), "value": money.money(told.issue_value)}
        yield _("Staff may give its coupons away: each person %(amount)s a month, a coupon counts %(value)s.") % values
