"""Pure decisions of channels: the channels that every installation starts with, the form of keys, the rate of a source."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from edino.channels.types import Channel

KEY_FORM: Final = re.compile(r"edino_(?P<prefix>[a-z2-7]{8})_(?P<secret>[A-Za-z0-9_-]{43})")
BURST_SECONDS: Final = 2


def _channel(code: str, names: tuple[str, str], kind: str, abilities: str, trust: int, confirms: str = "") -> Channel:
    return Channel(code, *names, kind, frozenset(abilities.split()), trust, frozenset(confirms.split()))


CHANNELS: Final = [
    _channel("site", ("Website", "Сайт"), "online", "sell self_service", 60, "user_id device"),
    _channel("app", ("Mobile app", "Приложение"), "online", "sell self_service", 65, "user_id device push_token"),
    _channel("store", ("Store till", "Касса магазина"), "place", "sell physical talk", 80, "loyalty_card"),
    _channel("kiosk", ("Kiosk", "Киоск"), "place", "sell physical self_service", 60, "loyalty_card"),
    _channel("call_centre", ("Call centre", "Колл-центр"), "talk", "sell talk", 70),
    _channel("email", ("E-mail", "Эл. почта"), "message", "message talk", 50),
    _channel("sms", ("SMS", "СМС"), "message", "message", 50),
    _channel("mobile_push", ("Mobile push", "Пуш в приложении"), "message", "message", 50, "push_token"),
    _channel("web_push", ("Web push", "Веб-пуш"), "message", "message", 50, "web_push"),
    _channel("telegram", ("Telegram", "Telegram"), "message", "message talk sell", 55, "telegram"),
    _channel("vk", ("VK", "ВКонтакте"), "message", "message talk sell", 55, "vk"),
    _channel("whatsapp", ("WhatsApp", "WhatsApp"), "message", "message talk", 55, "whatsapp"),
    _channel("viber", ("Viber", "Viber"), "message", "message talk", 55, "viber"),
    _channel("max", ("MAX", "MAX"), "message", "message talk", 55, "max"),
    _channel("social", ("Social network", "Социальная сеть"), "message", "message talk", 40, "social"),
    _channel("marketplace", ("Marketplace", "Маркетплейс"), "partner", "sell deliver", 40, "marketplace_id"),
    _channel("courier", ("Delivery service", "Служба доставки"), "partner", "deliver physical talk", 50),
    _channel("erp", ("Back-office system", "Учётная система"), "system", "exchange", 75),
]


def key_parts(key: str) -> tuple[str, bytes] | None:
    """The prefix of a key that has our form and the SHA-256 of its secret; None for anything else."""
    found = KEY_FORM.fullmatch(key)
    return (found["prefix"], sha256(found["secret"].encode()).digest()) if found else None


@dataclass(slots=True)
class Bucket:
    """A token bucket that may go into debt, so that one batch larger than the burst is taken and then paid for."""

    rate: int
    tokens: float
    at: datetime

    @classmethod
    def full(cls, rate: int, at: datetime) -> "Bucket":
        """A bucket that has rested: it holds the burst."""
        return cls(rate, float(rate * BURST_SECONDS), at)

    def take(self, amount: int, at: datetime) -> bool:
        """Take tokens if there are any at all. A clock that went backwards adds nothing."""
        rested = max((at - self.at).total_seconds(), 0.0)
        self.tokens = min(self.tokens + rested * self.rate, float(self.rate * BURST_SECONDS))
        self.at = at
        if self.tokens <= 0:
            return False
        self.tokens -= amount
        return True
