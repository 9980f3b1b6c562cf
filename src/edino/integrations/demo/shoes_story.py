"""The running shoes: out of size, ordered by QR, a defect, exchanged in another store, a coupon, a review."""

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Final

from edino.integrations.demo.shop import CURRENCY, PRICES
from edino.integrations.demo.telling import Teller

TITLE: Final = "Lena's running shoes"
PRICE: Final = 7990
DELIVERY: Final = 399
SIZES: Final = ("40", "41", "42", "43")
COLOURS: Final = (("blue", "blue", "синий"), ("green", "green", "зелёный"))
SKU: Final = "VETER-blue-42"
PHOTO: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A picture of one point, PNG."""
SORRY: Final = "sorry-10"
PERCENT: Final = 1000
"""10 %, in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What Lena bought: her order and its number, the line of the shoes, how she is known, what she paid."""

    order: str
    number: str
    line: int
    account: str
    total: int


def tell(teller: Teller) -> None:
    """From the empty shelf to the review; each number is checked."""
    teller.begin(TITLE)
    run = token_hex(4)
    product = _goods(teller, run)
    _shelf_is_empty(teller, product)
    bought = _order(teller, run)
    back = _defect(teller, bought)
    _exchange(teller, bought, back)
    _coupon(teller, bought, run)
    _review(teller, bought, product)


def _goods(teller: Teller, run: str) -> str:
    """The accounting system brings shoes, their price, and a few pairs to the warehouse and to Brighton."""
    variants = [
        {"external_id": f"VETER-{colour}-{size}", "sku": f"VETER-{colour}-{size}",
         "options": {"size": size, "colour": colour}}
        for colour, _, _ in COLOURS
        for size in SIZES
    ]  # fmt: skip
    names = {"en": "Running shoes Veter", "ru": "Кроссовки беговые «Ветер»"}
    words = {
        "en": "Light everyday running shoes with a dry mesh upper.",
        "ru": "Лёгкие кроссовки на каждый день с дышащим верхом.",
    }
    shoes = {
        "external_id": "VETER", "code": "veter", "names": names, "descriptions": words, "brand": "Veter",
        "variants": variants,
    }  # fmt: skip
    teller.call("erp", "POST", "/products", {"products": [shoes]})
    prices = [{"sku": one["sku"], "price_list": PRICES, "amount": PRICE} for one in variants]
    teller.call("erp", "POST", "/prices", {"rows": prices})
    at = datetime.now(UTC).isoformat()
    came = [
        {
            "kind": "received",
            "sku": SKU,
            "location": place,
            "quantity": pairs,
            "key": f"{run} {place}",
            "occurred_at": at,
        }
        for place, pairs in (("warehouse", 2), ("brighton", 1))
    ]
    teller.call("erp", "POST", "/stock/movements", {"movements": came})
    found = teller.call("site", "GET", "/products?q=veter")["products"]
    teller.must(len(found) == 1, f"the shoes are not found: {found}")
    return str(found[0]["id"])


def _shelf_is_empty(teller: Teller, product: str) -> None:
    places = _places(teller)
    teller.must(places.get("camden", 0) == 0, f"there is a pair in Camden: {places}")
    teller.must(places["warehouse"] > 0 and places["brighton"] > 0, f"there is no pair anywhere: {places}")
    teller.step("In Camden her size 42 is out")
    card = teller.call("site", "GET", f"/products/{product}?language=en")
    page = teller.page(f"/q/{card['short_code']}?at=camden")
    teller.must("Running shoes Veter" in page and "Brighton" in page, "the page behind the QR code does not say where")
    teller.step("She scans the QR code on the box: colours, sizes, and where they are (Brighton, warehouse)")


def _places(teller: Teller) -> dict[str, int]:
    told = teller.call("site", "GET", f"/variants/{SKU}/availability?near=London")
    return {one["location"]: one["free"] for one in told["places"]}


def _order(teller: Teller, run: str) -> Bought:
    account = f"lena-{run}"
    mine = {"identifiers": [{"kind": "user_id", "value": account}], "device": "phone", "name": "Lena"}
    cart = teller.call("app", "POST", "/carts", mine, status=201)["id"]
    put = {"quantity": 1, "device": "phone", "name": "Lena"}
    teller.call("app", "PUT", f"/carts/{cart}/lines/{SKU}", put)
    home = {"method": "delivery", "city": "London", "address": "5 Arlington Road", "amount": DELIVERY}
    shown = teller.call("app", "PUT", f"/carts/{cart}/delivery", {**home, "device": "phone", "name": "Lena"})
    teller.must(shown["total"] == PRICE + DELIVERY, f"she is shown {shown['total']}")
    asks = {
        "expected_total": shown["total"], "expected_version": shown["version"], "device": "phone", "name": "Lena",
        "tenders": [{"kind": "cod"}], "contact": {"name": "Lena", "email": f"lena-{run}@edino.example"},
    }  # fmt: skip
    placed = teller.call("app", "POST", f"/carts/{cart}/checkout", asks)
    teller.must(placed["state"] == "placed", f"the order is {placed['state']}")
    teller.step(f"She orders on her phone: order {placed['number']}, £{placed['total'] / 100:.2f} with delivery")
    order = placed["order"]
    teller.call("desk", "POST", f"/orders/{order}/ready", {"location": "warehouse"})
    teller.call("desk", "POST", f"/orders/{order}/ship", {"location": "warehouse", "carrier": "Courier"})
    done = teller.call("desk", "POST", f"/orders/{order}/handover", {"tender": "cash"})
    teller.must(done["outstanding"] == 0 and done["paid"] == shown["total"], f"she paid {done}")
    teller.step("In two days the courier hands it over, and she pays")
    line = next(line for line in done["lines"] if line["sku"] == SKU)
    return Bought(order, placed["number"], line["id"], account, shown["total"])


def _defect(teller: Teller, bought: Bought) -> dict[str, Any]:
    reason = "The sole comes off"
    asks = {
        "lines": [{"line": bought.line, "quantity": 1, "reason": reason}], "way": "store", "location": "brighton",
        "reason": reason, "customer": {"kind": "user_id", "value": bought.account},
    }  # fmt: skip
    back: dict[str, Any] = teller.call("desk", "POST", "/returns", asks)
    teller.must(back["worth"] == PRICE, f"the shoes are worth {back['worth']}")
    teller.step("She finds a defect and calls: support opens a return")
    if back["state"] == "requested":
        teller.call("desk", "POST", f"/returns/{back['id']}/approve")
    near = _places(teller)
    pair = {"lines": [{"sku": SKU, "quantity": 1}], "method": "carry", "location": "brighton"}
    changed: dict[str, Any] = teller.call("desk", "POST", f"/returns/{back['id']}/exchange", pair)
    teller.must(changed["exchange"] is not None, "there is no order for the other pair")
    held = _places(teller)
    teller.must(near["brighton"] - held["brighton"] == 1, f"nothing is held in Brighton: {near}, then {held}")
    teller.step("Support finds a pair in Brighton and holds it for her")
    return changed


def _exchange(teller: Teller, bought: Bought, back: dict[str, Any]) -> None:
    uid, line = back["id"], back["lines"][0]["id"]
    before = _on_hand(teller)
    teller.call("till", "POST", f"/returns/{uid}/receive", {"location": "brighton"})
    teller.call("till", "POST", f"/returns/{uid}/inspect", {"lines": [{"line": line, "disposition": "damaged"}]})
    settled = teller.call("till", "POST", f"/returns/{uid}/settle", {})
    teller.must(settled["state"] == "settled", f"the return is {settled['state']}")
    other = settled["exchange"]
    taken = teller.call("till", "GET", f"/orders/{other}")
    if taken["state"] != "closed":
        taken = teller.call("till", "POST", f"/orders/{other}/handover", {"location": "brighton"})
    teller.must(taken["outstanding"] == 0, f"she would have to pay {taken['outstanding']}")
    left = _on_hand(teller)
    teller.must(before - left == 1, f"in Brighton there were {before} good pairs and are {left}")
    first = teller.call("desk", "GET", f"/orders/{bought.order}")
    returned = [one["returned"] for one in first["lines"] if one["sku"] == SKU]
    teller.must(returned == [1], f"her order says that {returned} came back")
    teller.step("In Brighton she gives the defective pair back and takes the other: nothing to pay, one good pair less")


def _on_hand(teller: Teller) -> int:
    levels = teller.call("desk", "GET", f"/stock/{SKU}")["levels"]
    terms = next(one["terms"] for one in levels if one["location"] == "brighton")
    return int(next(term["amount"] for term in terms if term["word"] == "on_hand"))


def _coupon(teller: Teller, bought: Bought, run: str) -> None:
    """10 % for a fault of ours, under a budget; the same on the site and at the till."""
    sorry = {
        "code": SORRY, "name": "Sorry: 10 % off", "state": "active", "needs_code": True,
        "action": {"kind": "percent", "percent": PERCENT}, "issue_budget": 100_000, "issue_value": 1000,
        "currency": CURRENCY,
    }  # fmt: skip
    teller.call("erp", "POST", "/promotions", sorry)
    lena = _customer(teller, bought)
    asks = {"promotion": SORRY, "count": 1, "customer": lena, "reason": f"The sole came off, order {bought.number}"}
    code = teller.call("desk", "POST", "/coupons", asks)["codes"][0]
    basket = {"currency": CURRENCY, "lines": [{"sku": SKU, "quantity": 1}], "codes": [code], "customer": lena}
    paid = {who: teller.call(who, "POST", "/quote", basket)["total"] for who in ("site", "till")}
    teller.must(set(paid.values()) == {PRICE - PRICE // 10}, f"the coupon gives {paid}")
    stranger = {**basket, "customer": None}
    teller.must(teller.call("site", "POST", "/quote", stranger)["total"] == PRICE, "anybody may use her coupon")
    teller.step(f"Before the call ends she has a 10 % coupon: £{paid['site'] / 100:.2f} online and at the till alike")


def _customer(teller: Teller, bought: Bought) -> str:
    named = {"identifiers": [{"kind": "user_id", "value": bought.account}]}
    return str(teller.call("desk", "POST", "/customers/identify", named)["customer"])


def _review(teller: Teller, bought: Bought, product: str) -> None:
    review = {
        "product": product, "rating": 5, "key": bought.account, "author": "Lena", "sku": SKU,
        "text": "Light as the wind, and the store changed a bad pair at once.",
        "customer": _customer(teller, bought), "photos": [PHOTO],
    }  # fmt: skip
    told = teller.call("app", "POST", "/reviews", review)
    teller.must(told["verified"] and len(told["photos"]) == 1, f"the review is {told}")
    teller.step("She leaves a review with a photo; it is marked as bought here")
