"""Pure decisions of channels: those every installation starts with, the form of keys, the rate of a source."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from edino.channels.types import Channel

KEY_FORM: Final = re.compile(r"edino_(?P<prefix>[a-z2-7]{8})_(?P<secret>[A-Za-z0-9_-]{43})")
BURST_SECONDS: Final = 2


def _channel(code: str, names: tuple[str, str], kind: str, *rest: str, trust: int) -> Channel:
    abilities, confirms = [frozenset(words.split()) for words in (*rest, "")[:2]]
    return Channel(code, *names, kind, abilities, trust, confirms)


CHANNELS: Final = [
    _channel("site", ("Website", "Сайт"), "online", "sell self_service", "user_id device", trust=60),
    _channel("app", ("Mobile app", "Приложение"), "online", "sell self_service", "user_id device push_token", trust=65),
    _channel("store", ("Store till", "Касса магазина"), "place", "sell physical talk", "loyalty_card", trust=80),
    _channel("kiosk", ("Kiosk", "Киоск"), "place", "sell physical self_service", "loyalty_card", trust=60),
    _channel("call_centre", ("Call centre", "Колл-центр"), "talk", "sell talk", trust=70),
    _channel("email", ("E-mail", "Эл. почта"), "message", "message talk", trust=50),
    _channel("sms", ("SMS", "СМС"), "message", "message", trust=50),
    _channel("mobile_push", ("Mobile push", "Пуш в приложении"), "message", "message", "push_token", trust=50),
    _channel("web_push", ("Web push", "Веб-пуш"), "message", "message", "web_push", trust=50),
    _channel("telegram", ("Telegram", "Telegram"), "message", "message talk sell", "telegram", trust=55),
    _channel("vk", ("VK", "ВКонтакте"), "message", "message talk sell", "vk", trust=55),
    _channel("whatsapp", ("WhatsApp", "WhatsApp"), "message", "message talk", "whatsapp", trust=55),
    _channel("viber", ("Viber", "Viber"), "message", "message talk", "viber", trust=55),
    _channel("max", ("MAX", "MAX"), "message", "message talk", "max", trust=55),
    _channel("social", ("Social network", "Социальная сеть"), "message", "message talk", "social", trust=40),
    _channel("marketplace", ("Marketplace", "Маркетплейс"), "partner", "sell deliver", "marketplace_id", trust=40),
    _channel("courier", ("Delivery service", "Служба доставки"), "partner", "deliver physical talk", trust=50),
    _channel("erp", ("Back-office system", "Учётная система"), "system", "exchange", trust=75),
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
