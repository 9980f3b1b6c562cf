"""Gift cards at tills: what a till says has happened, so a card may have had less than was taken from it."""

from collections.abc import Sequence

from django.db import transaction

from edino.kernel import clock, holds
from edino.promotions.api.giftcards import hash_of
from edino.promotions.queries import codes as queries
from edino.promotions.rules.codes import bare
from edino.promotions.types import CardMove, CardMoved


def happened(*, moves: Sequence[CardMove]) -> list[CardMoved]:
    """Write what tills took from gift cards and put back on them, each once by its key; what became of each, in order.

    Nothing is refused. A card nobody knows, or of another currency, is left alone; from one that has ended, or has too
    little, it is taken all the same: `odd` says so, and the capacity's `over` by how much.
    """
    if not moves:
        return []
    now = clock.now()
    hashes = {one.key: hash_of(bare(one.code)).hex() for one in moves if one.code}
    ids = sorted({one.card_id for one in moves if one.card_id is not None})
    with transaction.atomic():
        known = queries.cards_named(sorted(set(hashes.values())), ids, now)
        by_hash, by_id = {one.hash: one for one in known}, {one.id: one for one in known}
        cards = {one.key: by_hash.get(hashes.get(one.key, "")) or by_id.get(one.card_id or 0) for one in moves}
        good = [(one, card) for one in moves if (card := cards[one.key]) is not None and card.currency == one.currency]
        rows = [
            {
                "card": card.id,
                "kind": "spent" if one.amount > 0 else "refunded",
                "amount": -one.amount,
                "order": one.order_uid,
                "key": one.key,
            }
            for one, card in good
            if one.amount
        ]
        new = queries.add_entries(rows, now) if rows else set()
        fresh = [(one, card) for one, card in good if one.key in new]
        back = [(card.capacity_id, -one.amount) for one, card in fresh if one.amount < 0]
        if back:  # as money put on the card: what it paid for may be another till's secret
            holds.change_totals(back, happened=True)
        short = holds.use(
            [holds.Want(card.capacity_id, one.amount) for one, card in fresh if one.amount > 0], happened=True
        )
    last = {card.capacity_id: one.key for one, card in fresh if one.amount > 0}
    over = {last[one.capacity_id]: one.wanted - one.free for one in short}  # told once, of the last that took from it
    return [_moved(one, cards[one.key], fresh=one.key in new, over=over.get(one.key, 0)) for one in moves]


def _moved(one: CardMove, card: queries.Named | None, *, fresh: bool, over: int) -> CardMoved:
    if card is None:
        return CardMoved(None, "unknown")
    if card.currency != one.currency:
        return CardMoved(None, "currency")
    if not fresh:
        return CardMoved(card.id)
    if over:
        return CardMoved(card.id, "overdrawn", over)
    return CardMoved(card.id, "ended" if card.ended and one.amount > 0 else "")
