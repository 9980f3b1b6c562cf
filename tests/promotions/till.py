"""What tests of promotions share: a basket of shoes and socks, and short ways to say a promotion."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from edino.promotions import api
from edino.promotions.types import (
    Action,
    Basket,
    BasketLine,
    Definition,
    Kind,
    PromotionInput,
    PromotionView,
    Quote,
    State,
)
from edino.staff.types import Actor

VERA = Actor("Vera")
OLEG = Actor("Oleg")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHOES, SOCKS = 1, 2


def shoes(quantity: int = 1, unit: int = 799_000, key: str = "shoes") -> BasketLine:
    return BasketLine(key, 11, "SHOE-42", 1, frozenset({SHOES}), "Nord", quantity, unit)


def socks(quantity: int = 1, unit: int = 49_900, key: str = "socks") -> BasketLine:
    return BasketLine(key, 12, "SOCKS", 2, frozenset({SOCKS}), "Sud", quantity, unit)


def basket(*lines: BasketLine, codes: Sequence[str] = (), at: datetime = NOON, **more: Any) -> Basket:
    return Basket("RUB", tuple(lines) or (shoes(), socks()), at, tuple(codes), **more)


def action(kind: Kind, percent: int = 0, amount: int = 0, **more: Any) -> Action:
    return Action(kind, percent=percent * 100, amount=amount, **more)


def made(name: str, action: Action, *, code: str = "", state: State = "active", **more: Any) -> PromotionView:
    definition = Definition(name, action, **{"currency": "RUB", **more})
    return api.save_promotion(promotion=PromotionInput(definition, code, state), by=VERA)


def quoted(*lines: BasketLine, **more: Any) -> Quote:
    return api.quote(basket=basket(*lines, **more))


def why(quote: Quote) -> dict[str, str]:
    return {reason.name: reason.code for reason in quote.why}


def owner(number: int) -> tuple[str, UUID]:
    return "cart", UUID(int=number)
