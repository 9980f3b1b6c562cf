"""What a basket costs now, and why. docs/algorithms/pricing.md is the specification."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from edino.kernel import holds
from edino.kernel.holds import Want
from edino.promotions.api.books import Kept, book, latest
from edino.promotions.api.wording import Words, code_text
from edino.promotions.queries import promotions as queries
from edino.promotions.rules import NO_LIMITS, Book, Limits, Outcome, Verdict, evaluate
from edino.promotions.rules.accepting import Coupon, judge
from edino.promotions.rules.book import Compiled
from edino.promotions.rules.codes import usual
from edino.promotions.rules.documents import from_document
from edino.promotions.rules.taking import DELIVERY
from edino.promotions.types import (
    Basket,
    CodeVerdict,
    Gift,
    Quote,
    QuotedLine,
    Reason,
    Rule,
    Share,
)
from edino.promotions.types.baskets import ordered_before

USES: Final = "promotion_uses"
BUDGET: Final = "promotion_budget"
CUSTOMER: Final = "promotion_customer"
COUPON: Final = "coupon"


def quote(*, basket: Basket, frozen: Mapping[str, Any] | None = None, version: int | None = None) -> Quote:
    """Price a basket by the promotions that run at its moment, with the reason of every candidate.

    Looks at limits without taking anything: hold `wants` before anything is promised. `frozen` (of an earlier
    quote): by those rules and no others, without limits, which were taken then. `version`: that of
    `pub.promotions_book`, as the caller read it a moment ago. Texts are in the language now active.
    """
    if frozen:
        return _frozen(basket, frozen)
    coupons: Sequence[queries.Coupon] = ()
    if basket.codes:
        version, most, coupons = queries.look([usual(code) for code in basket.codes], basket.at, basket.owner)
        kept = book(version)
    else:
        kept, most = latest(), 0
    known = {one.code: one for one in coupons}
    words = _words(basket, known, kept.book, most)
    accepted = {known[code].promotion_id: code for code, word in words.items() if word == "accepted"}
    while True:
        limits = _Limits(basket, asked=bool(basket.codes), version=version)
        outcome = evaluate(kept.book, basket, accepted, limits.ask)
        if limits.version in {None, kept.book.version}:
            break
        kept = book(limits.version)  # somebody turned the page: what was worked out is of an older version
    applied = [one for one in outcome.verdicts if one.code == "applied"]
    capacities = {one.promotion_id: one.capacity_id for one in coupons if accepted.get(one.promotion_id) == one.code}
    wants = limits.wants(applied, capacities)
    documents = {one.rule.id: kept.documents[one.rule.id] for one in applied}
    return _told(basket, outcome, _Said(words, accepted, wants, _snapshot(basket, applied, documents, accepted)))


class _Said:
    """What a quote says beside its amounts."""

    __slots__ = ("accepted", "frozen", "wants", "words")

    def __init__(
        self, words: Mapping[str, str], accepted: Mapping[int, str], wants: Sequence[Want], frozen: Mapping[str, Any]
    ) -> None:
        self.words = words
        self.accepted = accepted
        self.wants = tuple(wants)
        self.frozen = frozen


def _words(basket: Basket, known: Mapping[str, queries.Coupon], kept: Book, most: int) -> dict[str, str]:
    """What becomes of each code by itself."""
    if not basket.codes:
        return {}
    coupons = {
        one.code: Coupon(
            one.code,
            one.promotion_id,
            one.kind == "personal",
            one.customer_id,
            one.starts_at,
            one.ends_at,
            one.is_void,
            None if one.capacity_id is None else one.free,
            _running(kept, one.promotion_id, basket),
        )
        for one in known.values()
    }
    return judge(basket.codes, coupons, customer=basket.customer_id, at=basket.at, most=most)


def _running(kept: Book, promotion: int, basket: Basket) -> bool:
    rule = kept.by_id.get(promotion)
    return rule is not None and rule.in_force(basket.at, basket.currency)


def _frozen(basket: Basket, frozen: Mapping[str, Any]) -> Quote:
    rules = [Rule(one["id"], one["version"], from_document(one["definition"])) for one in frozen.get("rules", [])]
    at = datetime.fromisoformat(frozen["at"]) if "at" in frozen else basket.at
    codes = {int(id_): code for id_, code in frozen.get("codes", {}).items()}
    kept = Kept(Book(rules), {one["id"]: one["definition"] for one in frozen.get("rules", [])})
    held = replace(basket, at=at, customer_id=basket.customer_id or 0)  # limited rules were taken by somebody known
    outcome = evaluate(kept.book, held, codes, Limits(first_order=True))
    given = {usual(code): "accepted" if usual(code) in codes.values() else "not_running" for code in basket.codes}
    return _told(held, outcome, _Said(given, codes, (), dict(frozen)))


class _Limits:
    """What is left of limited promotions for a basket: one statement, which tells the version of the book too."""

    def __init__(self, basket: Basket, *, asked: bool, version: int | None = None) -> None:
        self._basket = basket
        self._asked = asked
        self._told = version
        self.version: int | None = None
        """Of the book, as it was when the limits were read; None when they were not, and the version had been asked."""
        self._uses: dict[int, tuple[int, int]] = {}
        self._budgets: dict[int, tuple[int, int]] = {}
        self._customer: dict[int, tuple[int, int | None, int]] = {}
        """By promotion: uses left, own capacity if there is one, what its total should change by."""
        self._per_customer: Mapping[int, int] = {}

    def ask(self, candidates: Sequence[Compiled]) -> Limits:
        """Read the limits of these."""
        basket = self._basket
        limited = [rule for rule in candidates if rule.limited]
        first = None
        if basket.first_order is None and basket.customer_id is not None:
            asked = any(rule.rule.definition.first_order for rule in candidates)
            first = not _has_ordered(basket.customer_id) if asked else None
        if not limited:
            if not self._asked:
                self.version = queries.version() if self._told is None else self._told
            return NO_LIMITS if first is None else Limits(first_order=first)
        self.version, found = queries.limits([rule.id for rule in limited], basket.at, basket.owner)
        told = {rule.id: rule.rule.definition for rule in limited}
        for kind, id_, capacity, free in found:
            if kind == USES and told[id_].uses is not None:
                self._uses[id_] = (capacity, free)
            elif kind == BUDGET and told[id_].budget is not None:
                self._budgets[id_] = (capacity, free)
        personal = [rule for rule in limited if rule.rule.definition.per_customer is not None]
        if personal and basket.customer_id is not None:
            self._ask_customer(personal, basket.customer_id)
        return Limits(
            {id_: free for id_, (_, free) in self._uses.items()},
            {id_: left for id_, (left, _, _) in self._customer.items()},
            {id_: free for id_, (_, free) in self._budgets.items()},
            first,
        )

    def _ask_customer(self, personal: Sequence[Compiled], customer: int) -> None:
        limits = {rule.id: rule.rule.definition.per_customer or 0 for rule in personal}
        self._customer |= self._of_customer(limits, customer)
        self._per_customer = limits

    def _of_customer(self, limits: Mapping[int, int], customer: int) -> dict[int, tuple[int, int | None, int]]:
        ids = list(limits)
        used = queries.customer_uses(ids, customer)
        rows = queries.allowances(ids, customer, self._basket.at, self._basket.owner)
        found: dict[int, tuple[int, int | None, int]] = {}
        for id_, most in limits.items():
            mine = [row for row in rows if row.promotion_id == id_]
            own = next((row for row in mine if row.customer_id == customer), None)
            elsewhere = sum(row.used + row.held for row in mine if row is not own)
            allowed = max(0, most - used.get(id_, 0) - elsewhere)
            if own is None:
                found[id_] = (allowed, None, allowed)
            else:
                found[id_] = (allowed - own.used - own.held, own.capacity_id, allowed - own.total)
        return found

    def wants(self, applied: Sequence[Verdict], coupons: Mapping[int, int | None]) -> list[Want]:
        """What must be held for what was applied."""
        found: list[Want] = []
        for one in applied:
            id_ = one.rule.id
            if id_ in self._uses:
                found.append(Want(self._uses[id_][0], 1))
            if id_ in self._budgets:
                found.append(Want(self._budgets[id_][0], one.amount))
            if id_ in self._customer and self._basket.customer_id is not None:
                found.append(Want(self._own(id_, self._basket.customer_id), 1))
            capacity = coupons.get(id_)
            if capacity is not None:
                found.append(Want(capacity, 1))
        return found

    def _own(self, promotion: int, customer: int) -> int:
        """The customer's capacity, with the total it should have."""
        _, capacity, change = self._customer[promotion]
        if capacity is None:
            row = queries.open_allowance(promotion, customer)
            [capacity] = holds.open_capacities(CUSTOMER, [(row, change, 0)])
        elif change:
            self._correct(promotion, customer, capacity)
        return capacity

    def _correct(self, promotion: int, customer: int, capacity: int) -> None:
        """Set a total anew under the lock of its capacity: what was read before may be another's purchase ago."""
        with transaction.atomic():
            queries.lock_capacity(capacity)
            [(_, own, change)] = self._of_customer({promotion: self._per_customer[promotion]}, customer).values()
            if own is not None and change:
                holds.change_totals([(own, change)], happened=True)


def _has_ordered(customer: int) -> bool:
    if len(ordered_before):
        return any(offer(customer) for _, offer in ordered_before)
    return queries.ordered_before(customer)


def _snapshot(
    basket: Basket,
    applied: Sequence[Verdict],
    documents: Mapping[int, dict[str, Any]],
    accepted: Mapping[int, str],
) -> dict[str, Any]:
    if not applied:
        return {}
    ids = [one.rule.id for one in applied]
    return {
        "at": basket.at.isoformat(),
        "rules": [
            {"id": one.rule.id, "version": one.rule.rule.version, "definition": documents[one.rule.id]}
            for one in applied
        ],
        "codes": {str(id_): accepted[id_] for id_ in ids if id_ in accepted},
    }


def _told(basket: Basket, outcome: Outcome, said: _Said) -> Quote:
    """The quote in the order of the basket's own lines."""
    shares: list[list[Share]] = [[] for _ in range(len(outcome.lines) + 1)]  # the last is the delivery, place -1
    for one in outcome.verdicts:
        if one.code == "applied":
            id_, version, name = one.rule.id, one.rule.version, one.rule.name
            for place, amount in one.shares:
                shares[place].append(Share(id_, version, name, amount))
    lines: dict[str, QuotedLine] = {}
    for place, line in enumerate(outcome.lines):
        gross = line.unit * line.quantity
        net = outcome.net[place]
        taken = tuple(shares[place])
        lines[line.key] = QuotedLine(line.key, line.quantity, line.unit, gross, gross - net, net, taken)
    subtotal = sum([line.gross for line in lines.values()])
    goods = sum(outcome.net)
    words = Words(basket.currency)
    return Quote(
        currency=basket.currency,
        lines=tuple([lines[line.key] for line in basket.lines]),
        delivery=basket.delivery,
        delivery_discount=basket.delivery - outcome.delivery_net,
        subtotal=subtotal,
        discount=subtotal - goods + basket.delivery - outcome.delivery_net,
        total=goods + outcome.delivery_net,
        why=tuple([_reason(one, words.reason) for one in outcome.verdicts]),
        codes=_verdicts(basket, outcome, said) if basket.codes else (),
        wants=said.wants,
        gifts=tuple([_gift(one) for one in outcome.verdicts if one.code == "gift_waiting"]),
        delivery_shares=tuple(shares[DELIVERY]),
        frozen=said.frozen,
    )


def _reason(one: Verdict, text: Callable[[Verdict], str]) -> Reason:
    return Reason(one.rule.id, one.rule.name, one.code == "applied", one.code, text(one), one.amount)


def _gift(one: Verdict) -> Gift:
    definition = one.rule.rule.definition
    skus = definition.action.goods.skus if definition.action.goods else frozenset()
    return Gift(one.rule.id, definition.name, tuple(sorted(skus)), definition.action.get)


def _verdicts(basket: Basket, outcome: Outcome, said: _Said) -> tuple[CodeVerdict, ...]:
    """What became of each code, in the order and writing it was given in."""
    by_rule = {one.rule.id: one for one in outcome.verdicts}
    of_code = {code: id_ for id_, code in said.accepted.items()}
    words = Words(basket.currency)
    found = []
    for given in dict.fromkeys(basket.codes):
        code = usual(given)
        word = said.words[code]
        if word != "accepted":
            found.append(CodeVerdict(given, accepted=False, reason=word, text=code_text(word)))
            continue
        id_ = of_code[code]
        verdict = by_rule.get(id_)
        if verdict is None:
            text = code_text("nothing_fits")
            found.append(CodeVerdict(given, accepted=False, reason="nothing_fits", text=text, promotion_id=id_))
        elif verdict.code == "applied":
            found.append(CodeVerdict(given, True, "applied", code_text("applied"), id_))  # noqa: FBT003 - accepted
        else:
            found.append(CodeVerdict(given, False, verdict.code, words.reason(verdict), id_))  # noqa: FBT003 - not
    return tuple(found)
