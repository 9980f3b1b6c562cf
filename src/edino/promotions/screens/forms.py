"""The form of a promotion: what a marketer says, and the definition it means. What is right the door decides."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from edino.catalogue.api.reading import shop_currency
from edino.channels import api as channels
from edino.channels.types import Ability
from edino.kernel.errors import Refusal
from edino.kernel.money import exponent
from edino.promotions import api
from edino.promotions.api.describing import WEEKDAYS
from edino.promotions.api.naming import category_names
from edino.promotions.screens.words import KINDS
from edino.promotions.types import Action, Definition, Goods, PromotionView

MOMENT: Final = "%Y-%m-%dT%H:%M"


def _categories() -> list[tuple[int, str]]:
    return list(category_names(get_language() or "en").items())


def selling_channels() -> list[tuple[str, str]]:
    language = get_language() or "en"
    found = channels.channels_by_code().items()
    return [(code, channel.name(language)) for code, channel in found if channel.can(Ability.SELL)]


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, required=False, input_formats=[MOMENT], widget=widget)


def _money(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=15, decimal_places=2, min_value=0, help_text=help_text
    )


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea({"rows": 2})
    return forms.CharField(label=label, required=False, max_length=200_000, widget=area, help_text=help_text)


def _shelf(label: Any) -> forms.TypedMultipleChoiceField:
    size = forms.SelectMultiple({"size": 5})
    return forms.TypedMultipleChoiceField(label=label, required=False, coerce=int, choices=_categories, widget=size)


class PromotionForm(forms.Form):
    """A promotion in the words of a marketer: percents and amounts as they are spoken."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Shoppers see it beside the discount."))
    kind = forms.ChoiceField(label=_("What it does"), choices=list(KINDS.items()))
    percent = forms.DecimalField(
        label=_("Percent"), required=False, max_digits=5, decimal_places=2, help_text=_("100 is free.")
    )
    amount = _money(_("Amount or price"))
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial=shop_currency)
    buy = forms.IntegerField(label=_("For so many bought"), required=False, min_value=1)
    get = forms.IntegerField(
        label=_("So many get cheaper"), required=False, min_value=1, help_text=_("Also the number of gifts.")
    )
    times = forms.IntegerField(label=_("At most so often in a basket"), required=False, min_value=1)
    gifts = _words(
        _("These get cheaper instead"), _("SKUs of the gift, or of what gets cheaper when something else is bought.")
    )
    categories = _shelf(_("Categories"))
    brands = _words(_("Brands"), _("With commas or on lines of their own."))
    skus = _words(_("SKUs"), _("Nothing in all three: all goods."))
    without_categories = _shelf(_("Without these categories"))
    without_skus = _words(_("Without these SKUs"))
    min_quantity = forms.IntegerField(label=_("From so many pieces"), required=False, min_value=0)
    min_subtotal = _money(_("From goods for"))
    needs_code = forms.BooleanField(label=_("Only with a code"), required=False)
    first_order = forms.BooleanField(label=_("Only for the first order"), required=False)
    customer_groups = _words(_("Groups of customers"))
    starts_at = _moment(_("Begins"))
    ends_at = _moment(_("Ends"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On weekdays"),
        required=False,
        coerce=int,
        choices=list(enumerate(WEEKDAYS, 1)),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: every day."),
    )
    since = forms.TimeField(label=_("From what hour"), required=False, widget=forms.TimeInput({"type": "time"}))
    until = forms.TimeField(label=_("To what hour"), required=False, widget=forms.TimeInput({"type": "time"}))
    locations = _words(_("Only in these shops"), _("Codes of places; empty is everywhere."))
    channels = forms.MultipleChoiceField(
        label=_("Only in these channels"),
        required=False,
        choices=selling_channels,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A price does not depend on the channel. If this one must, say why; the parity report shows it."),
    )
    channel_reason = forms.CharField(label=_("Why only there"), required=False, max_length=1000)
    base = forms.ChoiceField(
        label=_("Counted from"),
        choices=[("net", _("what is left after earlier promotions")), ("unit", _("the catalogue price"))],
    )
    priority = forms.IntegerField(
        label=_("Priority"), min_value=-1000, max_value=1000, initial=0, help_text=_("The higher goes first.")
    )
    exclusive = forms.BooleanField(label=_("Does not share lines with other promotions"), required=False)
    group = forms.CharField(
        label=_("Group"), required=False, max_length=80, help_text=_("Of a group only the best one applies.")
    )
    combines = forms.TypedMultipleChoiceField(
        label=_("It shares them with these all the same"),
        required=False,
        coerce=int,
        widget=forms.SelectMultiple({"size": 5}),
        help_text=_("Only for one that does not share. If the other does not share either, it must name this one too."),
    )
    cap = _money(_("Takes at most"))
    floor_percent = forms.DecimalField(
        label=_("A line keeps at least, %"), required=False, min_value=0, max_value=100, decimal_places=2
    )
    uses = forms.IntegerField(label=_("Orders in all"), required=False, min_value=1)
    per_customer = forms.IntegerField(label=_("Orders of one customer"), required=False, min_value=1)
    budget = _money(_("Budget"))
    issue_budget = _money(_("Staff may give away in a month"), _("Of each person, as compensation."))
    issue_value = _money(_("One coupon counts"))

    def __init__(self, *args: Any, own: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = set(self.initial.get("combines", ()))
        others = [one for one in api.promotions() if one.id != own and (one.state != "ended" or one.id in chosen)]
        self.fields["combines"].choices = [(one.id, one.definition.name) for one in others]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("combines") and not said.get("exclusive"):
            self.add_error("combines", _("It shares with all: there is nothing to except."))
        return said

    def told(self, known: Definition | None = None) -> Definition:
        """The definition that was said; what the form does not ask stays as it is known."""
        said = self.cleaned_data
        currency = said["currency"].upper()
        goods = Goods(
            skus=_several(said["skus"]),
            products=known.counted.products if known else frozenset(),
            categories=frozenset(said["categories"]),
            brands=_several(said["brands"]),
            without_skus=_several(said["without_skus"]),
            without_categories=frozenset(said["without_categories"]),
            without_brands=known.counted.without_brands if known else frozenset(),
        )
        return Definition(
            name=said["name"].strip(),
            action=self._action(currency, known),
            currency=currency,
            priority=said["priority"],
            exclusive=said["exclusive"],
            combines=frozenset(said["combines"]),
            group=said["group"].strip(),
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            weekdays=frozenset(said["weekdays"]),
            from_minute=_minute(said["since"]),
            until_minute=_minute(said["until"]),
            time_zone=known.time_zone if known else self.zone,
            customer_groups=_several(said["customer_groups"]),
            channels=frozenset(said["channels"]),
            channel_reason=said["channel_reason"].strip() if said["channels"] else "",
            locations=_several(said["locations"]),
            first_order=said["first_order"],
            needs_code=said["needs_code"],
            counted=goods,
            min_quantity=said["min_quantity"] or 0,
            min_subtotal=_minor(said["min_subtotal"], currency) or 0,
            uses=said["uses"],
            budget=_minor(said["budget"], currency),
            per_customer=said["per_customer"],
            issue_budget=_minor(said["issue_budget"], currency),
            issue_value=_minor(said["issue_value"], currency) or 0,
        )

    zone = "UTC"
    """The time zone of whoever fills the form in, for the hours of a new promotion."""

    def _action(self, currency: str, known: Definition | None) -> Action:
        said = self.cleaned_data
        gifts = _several(said["gifts"])
        kept = known.action if known else None
        return Action(
            kind=said["kind"],
            percent=10_000 if said["kind"] == "gift" else int((said["percent"] or 0) * 100),
            amount=_minor(said["amount"], currency) or 0,
            buy=said["buy"] or 0,
            get=said["get"] or 0,
            times=said["times"] or 0,
            goods=Goods(skus=gifts) if gifts else None,
            base=said["base"],
            floor_percent=int((said["floor_percent"] or 0) * 100),
            floor_amount=kept.floor_amount if kept else 0,
            cap=_minor(said["cap"], currency),
        )


SECTIONS: Final[tuple[tuple[Any, str], ...]] = (
    (_("What it does"), "name kind percent amount currency buy get times gifts"),
    (_("On which goods"), "categories brands skus without_categories without_skus min_quantity min_subtotal"),
    (_("For whom and when"), "needs_code first_order customer_groups starts_at ends_at weekdays since until locations"),
    (_("Only somewhere"), "channels channel_reason"),
    (_("Beside other promotions"), "base priority exclusive combines group cap floor_percent"),
    (_("Limits"), "uses per_customer budget issue_budget issue_value"),
)
FIELDS: Final[Mapping[str, str]] = {
    "action.percent": "percent",
    "action.amount": "amount",
    "action.buy": "buy",
    "action.goods": "gifts",
    "action.cap": "cap",
    "action.floor_percent": "floor_percent",
    "from_minute": "since",
}


def said_of(found: PromotionView) -> dict[str, Any]:
    """What the form says of a promotion that is there."""
    told, action = found.definition, found.definition.action
    currency = told.currency or shop_currency()
    return {
        **{name: getattr(told, name) for name in ("name", "priority", "exclusive", "group", "starts_at", "ends_at")},
        **{name: getattr(told, name) for name in ("channel_reason", "first_order", "needs_code", "uses")},
        **{name: getattr(action, name) or None for name in ("buy", "get", "times")},
        "kind": action.kind,
        "base": action.base,
        "currency": currency,
        "percent": Decimal(action.percent) / 100 if action.percent else None,
        "amount": _major(action.amount or None, currency),
        "cap": _major(action.cap, currency),
        "floor_percent": Decimal(action.floor_percent) / 100 if action.floor_percent else None,
        "gifts": ", ".join(sorted(action.goods.skus)) if action.goods else "",
        "categories": sorted(told.counted.categories),
        "brands": ", ".join(sorted(told.counted.brands)),
        "skus": ", ".join(sorted(told.counted.skus)),
        "without_categories": sorted(told.counted.without_categories),
        "without_skus": ", ".join(sorted(told.counted.without_skus)),
        "min_quantity": told.min_quantity or None,
        "min_subtotal": _major(told.min_subtotal or None, currency),
        "customer_groups": ", ".join(sorted(told.customer_groups)),
        "weekdays": sorted(told.weekdays),
        "since": _time(told.from_minute, told),
        "until": _time(told.until_minute, told),
        "locations": ", ".join(sorted(told.locations)),
        "combines": sorted(told.combines),
        "channels": sorted(told.channels),
        "per_customer": told.per_customer,
        "budget": _major(told.budget, currency),
        "issue_budget": _major(told.issue_budget, currency),
        "issue_value": _major(told.issue_value or None, currency),
    }


def lay_beside(form: forms.Form, refusal: Refusal) -> None:
    """Put what the door refused beside the fields it names, or on top of the form."""
    for error in refusal.fields:
        name = FIELDS.get(error.field, error.field)
        form.add_error(name if name in form.fields else None, _(error.message))
    if not refusal.fields:
        form.add_error(None, refusal.text)


def _several(text: str) -> frozenset[str]:
    return frozenset(word.strip() for line in text.splitlines() for word in line.split(",") if word.strip())


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else int(amount.scaleb(exponent(currency)))


def _major(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-exponent(currency))


def _minute(told: Any) -> int:
    return 0 if told is None else int(told.hour * 60 + told.minute)


def _time(minute: int, told: Definition) -> str:
    return "" if told.from_minute == told.until_minute else f"{minute // 60 % 24:02}:{minute % 60:02}"
