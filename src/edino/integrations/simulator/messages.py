"""Acts written as messages of the Segment tracking spec, each source in its own hand."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from edino.integrations.simulator.city import DAY, mix
from edino.integrations.simulator.people import uuid_text
from edino.integrations.simulator.visits import Act, Given

Message = dict[str, Any]

_GOODS = ("Кроссовки", "Футболка", "Куртка", "Рюкзак", "Шапка", "Носки", "Мяч", "Коврик", "Палатка", "Фляга")
_LIBRARY = {"name": "edino-simulator", "version": "1"}
_CAMPAIGNS = (
    {"source": "yandex", "medium": "cpc", "name": "brand"},
    {"source": "vk", "medium": "social", "name": "spring"},
    {"source": "newsletter", "medium": "email", "name": "weekly"},
)
_TRAITS = {"phone", "email", "loyalty_card"}


def message(act: Act, *, run: int, opens: int, person: int, visit: int, index: int) -> Message:
    """One message of a batch; its id follows from the city (`City.run`) and the place of the event in it."""
    written: Message = {
        "messageId": _message_id(run, person, visit, index),
        "type": act.type,
        "timestamp": _timestamp(opens + act.second, index),
    }
    if act.type == "track":
        written["event"] = act.name
    elif act.type == "page":
        written["name"] = act.name
    traits, external = _place(act, written, person)
    context: Message = {"library": _LIBRARY}
    if external:
        context["externalIds"] = external
    if act.type == "identify":
        if act.names:
            traits["first_name"], traits["last_name"] = act.names
        written["traits"] = traits
    else:
        written["properties"] = _properties(act)
    if act.type == "page":
        context["page"] = {"url": "https://shop.example/", "path": "/", "title": act.name}
        if visit % 5 == 0:
            context["campaign"] = _CAMPAIGNS[(person + visit) % len(_CAMPAIGNS)]
    written["context"] = context
    return written


def _place(act: Act, written: Message, person: int) -> tuple[Message, list[dict[str, str]]]:
    """Put each identifier where the spec has a place for it: userId, anonymousId, traits, or externalIds."""
    traits: Message = {}
    external: list[dict[str, str]] = []
    account = act.type == "identify" and act.source in {"site", "app"}
    for given in act.given:
        if given.kind == "user_id":
            written["userId"] = given.value
        elif given.kind == "device" and "anonymousId" not in written:
            written["anonymousId"] = given.value
        elif account and given.kind in _TRAITS:
            traits[given.kind] = _written(given, act.source, person)
        else:
            external.append({"type": given.kind, "id": _written(given, act.source, person)})
    return traits, external


def _written(given: Given, source: str, person: int) -> str:
    """The value as this source writes it: tills as 8 916 …, forms with brackets, people with capitals in e-mails."""
    value = given.value
    if given.kind == "phone" and len(value) == 12:
        if source in {"till", "kiosk"}:
            return f"8{value[2:]}"
        if source == "site" and person % 3 == 0:
            return f"+7 ({value[2:5]}) {value[5:8]}-{value[8:10]}-{value[10:]}"
        if source == "callcentre":
            return value[1:]
    if given.kind == "email" and person % 10 == 0:
        return value.capitalize()
    return value


def _properties(act: Act) -> Message:
    properties: Message = {}
    if act.store is not None:
        properties["store_id"] = f"store-{act.store}"
    if act.product is not None:
        properties.update(_line(act.product, 1))
    if act.basket is not None:
        products = [_line(product, quantity) for product, quantity in act.basket.lines]
        total = sum(line["price"] * line["quantity"] for line in products)
        properties.update(order_id=act.basket.order_id, total=total, revenue=total, currency="RUB", products=products)
    return properties


def _line(product: int, quantity: int) -> Message:
    return {
        "product_id": f"P{product:04d}",
        "sku": f"P{product:04d}-1",
        "name": f"{_GOODS[product % len(_GOODS)]} {product:03d}",
        "price": 290 + mix(product) % 80 * 100,
        "quantity": quantity,
        "currency": "RUB",
    }


def _message_id(run: int, person: int, visit: int, index: int) -> str:
    """48 bits of the city, 12 of the place in the visit, 62 of person and visit, as a UUID of version 8 (RFC 9562)."""
    return uuid_text(run << 80 | (index & 0xFFF) << 64 | person << 22 | visit, version=8)


def _timestamp(second: int, index: int) -> str:
    day, rest = divmod(second, DAY)
    return f"{_date(day)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.{index % 1000:03d}Z"


@lru_cache(maxsize=2_000)
def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
