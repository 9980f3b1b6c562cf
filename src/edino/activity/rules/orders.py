"""Orders and refunds from the lines of files, as the e-commerce spec has them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from edino.activity.rules.reading import scrub, strongest_first
from edino.activity.types import OrderFact, OrderLine, Problem
from edino.customers.types import Identifier
from edino.kernel import ids

_encode_exact = msgspec.json.Encoder(decimal_format="number").encode
Content = tuple[str, Decimal, Decimal]
"""What makes a line the same line: goods, how many, at what price; signs are told by the type of the fact."""


def content(line: OrderLine) -> Content:
    """The content of a line. A better description does not change it."""
    return line.sku, abs(line.quantity), abs(line.price)


def gives_back(line: OrderLine) -> bool:
    """Whether the line is a return or a refund: exactly one of quantity and price is negative."""
    return (line.quantity < 0) != (line.price < 0)


def order_facts(scope: str, lines: Sequence[OrderLine]) -> tuple[list[OrderFact], list[Problem], int]:
    """Lines as facts, what is sold apart from what is given back; lines that contradict their order; repeated lines."""
    facts: dict[tuple[str, str], OrderFact] = {}
    people: dict[str, dict[str, Identifier]] = {}
    problems: list[Problem] = []
    repeated = 0
    for line in lines:
        person = people.setdefault(line.order_id, {})
        if any(person.setdefault(item.kind, item) != item for item in line.identifiers):
            reason = f"Order {line.order_id} has another customer in another line."
            problems.append(Problem(line.row, "order_id", "customer", reason))
            continue
        type_ = "Order Refunded" if gives_back(line) else "Order Completed"
        fact = facts.get((type_, line.order_id))
        if fact is None:
            key = ids.content_id(scope, type_, line.order_id)
            fact = facts[type_, line.order_id] = OrderFact(type_, line.order_id, key, line.ordered_at)
        before = fact.lines.setdefault(line.ordinal, line)
        if before is not line:
            if content(before) == content(line):
                repeated += 1
            else:
                problems.append(contradiction(line))
    for fact in facts.values():
        fact.at = min(line.ordered_at for line in fact.lines.values())
        fact.identifiers = strongest_first(people[fact.number].values())
    return list(facts.values()), problems, repeated


def contradiction(line: OrderLine) -> Problem:
    """Another line has this one's natural key."""
    reason = f"Line {line.ordinal} of order {line.order_id} was taken before with other goods, quantity or price."
    return Problem(line.row, "ordinal", "conflict", reason)


def lines_mark(lines: Mapping[int, OrderLine]) -> int:
    """What tells one set of lines under an order's number from another."""
    told = [
        f"{ordinal}\x00{line.sku}\x00{_plain(abs(line.quantity))}\x00{_plain(abs(line.price))}"
        for ordinal, line in sorted(lines.items())
    ]
    digest = blake2b("\n".join(told).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def added_key(key: UUID, place: int) -> UUID:
    """The key of lines that came to an order later, in the `place`th addition."""
    return ids.content_id(str(key), "addition", str(place))


def stored_lines(body: Any) -> dict[int, Content] | None:
    """The lines of an order's body by their ordinals; None when they were not given as lines."""
    try:
        return {
            product["position"]: (product["sku"], Decimal(product["quantity"]), Decimal(product["price"]))
            for product in body["properties"]["products"]
        } or None
    except (KeyError, TypeError, ArithmeticError):
        return None


def order_body(fact: OrderFact) -> bytes:
    """The body of an order's fact as the e-commerce spec has it; in refunds, what is given back is positive."""
    lines = [line for _, line in sorted(fact.lines.items())]
    first = lines[0]
    properties: dict[str, Any] = {}
    if fact.type == "Order Refunded":
        properties["refund_id"] = fact.number
        if first.refund_of:
            properties["order_id"] = first.refund_of
    else:
        properties["order_id"] = fact.number
    total = sum((abs(line.quantity * line.price) for line in lines), Decimal(0))
    properties["total"] = _plain(total)
    told = {"currency": first.currency, "country": first.country, "addition": fact.addition}
    properties.update({name: value for name, value in told.items() if value})
    properties["products"] = [
        {
            "position": line.ordinal,
            "sku": line.sku,
            **({"name": line.name} if line.name else {}),
            "quantity": _plain(abs(line.quantity)),
            "price": _plain(abs(line.price)),
        }
        for line in lines
    ]
    body: dict[str, Any] = {"call": "track", "properties": properties}
    if first.location:
        body["context"] = {"location": first.location}
    encoded = _encode_exact(body)
    return _encode_exact(scrub(body, frozenset())) if b"@" in encoded or b"%40" in encoded else encoded


def _plain(number: Decimal) -> Decimal | int:
    """Without an exponent and without zeros nobody meant, so that equal numbers look equal."""
    if number == number.to_integral_value():
        return int(number)
    return number.normalize()
