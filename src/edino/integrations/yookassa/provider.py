"""YooKassa as one of the payment services that checkout knows."""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.checkout.errors import ForgedNotice, ProviderUnavailable
from edino.checkout.types import Bill, Kind, Money, MoneyState, Notice, Refunded, payment_providers
from edino.integrations.yookassa.client import URL, Account, Client
from edino.kernel import money as kernel_money

ADDRESSES: Final = (
    "185.71.76.0/27",
    "185.71.77.0/27",
    "77.75.153.0/25",
    "77.75.154.128/25",
    "77.75.156.11/32",
    "77.75.156.35/32",
    "2a02:5180::/32",
)
"""Where notifications come from, by the documentation."""

STATES: Final[Mapping[str, MoneyState]] = {
    "pending": "pending",
    "waiting_for_capture": "authorised",
    "succeeded": "captured",
    "canceled": "cancelled",
}
_REFUNDS: Final[Mapping[str, Any]] = {"pending": "pending", "succeeded": "done", "canceled": "failed"}
LONGEST_TEXT: Final = 128


class YooKassa:
    """Cards, wallets and fast payments of a shop at YooKassa.

    `two_steps`: money is authorised first and taken when the order is placed; means of payment that know only one step
    are taken at once by YooKassa itself.
    """

    name: Final = "yookassa"
    kinds: Final[frozenset[Kind]] = frozenset({"card"})
    deferred: Final = False

    def __init__(
        self, account: Account, *, two_steps: bool = True, addresses: Sequence[str] = ADDRESSES, back: str = ""
    ) -> None:
        self._client = Client(account)
        self._two_steps = two_steps
        self._networks = [ipaddress.ip_network(one) for one in addresses]
        self._back = back

    def create(self, bill: Bill) -> Money:
        """Ask for a payment; the payer confirms it on YooKassa's page."""
        body = {
            "amount": _amount(bill.amount, bill.currency),
            "capture": not self._two_steps,
            "confirmation": {"type": "redirect", "return_url": bill.return_url or self._back},
            "description": f"№ {bill.description}"[:LONGEST_TEXT],
            "metadata": {"order": str(bill.order_uid)},
        }
        return _money(self._client.post("payments", body, key=bill.key))

    def state(self, ref: str) -> Money:
        """Read a payment."""
        return _money(self._client.get(f"payments/{_id(ref)}"))

    def capture(self, ref: str, *, amount: int, currency: str, key: str) -> Money:
        """Take authorised money."""
        body = {"amount": _amount(amount, currency)}
        return _money(self._client.post(f"payments/{_id(ref)}/capture", body, key=key))

    def cancel(self, ref: str, *, key: str) -> Money:
        """Let authorised money go."""
        return _money(self._client.post(f"payments/{_id(ref)}/cancel", {}, key=key))

    def refund(self, ref: str, *, amount: int, currency: str, key: str) -> Refunded:
        """Give captured money back."""
        body = {"payment_id": ref, "amount": _amount(amount, currency)}
        told = self._client.post("refunds", body, key=key)
        try:
            return Refunded(str(told["id"]), _REFUNDS[told["status"]], _minor(told["amount"])[0])
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderUnavailable from error

    def notice(self, *, body: bytes, address: str) -> Notice:
        """The payment that a notification points at, if it came from where YooKassa's come from."""
        try:
            sender = ipaddress.ip_address(address)
            told = msgspec.json.decode(body)
            event, thing = told["event"], told["object"]
            kind, ref = ("refund", thing["payment_id"]) if event.startswith("refund.") else ("payment", thing["id"])
        except (ValueError, KeyError, TypeError, AttributeError, msgspec.DecodeError) as error:
            raise ForgedNotice from error
        if told.get("type") != "notification" or not any(sender in network for network in self._networks):
            raise ForgedNotice
        return Notice(_id(ref), "refund" if kind == "refund" else "payment")

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


def register() -> None:
    """Offer YooKassa to checkout when this installation has a shop there (docs/payments.md)."""
    shop = os.environ.get("EDINO_YOOKASSA_SHOP", "")
    if not shop:
        return
    account = Account(shop, os.environ.get("EDINO_YOOKASSA_KEY", ""), os.environ.get("EDINO_YOOKASSA_URL") or URL)
    addresses = [one.strip() for one in os.environ.get("EDINO_YOOKASSA_ADDRESSES", "").split(",") if one.strip()]
    offer = YooKassa(
        account,
        two_steps=os.environ.get("EDINO_YOOKASSA_STEPS", "2") == "2",
        addresses=addresses or ADDRESSES,
        back=os.environ.get("EDINO_SHOP_ADDRESS", "http://127.0.0.1:8000"),
    )
    payment_providers.register(offer.name, offer)


def _id(ref: object) -> str:
    """The id of an object there: letters, digits and hyphens, so that it can stand in an address."""
    text = str(ref)
    if not 0 < len(text) <= 64 or not all(one.isascii() and (one.isalnum() or one == "-") for one in text):
        raise ForgedNotice
    return text


def _amount(minor: int, currency: str) -> dict[str, str]:
    exponent = kernel_money.exponent(currency)
    return {"value": f"{kernel_money.Money(minor, currency).amount:.{exponent}f}", "currency": currency}


def _minor(told: Mapping[str, str]) -> tuple[int, str]:
    money = kernel_money.Money.of(Decimal(told["value"]), told["currency"])
    return money.minor, money.currency


def _money(told: Mapping[str, Any]) -> Money:
    """A payment as it is told there. What cannot be read says nothing, so it is asked for again."""
    try:
        amount, currency = _minor(told["amount"])
        refunded = _minor(told["refunded_amount"])[0] if told.get("refunded_amount") else 0
        order = (told.get("metadata") or {}).get("order")
        return Money(
            ref=str(told["id"]),
            state=STATES[told["status"]],
            amount=amount,
            currency=currency,
            url=(told.get("confirmation") or {}).get("confirmation_url", ""),
            refunded=refunded,
            reason=(told.get("cancellation_details") or {}).get("reason", ""),
            order=UUID(order) if order else None,
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ProviderUnavailable from error
