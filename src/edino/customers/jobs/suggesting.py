"""The nightly look for customers that may be one person."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from edino.customers.api.suggesting import Kept, keep_suggestions
from edino.customers.jobs import normalise
from edino.customers.jobs.matching import Columns, Suggestion, suggest
from edino.customers.queries import suggestions as queries
from edino.customers.queries.suggestions import Likely, Person

COLUMNS: Final = Columns(
    record="record",
    given="given",
    family="family",
    patronymic="patronymic",
    born="born",
    email="email",
    phone="phone",
    postcode="postcode",
    street="street",
    city="city",
    region="region",
)


def run(*, least: float = 0.5) -> Kept:
    """Compare all named customers and keep the pairs that are one person with probability `least` or more.

    Reading, comparing and keeping are apart: the comparison takes minutes and holds no lock.
    """
    return keep_suggestions(found=[_likely(pair) for pair in suggest(frame(queries.people()), COLUMNS, least=least)])


def frame(people: list[Person]) -> pd.DataFrame:
    """People as the recipe's columns; a name given as one text is taken apart."""
    fields = [column for name in Columns.__slots__ if (column := getattr(COLUMNS, name)) is not None]
    return pd.DataFrame([_row(person) for person in people], columns=fields, dtype=object)


def _row(person: Person) -> dict[str, Any]:
    said = {field: value for field, value in person.traits.items() if isinstance(value, str)}
    address = person.traits.get("address")
    place = address if isinstance(address, Mapping) else {}
    given, patronymic, family = normalise.full_name(said.get("name", ""))
    return {
        "record": person.customer_id,
        "given": said.get("first_name") or given,
        "family": said.get("last_name") or family,
        "patronymic": said.get("patronymic") or patronymic,
        "born": said.get("birthday"),
        "email": person.email,
        "phone": person.phone,
        "postcode": _text(place, "postalCode", "postal_code", "postcode"),
        "street": _text(place, "street"),
        "city": said.get("city") or _text(place, "city"),
        "region": _text(place, "state", "region"),
    }


def _text(place: Mapping[str, Any], *names: str) -> str | None:
    return next((str(place[name]) for name in names if isinstance(place.get(name), str | int)), None)


def _likely(pair: Suggestion) -> Likely:
    return Likely(
        left_id=min(pair.left_id, pair.right_id),
        right_id=max(pair.left_id, pair.right_id),
        probability=pair.probability,
        evidence=[
            {"field": evidence.field, "degree": evidence.degree, "weight": evidence.weight}
            for evidence in pair.evidence
        ],
    )
