"""What the show page shows: invented people and things, in every state a component has."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from edino.kernel import clock
from edino.kernel.money import Money
from edino.ui import lists, parts
from edino.ui.diagram import Edge, Node

TITLE = _("Kit")
LEAD = _("Every component in every state. Screens are composed of these and have no style of their own.")
PERSON_NAME = "Анна К···ва"
FORM_TITLE = _("New source")
LOG_IN = _("Log in")
SAVE = _("Save")
SAVED = _("Saved")
DIALOG_TITLE = _("Split this customer")
BACK = parts.Back(TITLE, reverse_lazy("ui_kit"))  # type: ignore[arg-type]  # resolved when it is printed
PRIMARY = parts.Action(FORM_TITLE, reverse_lazy("ui_form"), icon="plus", tone="primary")  # type: ignore[arg-type]

STATES: dict[str, parts.Status] = {
    "live": parts.Status(_("Live"), "good"),
    "late": parts.Status(_("Late"), "warn"),
    "silent": parts.Status(_("Silent"), "bad"),
    "new": parts.Status(_("New"), "info"),
    "off": parts.Status(_("Switched off"), "quiet"),
}
_CHANNELS = ("Site", "App", "Tverskaya 12, till 3", "Call centre", "Kiosk", "E-mail", "Marketplace", "Courier")


@dataclass(frozen=True, slots=True)
class Source:
    """A row of the example list."""

    key: int
    name: str
    channel: str
    seen_at: datetime | None
    events: int
    cost: Money
    state: str


def rows() -> list[Source]:
    """Forty-eight of them, so that the example list has a second page."""
    now, states = clock.now(), list(STATES)
    return [
        Source(
            key=index + 1,
            name=f"{_CHANNELS[index % 8]} {index // 8 + 1}",
            channel=_CHANNELS[index % 8].split(",")[0],
            seen_at=None if index % 11 == 10 else now - timedelta(minutes=7 * index * index + 1),
            events=(index * 7919 + 13) % 52_000,
            cost=Money((index * 104_729) % 900_000, "RUB"),
            state=states[(index * index + index) % 7 % 5],
        )
        for index in range(48)
    ]


listing: lists.Listing[Source] = lists.Listing(
    name="sources",
    title=_("Sources"),
    columns=(
        lists.Column("name", _("Name"), sort=True),
        lists.Column("state", _("State"), value=lambda row: STATES[row.state], place="side"),
        lists.Column("channel", _("Channel"), quiet=True),
        lists.Column("seen_at", _("Last seen"), kind="ago", sort=True),
        lists.Column("events", _("Events today"), kind="number", sort=True),
        lists.Column("cost", _("Cost"), kind="money", sort=True),
    ),
    key="key",
    url=lambda row: f"{reverse('ui_detail')}?source={row.key}",
    filters=(
        lists.words("q", _("Name or channel")),
        lists.choice("state", _("State"), [(name, status.word) for name, status in STATES.items()]),
    ),
    views=(lists.View(_("All")), lists.View(_("Silent"), {"state": "silent"}), lists.View(_("New"), {"state": "new"})),
    actions=(parts.Action(_("Switch off"), reverse_lazy("ui_toast"), icon="power"),),  # type: ignore[arg-type]
    sort="-seen_at",
    page_size=12,
    primary=PRIMARY,
)
empty: lists.Listing[Source] = lists.Listing(name="none", title=_("Nothing"), columns=listing.columns, primary=PRIMARY)


class Form(forms.Form):
    """A field of every kind."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As your colleagues would call it."))
    phone = forms.RegexField(
        r"^\+\d{11}$", label=_("Phone"), error_messages={"invalid": _("Write it as +79161234567.")}
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[(name, name) for name in _CHANNELS])
    density = forms.ChoiceField(
        label=_("Where it stands"),
        choices=[("store", _("In a store")), ("office", _("In an office"))],
        widget=forms.RadioSelect,
    )
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    live = forms.BooleanField(label=_("Count its events at once"), required=False)


class LogIn(forms.Form):
    """The example of a page without navigation."""

    email = forms.EmailField(label=_("E-mail"))
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput)


def context() -> dict[str, Any]:
    """Everything the show pages print."""
    now = clock.now()
    trend = [40 + 18 * math.sin(day / 2.1) + day * 1.3 for day in range(30)]
    wrong = Form({"wrong-phone": "8-916", "wrong-channel": "Site"}, prefix="wrong")
    wrong.full_clean()
    return {
        "statuses": list(STATES.values()),
        "money": [Money(748_000, "RUB"), Money(231_050, "RUB"), Money(-99, "GBP"), Money(974_774_793, "GBP")],
        "now": now,
        "good_form": Form(initial={"name": "Tverskaya 12", "density": "store"}),
        "wrong_form": wrong,
        "trend": trend,
        "figures": _figures(trend),
        "facts": _facts(now),
        "moments": _moments(now),
        "stock": _stock(),
        "price": Money(899_000, "RUB"),
        "tabs": [
            parts.Tab(_("All"), "#all", current=True, count=218),
            parts.Tab(_("Orders"), "#orders", count=12),
            parts.Tab(_("Calls"), "#calls", count=3),
            parts.Tab(_("Messages"), "#messages"),
        ],
        "nodes": _NODES,
        "edges": _EDGES,
        "split": parts.Action(_("Split"), opens="split", icon="split"),
    }


def _figures(trend: list[float]) -> list[parts.Figure]:
    return [
        parts.Figure(_("Events today"), parts.Number(1_284_311), _("4 % above a usual Sunday"), trend=trend),
        parts.Figure(
            _("Sources"), parts.Number(14), _("2 silent"), parts.Status(_("Late"), "warn"), url=reverse("ui_list")
        ),
        parts.Figure(_("Revenue"), parts.Amount(Money(974_774_700, "GBP")), _("541,909 lines, 9,288 returns")),
        parts.Figure(_("Cases waiting"), parts.Number(0), _("none since Friday"), parts.Status(_("Done"), "good")),
    ]


def _facts(now: datetime) -> list[parts.Fact]:
    why = parts.Why(_("All three sources gave this phone, and it was confirmed by a code on 3 May."))
    return [
        parts.Fact(_("Phone"), "+7 916 ···-··-12", _("confirmed")),
        parts.Fact(_("How sure"), _("3 of 3 sources"), why=why),
        parts.Fact(_("Since"), parts.When(now - timedelta(days=900), "date")),
        parts.Fact(_("Stage"), _("choosing again")),
        parts.Fact(_("Points"), parts.Number(1250), _("300 expire on 1 December")),
        parts.Fact(_("Reachable"), parts.Status(_("push, e-mail"), "good"), _("not by SMS")),
    ]


def _moments(now: datetime) -> list[parts.Moment]:
    return [
        parts.Moment(now - timedelta(minutes=12), _("Missed call"), _("Call centre"), "phone-missed", tone="bad"),
        parts.Moment(
            now - timedelta(minutes=40),
            _("Viewed running shoes 42"),
            _("Site"),
            "mouse-pointer-click",
            _("third time this week"),
        ),
        parts.Moment(
            now - timedelta(minutes=95),
            _("“Back in stock”, opened"),
            _("Push"),
            "bell",
            why=parts.Why(url=reverse("ui_why")),
        ),
        parts.Moment(
            now - timedelta(days=1, hours=2), _("Receipt 88-120, 2 310 ₽"), "Tverskaya 12", "receipt-text", tone="good"
        ),
        parts.Moment(
            now - timedelta(days=9), _("Joined with the customer of the site"), "Edino", "git-merge", tone="info"
        ),
    ]


def _stock() -> list[parts.StockLine]:
    return [
        parts.StockLine(_("Here, Tverskaya 12"), parts.Status(_("on the shelf"), "good"), 3),
        parts.StockLine(_("Two shops nearby"), parts.Status(_("today"), "info"), 5),
        parts.StockLine(_("Warehouse"), parts.Status(_("by Thursday"), "warn")),
        parts.StockLine(_("Size 43"), parts.Status(_("sold out"), "bad")),
    ]


_NODES = [
    Node("site", _("Site visitor"), "anonymous 7f3a", tone="info"),
    Node("app", _("App"), "device 91c2"),
    Node("till", _("Till receipt"), "card 2900017"),
    Node("phone", "+7 916 ···-··-12", _("confirmed"), tone="good"),
    Node("card", _("Discount card"), "2900017"),
    Node("who", "Анна К···ва", _("one customer"), tone="good"),
    Node("family", _("Shared tablet"), _("too many people"), tone="bad"),
]
_EDGES = [
    Edge("site", "phone", _("logged in")),
    Edge("app", "phone", _("code")),
    Edge("till", "card"),
    Edge("phone", "who"),
    Edge("card", "who", _("form"), "weak"),
    Edge("family", "phone", _("refused"), "broken"),
]
