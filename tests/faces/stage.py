"""The shop that the stories of the composite screens happen in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client

from edino.channels import api as channels
from edino.customers import api as customers
from edino.customers.api import policies, reference
from edino.kernel import clock
from edino.staff import api as staff
from edino.staff.models import User
from edino.staff.types import Actor, Role

_TAG = re.compile(r"<[^>]+>")
HOUSE = Actor("command line")
PLACES = {"Site": "site", "App": "app", "Tverskaya 12": "store", "Call centre": "call_centre"}


@dataclass(slots=True)
class Shop:
    """Four systems that send what happens through the collector, as the real ones do."""

    keys: dict[str, str]
    client: Client = field(default_factory=Client)
    sent: int = 0

    def tell(self, place: str, event: str, ago: timedelta, who: Mapping[str, str], **properties: Any) -> None:
        """An event of a system; `who` is kind → value."""
        self.send(place, {"type": "track", "event": event, "properties": properties}, ago, who)

    def introduce(self, place: str, ago: timedelta, who: Mapping[str, str], **traits: str) -> None:
        """A system says what it knows of somebody."""
        self.send(place, {"type": "identify", "traits": traits}, ago, who)

    def send(self, place: str, message: dict[str, Any], ago: timedelta, who: Mapping[str, str]) -> None:
        self.sent += 1
        names = {"user_id": "userId", "device": "anonymousId"}
        told = {names[kind]: value for kind, value in who.items() if kind in names}
        external = [{"type": kind, "id": value} for kind, value in who.items() if kind not in names]
        at = (clock.now() - ago).isoformat()
        whole = {"messageId": f"m{self.sent}", "timestamp": at, "context": {"externalIds": external}, **told, **message}
        answer = self.client.post(
            "/v1/batch",
            json.dumps({"batch": [whole]}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.keys[place]}"},
        )
        assert answer.json()["accepted"] == 1, answer.content

    def who_is(self, kind: str, value: str) -> str:
        """The public id of the customer whose identifier this is."""
        return str(customers.lookup(kind=kind, value=value).uid)


def open_shop() -> Shop:
    """A shop whose four systems have their keys."""
    channels.forget_keys()
    reference.forget()
    policies.forget_policy()
    keys = {}
    for name, channel in PLACES.items():
        source = channels.create_source(name=name, channel=channel, rate_limit=0, by=HOUSE)
        keys[name] = channels.issue_key(source=source, scopes=["events:write"], by=HOUSE)
    return Shop(keys)


def log_in(role: Role, language: str = "en") -> Client:
    """A browser in which somebody of this role is logged in."""
    person, _ = staff.create_user(
        email=f"{role}-{language}@shop.example", name=role.title(), role=role, language=language, by=HOUSE
    )
    client = Client(headers={"accept": "text/html"})
    client.force_login(User.objects.get(pk=person.id))
    return client


def pizza(number: str, total: int, name: str) -> dict[str, Any]:
    """An order of one pizza."""
    line = {"sku": name[:3].upper(), "name": name, "price": total, "quantity": 1, "currency": "RUB"}
    return {"order_id": number, "total": total, "currency": "RUB", "products": [line]}


def text(page: Any) -> str:
    """The words of a page, without its markup."""
    bare = unescape(_TAG.sub(" ", page.content.decode()))
    return " ".join(bare.replace("\xa0", " ").split())
