"""The discount card: a paper form in a store, a code to the phone on it, and one cart on the site and in the app."""

import re
import time
from secrets import randbelow
from typing import Any, Final

from edino.integrations.demo.telling import Pocket, Teller

TITLE: Final = "Masha's discount card"
_CODE = re.compile(r"sms to (\+\d+):.*?\b(\d{6})\b", re.DOTALL)
_SECONDS = 15


def tell(teller: Teller, pocket: Pocket, sku: str) -> None:
    """Masha is known by her form, proves that its phone is hers, and shops with one cart. `sku`: what she buys."""
    teller.begin(TITLE)
    number = f"{randbelow(10**8):08}"
    card, phone, account = f"7700{number}", f"+44 7700 9{number[:5]}", f"masha-{number}"
    _paper_form(teller, card, phone, number)
    proof = teller.call("site", "POST", "/customers/self-identify/start", _asks(account, card), status=202)["proof"]
    code = _code(teller, pocket, phone)
    teller.step("On the site she types the card's number; a code comes to the phone on the form")
    _stranger(teller, card, code)
    known = teller.call(
        "site", "POST", "/customers/self-identify/confirm", {"account": account, "proof": proof, "code": code}
    )
    teller.must(known["linked"], "the card was not joined to her account")
    teller.must(known["fields"].get("city") == "Brighton", f"her city is not there: {known['fields']}")
    emails = [one["value"] for one in known["identifiers"] if one["kind"] == "email"]
    teller.must(emails == [f"masha{number}@edino.example"], f"her e-mail is not there: {emails}")
    teller.step(
        f"She types the code: {known['fields']['name']}, {known['fields']['city']}, {emails[0]} are there already"
    )
    _one_cart(teller, account, card, sku)


def _paper_form(teller: Teller, card: str, phone: str, number: str) -> None:
    form = {
        "identifiers": [
            {"kind": "loyalty_card", "value": card},
            {"kind": "phone", "value": phone},
            {"kind": "email", "value": f"masha{number}@edino.example"},
        ],
        "traits": {"name": "Masha Ivanova", "city": "Brighton"},
    }
    teller.call("till", "POST", "/customers/identify", form)
    teller.step("Masha fills in a paper form in a store and gets a discount card")


def _asks(account: str, card: str) -> dict[str, Any]:
    return {"method": "code", "account": account, "card": card, "language": "en"}


def _code(teller: Teller, pocket: Pocket, phone: str) -> str:
    wanted = phone.replace(" ", "")
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        found: list[str] = [code for to, code in _CODE.findall(pocket.messages()) if to == wanted]
        if found:
            return found[-1]
        time.sleep(0.1)
    teller.must(what=False, otherwise="no code came to the phone on the form")
    return ""


def _stranger(teller: Teller, card: str, code: str) -> None:
    """Somebody who only knows the card's number: whatever he types, he is told nothing."""
    account = f"stranger-{card}"
    proof = teller.call("site", "POST", "/customers/self-identify/start", _asks(account, card), status=202)["proof"]
    wrong = {"account": account, "proof": proof, "code": f"{(int(code) + 1) % 10**6:06}"}
    refused = teller.call("site", "POST", "/customers/self-identify/confirm", wrong, status=422)
    teller.must("Masha" not in str(refused), "a stranger was told her name")
    teller.step("A stranger who knows only the number guesses a code: refused, and told nothing")


def _one_cart(teller: Teller, account: str, card: str, sku: str) -> None:
    on_site = {"identifiers": [{"kind": "user_id", "value": account}], "device": "laptop", "name": "Masha"}
    cart = teller.call("site", "POST", "/carts", on_site, status=201)["id"]
    put = {"quantity": 2, "device": "laptop", "name": "Masha"}
    teller.call("site", "PUT", f"/carts/{cart}/lines/{sku}", put)
    teller.step("On the site she puts two pieces into her cart")
    in_app = {"identifiers": [{"kind": "loyalty_card", "value": card}], "device": "phone", "name": "Masha"}
    same = teller.call("app", "POST", "/carts", in_app, status=201)["id"]
    teller.must(same == cart, "the app has another cart")
    lines = teller.call("app", "GET", f"/carts/{same}?device=phone")["lines"]
    teller.must([(line["sku"], line["quantity"]) for line in lines] == [(sku, 2)], f"the app shows {lines}")
    teller.step("In the app her cart is the cart of the site")
