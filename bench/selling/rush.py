"""A rush: everybody wants the same scarce thing at the same instant, and exactly as many get it as there is."""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from bench.selling import shop
from bench.selling.client import Client

SCARCE, STOCK = "SCARCE", 50
KINDS = ("stock", "coupon", "giftcard", "slot")
PRICE = 100_000


class Wanted(NamedTuple):
    """What a round is about: how many can have it, what is asked for in its name."""

    most: int
    sku: str
    body: dict[str, Any]
    code: str = ""


@dataclass(slots=True)
class Round:
    """How a round went: answers by status, orders, and what is wrong afterwards."""

    kind: str
    most: int
    answers: Counter[int] = field(default_factory=Counter)
    orders: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


class Rush:
    """So many shoppers with a connection each, before one shop."""

    def __init__(self, opened: shop.Opened, port: int, shoppers: int = 200) -> None:
        self.opened = opened
        self.clients = [Client(port, opened.key) for _ in range(shoppers)]
        self.promised = 0
        _stock_scarce()

    def round(self, kind: str) -> Round:
        """Everybody fills a cart, then all check out at once."""
        wanted = _WANTED[kind](self.opened)
        done = Round(kind, wanted.most)
        gate = threading.Barrier(len(self.clients))
        lock = threading.Lock()

        def shop_(client: Client) -> None:
            try:
                cart, shown = _cart(client, wanted)
                gate.wait()
                body = {**wanted.body, "expected_total": shown["total"]}
                status, answer = client.call("POST", f"/carts/{cart}/checkout", body, key=str(uuid.uuid4()))
            except (OSError, ValueError, LookupError, threading.BrokenBarrierError) as error:
                gate.abort()  # who waits for somebody that does not come would wait for ever
                status, answer = 0, {"error": repr(error)}
            with lock:
                done.answers[status] += 1
                if status == 200:
                    done.orders.add(answer["order"])
                elif status != 409:
                    done.wrong.append(f"{status} {str(answer)[:200]}")

        threads = [threading.Thread(target=shop_, args=(client,)) for client in self.clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._check(done)
        return done

    def _check(self, done: Round) -> None:
        """As many orders as there was of it, and in the database no other; nothing held, nothing below zero."""
        from edino.kernel import sql  # Django is set up by now

        if len(done.orders) != done.most or done.answers[200] != done.most:
            done.wrong.append(f"{len(done.orders)} orders of {done.most}: {dict(done.answers)}")
        self.promised += done.most
        kept, drafts, leases, held, below = sql.tuples(_SUMS)[0]
        if kept != self.promised:
            done.wrong.append(f"{kept} orders stand in the book, {self.promised} should")
        if drafts or leases or held or below:
            done.wrong.append(f"{drafts} drafts, {leases} leases, {held} held, {below} below zero")

    def close(self) -> None:
        """Let the connections go."""
        for client in self.clients:
            client.close()


def _cart(client: Client, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    _, cart = client.call("POST", "/carts", {})
    _, shown = client.call("PUT", f"/carts/{cart['id']}/lines/{wanted.sku}", {"quantity": 1})
    if wanted.code:
        _, shown = client.call("POST", f"/carts/{cart['id']}/coupons", {"code": wanted.code})
    return cart["id"], shown


def _body(tenders: list[dict[str, Any]], slot: str = "") -> dict[str, Any]:
    delivery = {"method": "pickup", "location": shop.STORE, **({"slot": slot} if slot else {})}
    return {"tenders": tenders, "delivery": delivery}


def _stock_scarce() -> None:
    """The scarce thing, with its price; and a promotion that needs a code."""
    from edino.catalogue import api as catalogue  # Django is set up by now
    from edino.catalogue.types import ProductInput, VariantInput  # as above
    from edino.catalogue.types.prices import PriceInput  # as above
    from edino.channels import api as channels  # as above
    from edino.promotions import api as promotions  # as above
    from edino.promotions.types import Action, Definition, PromotionInput  # as above
    from edino.staff.types import Actor  # as above

    source = channels.get_source(name="bench")
    product = ProductInput(SCARCE, {"en": SCARCE}, variants=[VariantInput(f"{SCARCE}#", SCARCE)])
    catalogue.upsert_products(source=source, products=[product])
    catalogue.set_prices(source=Actor("bench"), rows=[PriceInput(SCARCE, "base", PRICE, None, None)])
    tenth = Definition("A tenth off", Action("order_percent", percent=1_000), needs_code=True)
    promotions.save_promotion(promotion=PromotionInput(tenth, "tenth", "active"), by=Actor("bench"))


def _scarce_stock(opened: shop.Opened) -> Wanted:
    from edino.channels import api as channels  # Django is set up by now
    from edino.inventory import api as inventory  # as above
    from edino.inventory.types import Movement  # as above
    from edino.kernel import clock  # as above

    came = Movement("received", SCARCE, shop.STORE, STOCK, str(uuid.uuid4()), clock.now())
    inventory.move(source=channels.get_source(name="bench"), movements=[came])
    return Wanted(STOCK, SCARCE, _body([{"kind": "cod"}]))


def _scarce_coupon(opened: shop.Opened) -> Wanted:
    from edino.promotions import api as promotions  # Django is set up by now
    from edino.staff.types import Actor  # as above

    [code] = promotions.issue_coupons(promotion_code="tenth", by=Actor("bench"), uses=1)
    return Wanted(1, opened.skus[0], _body([{"kind": "cod"}]), code)


def _scarce_gift_card(opened: shop.Opened) -> Wanted:
    from edino.catalogue import api as catalogue  # Django is set up by now
    from edino.promotions import api as promotions  # as above
    from edino.staff.types import Actor  # as above

    currency = catalogue.default_assortment().currency
    code, _ = promotions.issue_gift_card(amount=3 * 99_900, currency=currency, by=Actor("bench"))
    return Wanted(3, opened.skus[0], _body([{"kind": "gift_card", "code": code}]))


def _scarce_slot(opened: shop.Opened) -> Wanted:
    from edino.inventory import api as inventory  # Django is set up by now
    from edino.kernel import clock  # as above
    from edino.staff.types import Actor  # as above

    start = clock.now() + timedelta(days=2, seconds=random.randrange(10**7))
    times = [(start, start + timedelta(hours=1))]
    [slot] = inventory.save_slots(location=shop.STORE, times=times, capacity=7, by=Actor("bench"))
    return Wanted(7, opened.skus[0], _body([{"kind": "cod"}], str(slot.uid)))


_WANTED: dict[str, Callable[[shop.Opened], Wanted]] = {
    "stock": _scarce_stock,
    "coupon": _scarce_coupon,
    "giftcard": _scarce_gift_card,
    "slot": _scarce_slot,
}

_SUMS = """
SELECT (SELECT count(*) FROM orders_order WHERE state = 'placed'),
       (SELECT count(*) FROM orders_order WHERE state NOT IN ('placed', 'dropped')),
       (SELECT count(*) FROM checkout_purchase WHERE state <> 'placed')
       + (SELECT count(*) FROM checkout_cart WHERE state = 'buying'),
       (SELECT coalesce(sum(held), 0)::bigint FROM kernel_capacity),
       (SELECT count(*) FROM kernel_capacity
         WHERE total < 0 OR used < 0 OR held < 0 OR over > 0 OR used + held > total + slack)
"""
