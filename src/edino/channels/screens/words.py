"""What channels, abilities and scopes are called before people."""

from collections.abc import Iterable

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from edino.channels.types import Ability, Channel, Scope, SourceListing
from edino.ui.parts import Text

NAME: Text = pgettext_lazy("of a thing", "Name")
KINDS: dict[str, Text] = {
    "online": _("online"),
    "place": _("place"),
    "talk": _("talk"),
    "message": _("messages"),
    "partner": _("partner"),
    "system": _("system"),
}
ABILITIES: dict[str, Text] = {
    Ability.SELL: _("sells"),
    Ability.MESSAGE: _("carries messages"),
    Ability.TALK: _("people talk"),
    Ability.PHYSICAL: _("face to face"),
    Ability.SELF_SERVICE: _("shoppers serve themselves"),
    Ability.DELIVER: _("delivers"),
    Ability.EXCHANGE: _("exchanges data"),
}
SCOPES: dict[str, Text] = {
    Scope.EVENTS_WRITE: _("send events"),
    Scope.CUSTOMERS_READ: _("read customers, masked"),
    Scope.CUSTOMERS_PERSONAL: _("read phones and e-mails in full"),
    Scope.CUSTOMERS_WRITE: _("change customers"),
    Scope.IMPORTS_WRITE: _("load files"),
    Scope.EXPORTS_READ: _("take exports"),
    Scope.CATALOGUE_READ: _("read products"),
    Scope.CATALOGUE_WRITE: _("change the catalogue"),
    Scope.PRICES_WRITE: _("set prices"),
    Scope.PROMOTIONS_WRITE: _("set promotions and coupons"),
    Scope.STOCK_READ: _("read stock"),
    Scope.STOCK_WRITE: _("move stock"),
    Scope.CARTS_WRITE: _("fill carts and check out"),
    Scope.ORDERS_READ: _("read orders"),
    Scope.ORDERS_WRITE: _("handle orders"),
    Scope.DELIVERIES_WRITE: _("say what became of parcels"),
    Scope.RECEIPTS_WRITE: _("send receipts of tills"),
    Scope.RETURNS_WRITE: _("take returns"),
    Scope.EXCHANGE: _("exchange with the accounting system"),
    Scope.ADMIN: _("everything"),
}
IDENTIFIERS: dict[str, Text] = {
    "user_id": _("log-in of the site or app"),
    "device": _("device"),
    "phone": _("phone"),
    "email": _("e-mail"),
    "loyalty_card": _("loyalty card"),
    "push_token": _("push token"),
    "web_push": _("web push subscription"),
    "marketplace_id": _("buyer of the marketplace"),
    "social": _("social network account"),
    "telegram": _("Telegram account"),
    "vk": _("VK account"),
    "whatsapp": _("WhatsApp account"),
    "viber": _("Viber account"),
    "max": _("MAX account"),
}


def channel_name(row: SourceListing | Channel) -> str:
    """The channel's name in the reader's language."""
    names = (row.name_en, row.name_ru) if isinstance(row, Channel) else (row.channel_name_en, row.channel_name_ru)
    return names[1] if (get_language() or "").startswith("ru") else names[0]


def listed(words: Iterable[str], names: dict[str, Text]) -> str:
    """Several words in the reader's language, in the order of the dictionary, those unknown to it last."""
    found = set(words)
    known = [str(name) for word, name in names.items() if word in found]
    return ", ".join([*known, *sorted(found - set(names))])
