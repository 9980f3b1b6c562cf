"""What operations and roles are called before people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edino.staff import api
from edino.staff.types import Role
from edino.ui.parts import Text

OPERATION_NAMES: dict[str, Text] = {
    "account.own": _("change one's own account"),
    "overview.see": _("see the overview"),
    "customers.search": _("look for customers"),
    "customers.see": _("see the customer card"),
    "customers.see_personal": _("show phones and e-mails in full"),
    "customers.edit": _("change a customer's data"),
    "customers.consents": _("record permissions"),
    "customers.why": _("see why a customer was joined"),
    "customers.review": _("judge suggested joins"),
    "customers.join": _("join customers"),
    "customers.split": _("split customers"),
    "customers.export": _("hand out everything about a customer"),
    "customers.erase": _("erase a customer"),
    "customers.policy": _("change the rules of joining"),
    "channels.see": _("see channels and sources"),
    "channels.manage": _("change channels and sources"),
    "keys.manage": _("make and revoke keys"),
    "staff.see": _("see people and roles"),
    "staff.manage": _("give and close accounts"),
    "audit.see": _("read the audit trail"),
    "developer.see": _("see a source's last events"),
    "imports.run": _("load files"),
    "catalogue.see": _("see products"),
    "catalogue.edit": _("change products"),
    "reviews.moderate": _("judge reviews"),
    "prices.see": _("see prices"),
    "prices.edit": _("change prices"),
    "promotions.see": _("see promotions"),
    "promotions.edit": _("change promotions"),
    "coupons.issue": _("give out coupons"),
    "coupons.compensate": _("give a coupon for the trouble"),
    "giftcards.manage": _("manage gift cards"),
    "stock.see": _("see stock"),
    "stock.edit": _("change stock"),
    "stock.count": _("count stock"),
    "transfers.manage": _("send and receive transfers"),
    "orders.see": _("see orders"),
    "cashiers.see": _("see who stands out at the till"),
    "delivery.edit": _("change the ways of delivery"),
    "orders.edit": _("change orders"),
    "returns.take": _("take goods back"),
    "store.work": _("work in a store"),
    "carts.serve": _("serve a shopper's cart"),
    "exchange.see": _("see exchanges with other systems"),
    "exchange.run": _("run exchanges with other systems"),
    "ui.see": _("see the kit"),
    "account.log_in": _("log in"),
    "account.log_out": _("log out"),
    "key.shown": _("use a key"),
}


DETAIL_WORDS: dict[str, Text] = {
    "created": _("created"),
    "changed": _("changed"),
    "role": _("role"),
    "from": _("from"),
    "to": _("to"),
    "deactivated": _("account closed"),
    "activated": _("account opened"),
    "password reset": _("password replaced"),
    "password": _("password changed"),
    "totp added": _("authenticator app added"),
    "totp removed": _("authenticator app removed"),
    "webauthn added": _("passkey added"),
    "webauthn removed": _("passkey removed"),
    "recovery_codes added": _("recovery codes made"),
    "recovery_codes removed": _("recovery codes removed"),
    "wrong password": _("wrong password"),
    "too many attempts": _("too many attempts"),
    "too many requests": _("too many requests"),
    "wrong key": _("wrong key"),
    "missing scope": _("the key lacks the right"),
    "not_shown": _("left out before it"),
    "issued": _("issued"),
    "rotated": _("replaced"),
    "revoked": _("revoked"),
    "source": _("source"),
    "scope": _("right"),
    "scopes": _("rights"),
    "trust": _("trust"),
    "place": _("place"),
    "export": _("exported"),
    "blocked": pgettext_lazy("audit", "blocked"),
    "unblocked": pgettext_lazy("audit", "unblocked"),
    "closed": pgettext_lazy("audit", "closed"),
    "codes in a basket": pgettext_lazy("audit", "codes in a basket"),
    "most": pgettext_lazy("audit", "most"),
    "corrected": pgettext_lazy("audit", "corrected"),
    "dismissed": pgettext_lazy("audit", "dismissed"),
    "ended": pgettext_lazy("audit", "ended"),
    "expected": pgettext_lazy("audit", "expected"),
    "not expected": pgettext_lazy("audit", "not expected"),
    "handed over without code": pgettext_lazy("audit", "handed over without code"),
    "no reserve": pgettext_lazy("audit", "no reserve"),
    "reserve": pgettext_lazy("audit", "reserve"),
    "opened slots": pgettext_lazy("audit", "opened slots"),
    "paid out": pgettext_lazy("audit", "paid out"),
    "pictures": pgettext_lazy("audit", "pictures"),
    "received": pgettext_lazy("audit", "received"),
    "released": pgettext_lazy("audit", "released"),
    "resolved": pgettext_lazy("audit", "resolved"),
    "rules": pgettext_lazy("audit", "rules"),
    "safety stock": pgettext_lazy("audit", "safety stock"),
    "saved": pgettext_lazy("audit", "saved"),
    "slots of each week": pgettext_lazy("audit", "slots of each week"),
    "staged": pgettext_lazy("audit", "staged"),
    "undone": pgettext_lazy("audit", "undone"),
    "version": pgettext_lazy("audit", "version"),
    "state": pgettext_lazy("audit", "state"),
    "active": pgettext_lazy("audit", "active"),
    "paused": pgettext_lazy("audit", "paused"),
    "draft": pgettext_lazy("audit", "draft"),
    "location": pgettext_lazy("audit", "location"),
    "pieces": pgettext_lazy("audit", "pieces"),
    "amount": pgettext_lazy("audit", "amount"),
    "verdict": pgettext_lazy("audit", "verdict"),
    "total": pgettext_lazy("audit", "total"),
    "fields": pgettext_lazy("audit", "fields"),
    "customers": pgettext_lazy("audit", "customers"),
    "currency": pgettext_lazy("audit", "currency"),
    "count": pgettext_lazy("audit", "count"),
    "channel": pgettext_lazy("audit", "channel"),
    **{role.value: name for role, name in api.ROLE_NAMES.items()},
}


def detail_word(word: str) -> Text:
    """The words for a part of a line's detail; what is not ours stands as it is."""
    return DETAIL_WORDS.get(word, word)


def operation_name(operation: str) -> Text:
    """The words for an operation; one that another package added without words stands as it is."""
    return OPERATION_NAMES.get(operation, operation)


def role_name(role: str) -> Text:
    """The words for a role."""
    return api.ROLE_NAMES[Role(role)]
