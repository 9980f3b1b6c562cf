"""What kinds of identifiers, fields, stages and channels of contact are called before people."""

from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from edino.customers.types import Purpose
from edino.ui.parts import Text

KINDS: Final[dict[str, Text]] = {
    "user_id": _("Account"),
    "crm": _("Number in the CRM"),
    "loyalty_card": _("Card"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "telegram": _("Telegram"),
    "vk": _("VK"),
    "viber": _("Viber"),
    "whatsapp": _("WhatsApp"),
    "max": _("MAX"),
    "web_push": _("Web push subscription"),
    "push_token": _("Push token"),
    "device": _("Device"),
    "erased": _("Erased"),
}
SEVERAL: Final[dict[str, Text]] = {
    "device": _("Devices"),
    "push_token": _("Push tokens"),
    "web_push": _("Web push subscriptions"),
}
FIELDS: Final[dict[str, Text]] = {
    "name": _("Full name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "middle_name": _("Middle name"),
    "gender": _("Gender"),
    "birthday": _("Birthday"),
    "city": _("City"),
    "address": _("Address"),
    "company": _("Company"),
    "language": _("Language"),
    "country": _("Country"),
    "tags": _("Tags"),
    "created_at": _("Account made"),
    "timezone": _("Time zone"),
    "locale": _("Language and country"),
    "known_since": _("Known since"),
    "sources": _("Sources"),
    "profiles": _("Fragments"),
}
STAGES: Final[dict[str, Text]] = {
    "new": _("new"),
    "browsing": _("looking around"),
    "choosing": _("choosing"),
    "buying": _("buying"),
    "waiting": _("waiting for an order"),
    "owner": _("has bought"),
    "choosing_again": _("choosing again"),
    "lapsing": _("going quiet"),
    "lost": _("gone"),
}
CHANNELS: Final[dict[str, Text]] = {
    "mobile_push": _("Push"),
    "web_push": _("Web push"),
    "email": _("E-mail"),
    "telegram": _("Telegram"),
    "vk": _("VK"),
    "max": _("MAX"),
    "viber": _("Viber"),
    "whatsapp": _("WhatsApp"),
    "sms": _("SMS"),
    "call_centre": _("Call"),
}
UNREACHED: Final[dict[str, Text]] = {
    "refused": _("refused"),
    "silent": _("not asked yet"),
    "shared": _("shared with others"),
    "no_point": _("no contact known"),
}
REFUSED: Final[dict[str, Text]] = {
    "separated": _("staff said they are different people"),
    "limit": _("one person would have too many"),
    "contradiction": _("it went from hand to hand"),
    "access": _("two different confirmed log-ins"),
    "size": _("too many already belong together"),
    "shared": _("a value that many people share"),
}


def kind(code: str) -> Text:
    """The name of a kind of identifier; an unknown one stands as it is."""
    return KINDS.get(code, code)


def several(code: str) -> Text:
    """The name of a kind of things, counted."""
    return SEVERAL.get(code) or kind(code)


def field(name: str) -> Text:
    """The name of a field or of a line of a comparison."""
    bare = name.removeprefix("field:")
    return FIELDS.get(bare) or KINDS.get(bare) or bare.replace("_", " ")


def refusal(reason: str) -> str:
    """Why a link was not followed, such as `limit:loyalty_card`."""
    rule, _colon, code = reason.partition(":")
    words = str(REFUSED.get(rule, rule))
    return f"{words} ({kind(code)})" if code else words


def purpose(one: Purpose) -> str:
    """The name of a purpose in the reader's language."""
    return one.name_ru if (get_language() or "").startswith("ru") else one.name_en
