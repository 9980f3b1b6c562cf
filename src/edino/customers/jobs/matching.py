"""Probabilistic matching of persons: which records may be one person, how sure, and what speaks for it.

A frame goes in, scored pairs come out; nothing here knows tables, time or files. The model is Fellegi and Sunter's
(1969) as Splink computes it on DuckDB; what is trained, and how, is told in `docs/algorithms/matching.md`.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from edino.customers.jobs import normalise, recipe
from edino.customers.jobs.expectation import Belief, Learned, learn, posterior
from edino.customers.jobs.groups import dense_groups
from edino.customers.jobs.linkage import Linkage

# How many pairs' worth of belief the prior shares carry against the data.
PRIOR_STRENGTH = 20.0
# How many records of the same person, and as many of his household, a record is believed to have.
PRIOR_PAIRS_PER_RECORD = 0.1
_PAIR_COLUMNS = ["probability", "weight", "record_l", "row_l", "record_r", "row_r"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column of a frame holds which field of a person; None where the frame has no such field.

    `source` limits pairs to records of different sources, each of which is held to be free of duplicates.
    """

    record: str
    source: str | None = None
    given: str | None = None
    family: str | None = None
    patronymic: str | None = None
    born: str | None = None
    email: str | None = None
    phone: str | None = None
    national_id: str | None = None
    postcode: str | None = None
    street: str | None = None
    house: str | None = None
    city: str | None = None
    region: str | None = None


_NORMALISED = {
    "given": normalise.name,
    "family": normalise.name,
    "patronymic": normalise.name,
    "born": normalise.birth_date,
    "email": normalise.email,
    "phone": normalise.phone,
    "national_id": normalise.code,
    "postcode": normalise.code,
    "street": normalise.place,
    "house": normalise.code,
    "city": normalise.place,
    "region": normalise.place,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one field says: both values as given, how they agree, and bits for (+) or against (−) one person."""

    field: str
    left: str
    right: str
    weight: float
    degree: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two records that may be one person; `evidence` has the weightiest field first, absent fields are left out."""

    left_id: Any
    right_id: Any
    probability: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Scored pairs, the surest first, and what was learned.

    `pairs` has `record_l`, `record_r`, `row_l`, `row_r` (places in the given frame), `probability`, `weight` (bits
    that all fields give for one person) and per compared field `degree_<field>` and `weight_<field>`; a degree of −1
    means that the field is absent on a side. `fields` are the compared fields in the recipe's order.
    """

    pairs: pd.DataFrame
    fields: tuple[recipe.Field, ...]
    learned: Learned | None
    candidates: int


def prepare(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The frame as the recipe reads it: each field in its comparable form, None where it is silent, sorted by record.

    `row` is the place of the record in the given frame. Two records of one name raise ValueError.
    """
    if frame[columns.record].duplicated().any():
        raise ValueError(f"column {columns.record!r} names two records alike")
    prepared = pd.DataFrame({"record": frame[columns.record].to_numpy(), "row": range(len(frame))})
    # Without sources every record is a source of its own, so that one rule serves both: pairs are between sources.
    prepared["source"] = frame[columns.source or columns.record].astype(str).to_numpy()
    for field, normalised in _NORMALISED.items():
        column = getattr(columns, field)
        if column is not None:
            prepared[field] = _mapped(frame[column], normalised)
    for field in ("given", "family"):
        if field not in prepared:
            prepared[field] = pd.Series([None] * len(prepared), dtype=object)
    prepared["given_root"] = _mapped(prepared["given"], normalise.root)
    prepared["given_sound"] = _mapped(prepared["given"], normalise.sound)
    prepared["family_sound"] = _mapped(prepared["family"], normalise.sound)
    if "city" in prepared:
        prepared["city_sound"] = _mapped(prepared["city"], lambda city: normalise.sound(city.replace(" ", "")))
    if "born" in prepared:
        prepared["born_day"] = _mapped(prepared["born"], normalise.day_number).astype("Int64")
    if "email" in prepared:
        prepared["email_user"] = _mapped(prepared["email"], lambda address: address.rpartition("@")[0])
        prepared["email_letters"] = _mapped(prepared["email_user"], normalise.letters)
        owned = zip(prepared["email_letters"], prepared["given"], prepared["family"], strict=True)
        prepared["email_named"] = [normalise.made_of(letters, given, family) for letters, given, family in owned]
    return prepared.sort_values("record", kind="stable", ignore_index=True)


def _mapped(column: "pd.Series[Any]", normalised: Callable[[str], object]) -> "pd.Series[Any]":
    """Each distinct value normalised once; None where nothing is left."""
    known: dict[Any, object] = {value: normalised(str(value)) or None for value in column.dropna().unique()}
    return pd.Series([known.get(value) for value in column], dtype=object)


def score(frame: pd.DataFrame, columns: Columns, *, least: float = 0.5) -> Scored:
    """Every candidate pair whose probability to be one person is `least` or more; no labels are used."""
    prepared = prepare(frame, columns)
    linkage = Linkage(prepared)
    if not linkage.fields or not linkage.candidates:
        return Scored(pd.DataFrame(columns=_PAIR_COLUMNS), linkage.fields, None, linkage.candidates)
    belief = Belief(
        same={field.name: np.array([degree.share for degree in field.degrees]) for field in linkage.fields},
        strength=PRIOR_STRENGTH,
        pair_share=min(0.25, PRIOR_PAIRS_PER_RECORD * len(prepared) / linkage.all_pairs),
    )
    learned = learn(linkage.observed(), belief)
    # Splink knows persons and strangers; the household can only lower its probability, so its cut is safe.
    found = linkage.scored(learned, least)
    pairs = pd.DataFrame(index=found.index)
    for side in ("l", "r"):
        pairs[f"record_{side}"] = prepared["record"].to_numpy()[found[f"unique_id_{side}"]]
        pairs[f"row_{side}"] = prepared["row"].to_numpy()[found[f"unique_id_{side}"]]
    for field in linkage.fields:
        gamma = found[f"gamma_{field.name}"]
        pairs[f"degree_{field.name}"] = (len(field.degrees) - 1 - gamma).where(gamma >= 0, -1)
        parts = [name for name in (f"mw_{field.name}", f"mw_tf_adj_{field.name}") if name in found]
        pairs[f"weight_{field.name}"] = found[parts].sum(axis=1)
    weights = pairs[[f"weight_{field.name}" for field in linkage.fields]].to_numpy()
    shared = [np.array([*field.shared_degrees(), 0.0])[pairs[f"degree_{field.name}"]] for field in linkage.fields]
    pairs["weight"] = weights.sum(axis=1)
    common = (weights * np.column_stack(shared)).sum(axis=1)
    pairs["probability"], _ = posterior(pairs["weight"].to_numpy(), common, learned)
    pairs = pairs[pairs["probability"] >= least].sort_values(
        ["probability", "weight", "record_l", "record_r"], ascending=[False, False, True, True], ignore_index=True
    )
    return Scored(pairs, linkage.fields, learned, linkage.candidates)


def suggest(frame: pd.DataFrame, columns: Columns, *, least: float = 0.5) -> list[Suggestion]:
    """Pairs of records that may be one person, the surest first, each with what speaks for and against it."""
    scored = score(frame, columns, least=least)
    given = {field.name: frame[getattr(columns, field.name)].tolist() for field in scored.fields}
    return [
        Suggestion(
            left_id=pair["record_l"],
            right_id=pair["record_r"],
            probability=float(pair["probability"]),
            evidence=_evidence(pair, scored.fields, given),
        )
        for pair in holding_together(scored, frame, columns).to_dict("records")
    ]


def holding_together(scored: Scored, frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The scored pairs without those whose two records end in different groups (`groups.dense_groups`).

    What holds only through a chain of doubtful pairs is not suggested.
    """
    source_of = dict(zip(frame[columns.record], frame[columns.source or columns.record], strict=True))
    likely = list(zip(scored.pairs["record_l"], scored.pairs["record_r"], strict=True))
    groups = dense_groups(likely, source_of)
    group_of = {record: number for number, group in enumerate(groups) for record in group}
    return scored.pairs[[group_of[left] == group_of[right] for left, right in likely]]


def _evidence(
    pair: Mapping[Hashable, Any], compared: Sequence[recipe.Field], given: Mapping[str, Sequence[object]]
) -> tuple[Evidence, ...]:
    said = [
        Evidence(
            field=field.name,
            left=_as_given(given[field.name][pair["row_l"]]),
            right=_as_given(given[field.name][pair["row_r"]]),
            weight=round(float(pair[f"weight_{field.name}"]), 2),
            degree=field.degrees[int(pair[f"degree_{field.name}"])].label,
        )
        for field in compared
        if pair[f"degree_{field.name}"] >= 0
    ]
    return tuple(sorted(said, key=lambda evidence: -abs(evidence.weight)))


def _as_given(value: object) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124  not-a-number is silent too
