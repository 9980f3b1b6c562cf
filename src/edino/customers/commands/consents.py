"""`edino import consents`: what contact points may be used for, by whom it was said, and with what proof."""

import re
from collections.abc import Sequence
from typing import Any, Final

from edino.channels import api as channels
from edino.customers import api
from edino.customers.api.consents import record_consents
from edino.customers.types import Consent, Identifier, State
from edino.kernel.errors import Invalid
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written

POINTS: Final = ("phone", "email", "telegram", "vk", "viber", "whatsapp", "max", "push_token", "web_push")
STATES: Final[dict[str, State]] = {
    "granted": "granted",
    "given": "granted",
    "yes": "granted",
    "true": "granted",
    "1": "granted",
    "да": "granted",
    "refused": "refused",
    "no": "refused",
    "false": "refused",
    "0": "refused",
    "нет": "refused",
    "withdrawn": "withdrawn",
    "revoked": "withdrawn",
    "unsubscribed": "withdrawn",
    "отозвано": "withdrawn",
}
_PLACE = re.compile(r"consents\[(\d+)\]\.(\w+)")


class Consents:
    """Statements of permission. An imported grant fills silence; it never lifts a refusal."""

    help = "Permissions: one contact point, one purpose, granted, refused or withdrawn, when, and how that is proved."
    fields = (
        Field("phone", help="the contact point, if it is a telephone", aliases=("телефон", "mobile"), length=200),
        Field("email", help="the contact point, if it is an e-mail", aliases=("e_mail", "mail", "почта"), length=200),
        Field("kind", help=f"of any other contact point: {', '.join(POINTS[2:])}", length=40),
        Field("value", help="of any other contact point", aliases=("point", "contact", "contact_point"), length=200),
        Field("purpose", required=True, help="what for", aliases=("цель",), length=100),
        Field("state", required=True, help="granted, refused or withdrawn", aliases=("consent", "status", "согласие")),
        Field(
            "at",
            "datetime",
            required=True,
            help="when it was said",
            aliases=("date", "timestamp", "given_at", "consented_at", "дата"),
        ),
        Field("brand", help="for whom; for all when empty", aliases=("бренд",), length=100),
        Field("proof", "any", help="how it was given: words, or a JSON object", aliases=("evidence", "основание")),
        Field("proof.*", help="parts of the proof, one column each"),
    )
    group = None
    batch = 1000
    version = 1

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Record a batch; what the door refuses is taken out of it and told, row by row."""
        source = channels.source_of_files(name=context.source)
        told: list[tuple[Row, Consent]] = []
        rejections: list[Rejection] = []
        for row in rows:
            found = _consents(row)
            if isinstance(found, Rejection):
                rejections.append(found)
            else:
                told += [(row, consent) for consent in found]
        try:
            new = record_consents(consents=[consent for _, consent in told], source=source, imported=True)
        except Invalid as refusal:
            wrong = _by_row(refusal, [row for row, _ in told])
            rejections += wrong.values()
            told = [(row, consent) for row, consent in told if row.number not in wrong]
            new = record_consents(consents=[consent for _, consent in told], source=source, imported=True)
        kept = len({row.number for row, _ in told})
        return Written(max(0, kept - new), rejections)


def _by_row(refusal: Invalid, rows: Sequence[Row]) -> dict[int, Rejection]:
    found: dict[int, Rejection] = {}
    for error in refusal.fields:
        place = _PLACE.match(error.field)
        if place is None:
            raise refusal
        number = rows[int(place[1])].number
        found.setdefault(number, Rejection(number, place[2], error.code, error.message))
    return found


def _consents(row: Row) -> list[Consent] | Rejection:
    """The statements of a row: one for each contact point in it."""
    values = row.values
    state = STATES.get(values["state"].lower())
    if state is None:
        return Rejection(row.number, "state", "unknown", "the state is granted, refused or withdrawn")
    given = [(kind, values.get(kind)) for kind in ("phone", "email")]
    if values.get("value") is not None:
        kind = (values.get("kind") or "").lower()
        if kind not in POINTS:
            return Rejection(row.number, "kind", "unknown", f"the kind is one of {', '.join(POINTS)}")
        given.append((kind, values["value"]))
    points: list[Identifier] = []
    for kind, value in given:
        if value is None:
            continue
        try:
            item = api.usable(kind, value)
        except api.Unusable as error:
            return Rejection(row.number, kind, "unusable", f"this is not one of its kind: {error}")
        if item is None:
            return Rejection(row.number, kind, "nobody", "this value stands for nobody")
        points.append(item)
    if not points:
        return Rejection(row.number, "", "nobody", "there is no contact point")
    proof = _proof(values)
    purpose, brand = values["purpose"], values.get("brand") or ""
    return [Consent(point, purpose, state, values["at"], brand, proof=proof) for point in points]


def _proof(values: dict[str, Any]) -> dict[str, Any]:
    proof = {
        name.removeprefix("proof."): value for name, value in values.items() if name.startswith("proof.") and value
    }
    told = values.get("proof")
    if told is None:
        return proof
    return {**told, **proof} if isinstance(told, dict) else {"words": told, **proof}
