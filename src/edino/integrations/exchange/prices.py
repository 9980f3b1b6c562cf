"""Prices into the price lists: each kind of price of a source is a list of its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from edino.catalogue import api as catalogue
from edino.catalogue.types.prices import PriceInput
from edino.integrations.exchange import queries
from edino.integrations.exchange.queries import Change, Mirrored, Staged
from edino.integrations.exchange.work import Work, compared
from edino.kernel import clock
from edino.kernel.money import exponent

STEP: Final = 2000
OPEN_END: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Until when a reduced price holds whose end nobody says."""
_RETAIL: Final = re.compile(r"розн|сайт|интернет|основн|базов|продаж|retail|base|site", re.IGNORECASE)
_LATIN: Final = {
    **dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziyklmnoprstufhye", strict=True)),
    "ё": "e",
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
}


@dataclass(slots=True)
class Asked:
    """One record of prices on its way to the door."""

    staged: Staged
    before: Mirrored | None
    offer: Mirrored
    body: dict[str, Any]


class Lists:
    """The price list of each (type, currency), made when it is first needed."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.types = queries.vocabulary(work.source.id, "pricetype")
        self.default = catalogue.default_assortment().currency
        self._made: dict[tuple[str, str], str] = {}

    def of(self, type_: str, currency: str, line: int) -> tuple[str, str]:
        """Code and currency of the list for a price."""
        told = self.types.get(type_)
        if told is None:
            self.work.odd.note("price_type_unknown", type_, line=line)
        own = str(told.body.get("currency", "")) if told else ""
        if own and currency and own != currency and self.work.run.kind == "commerceml":
            self.work.odd.note("currency_differs", f"{own} ≠ {currency}", line=line)
        code = currency or own or self.default
        if (type_, code) not in self._made:
            self._made[type_, code] = self._make(type_, code)
        return self._made[type_, code], code

    def retail(self) -> str:
        """The one type that everybody pays; the others are for groups of customers."""
        named = [each for each, one in self.types.items() if _RETAIL.search(str(one.body.get("name", "")))]
        return (named or list(self.types) or [""])[0]

    def _make(self, type_: str, currency: str) -> str:
        told = self.types.get(type_)
        name = str(told.body.get("name", "")) if told else type_
        code = slug(f"{self.work.source.name} {name} {currency}")
        everybody = self.work.run.kind != "commerceml" or type_ == self.retail() or not self.types
        if code not in {one.code for one in catalogue.price_lists()}:
            group = "" if everybody else slug(name)
            catalogue.save_price_list(
                code=code,
                name=f"{name} ({self.work.source.name})",
                currency=currency,
                by=self.work.source,
                customer_group=group,
            )
        return code


def slug(text: str) -> str:
    """Latin letters, digits and dashes."""
    latin = "".join(_LATIN.get(letter, letter) for letter in text.lower())
    return re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:80] or "list"


def step(work: Work, lists: Lists) -> bool:
    """The next prices; False when there are none left."""
    staged = queries.waiting(work.run.id, "prices", STEP)
    if not staged:
        return False
    ids = [one.ext_id for one in staged]
    offers = queries.mirrored(work.source.id, "offer", ids)
    known = queries.mirrored(work.source.id, "prices", ids)
    changes: list[Change] = []
    asked: list[Asked] = []
    things: list[Mirrored] = []
    for one in staged:
        offer = offers.get(one.ext_id)
        if offer is None or not offer.sku or not offer.settled:
            changes.append(work.without_offer("prices", one, offer))
            continue
        body = _body(work, one, offer, lists)
        before = known.get(one.ext_id)
        if before is not None and work.older(before):
            work.odd.note("older_than_known", str(offer.body.get("name", "")) or one.ext_id, line=one.line)
            work.count("prices", "older")
        elif before is not None and before.settled and _plain(before.body) == body:
            work.count("prices", "unchanged")
            things.append(_kept(one, before.body, settled=True))
        else:
            asked.append(Asked(one, before, offer, body))
    things += _write(work, asked, changes)
    work.reflect(things)
    work.note(changes)
    work.done(staged)
    return True


def _kept(one: Staged, body: dict[str, Any], *, settled: bool) -> Mirrored:
    return Mirrored("prices", one.ext_id, one.grp, "", "", "", body, settled=settled, active=True)


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """The prices without the moments they began."""
    return {code: {key: value for key, value in told.items() if key != "since"} for code, told in body.items()}


def _body(work: Work, one: Staged, offer: Mirrored, lists: Lists) -> dict[str, Any]:
    """The prices as they are kept: list → amount in minor units, and what it was before a reduction."""
    body: dict[str, Any] = {}
    name = str(offer.body.get("name", "")) or one.ext_id
    for told in one.body.get("prices", ()):
        amount = Decimal(told["amount"])
        if amount <= 0:
            work.odd.note("price_zero" if amount == 0 else "price_negative", f"{amount}: {name}", line=one.line)
            continue
        code, currency = lists.of(told["type"], told.get("currency", ""), one.line)
        body[code] = {"amount": _minor(work, amount, currency, name, one.line), "currency": currency}
        if told.get("was") is not None:
            body[code]["was"] = _minor(work, Decimal(told["was"]), currency, name, one.line)
    return body


def _minor(work: Work, amount: Decimal, currency: str, name: str, line: int) -> int:
    exact = amount.scaleb(exponent(currency))
    whole = exact.to_integral_value(rounding=ROUND_HALF_EVEN)
    if whole != exact:
        work.odd.note("price_rounded", f"{amount} {currency}: {name}", line=line)
    return int(whole)


def _write(work: Work, asked: Sequence[Asked], changes: list[Change]) -> list[Mirrored]:
    now = clock.now()
    rows: list[PriceInput] = []
    owners: list[int] = []
    for place, one in enumerate(asked):
        made = _rows(one, now)
        rows += made
        owners += [place] * len(made)
    report = catalogue.set_prices(source=work.source, rows=rows) if rows else None
    refused: dict[int, list[tuple[str, str]]] = {}
    for each in report.rejected if report else ():
        refused.setdefault(owners[each.index], []).append((each.field, each.message))
    things = []
    for place, one in enumerate(asked):
        name = str(one.offer.body.get("name", "")) or one.staged.ext_id
        if place in refused:
            changes.append(work.refuse("prices", one.staged, name, refused[place]))
            work.count("prices", "rejected")
            told = "; ".join(message for _field, message in refused[place])
            work.odd.note("price_refused", f"{name}: {told}", line=one.staged.line)
        else:
            what = "created" if one.before is None else "changed"
            fields = compared(_shown(one.before.body) if one.before else {}, _shown(one.body))
            if fields:
                changes.append(Change("prices", what, one.staged.grp, one.staged.ext_id, name, one.staged.line, fields))
            work.count("prices", what)
        things.append(_kept(one.staged, one.body, settled=place not in refused))
    return things


def _rows(one: Asked, now: datetime) -> list[PriceInput]:
    """What the price lists have to hear. `since` of a reduction is kept, since it is ended by naming its beginning."""
    old = one.before.body if one.before else {}
    rows: list[PriceInput] = []
    sku = one.offer.sku
    for code, told in one.body.items():
        before = old.get(code, {})
        if before.get("since") and _same(before, told):
            told["since"] = before["since"]
            continue
        if before.get("since"):
            began = datetime.fromisoformat(before["since"])
            rows.append(PriceInput(sku, code, before["amount"], began, max(now, began)))
        if told.get("was"):
            told["since"] = now.isoformat()
            rows.append(PriceInput(sku, code, told["was"]))
            rows.append(PriceInput(sku, code, told["amount"], now, OPEN_END))
        else:
            rows.append(PriceInput(sku, code, told["amount"]))
    for code, before in old.items():
        if code not in one.body:
            if before.get("since"):
                began = datetime.fromisoformat(before["since"])
                rows.append(PriceInput(sku, code, before["amount"], began, max(now, began)))
            rows.append(PriceInput(sku, code, None))
    return rows


def _same(before: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    return before.get("amount") == told.get("amount") and before.get("was") == told.get("was")


def _shown(body: Mapping[str, Any]) -> dict[str, str]:
    shown = {}
    for code, told in body.items():
        places = exponent(told["currency"])
        shown[code] = f"{Decimal(told['amount']).scaleb(-places)} {told['currency']}"
        if told.get("was"):
            shown[code] += f" ({Decimal(told['was']).scaleb(-places)})"
    return shown
