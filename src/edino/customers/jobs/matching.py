"""Probabilistic matching of persons: which records may be one person, how sure, and what speaks for it.

A frame goes in, scored pairs come out; nothing here knows tables, time or files. The model is Fellegi and Sunter's
(1969) as Splink computes it on DuckDB; what is trained, and how, is told in `docs/algorithms/matching.md`.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from splink import DuckDBAPI, Linker

from edino.customers.jobs import normalise, recipe
from edino.customers.jobs.expectation import Belief, Learned, Numbers, Observed, learn, posterior
from edino.customers.jobs.groups import dense_groups

# A key shared by more records than this tells nobody apart (a default birthday, a shop's own phone).
MAX_KEY_SHARED = 300
# Random pairs from which the chance agreement of fields is learned.
RANDOM_PAIRS = 500_000
# How many pairs' worth of belief the prior shares carry against the data.
PRIOR_STRENGTH = 20.0
# How many records of the same person, and as many of his household, a record is believed to have.
PRIOR_PAIRS_PER_RECORD = 0.1
SEED = 20_121_127
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
    return prepared.sort_values("record", kind="stable", ignore_index=True)


def _mapped(column: "pd.Series[Any]", normalised: Callable[[str], object]) -> "pd.Series[Any]":
    """Each distinct value normalised once; None where nothing is left."""
    known: dict[Any, object] = {value: normalised(str(value)) or None for value in column.dropna().unique()}
    return pd.Series([known.get(value) for value in column], dtype=object)


class _Matcher:
    """A prepared frame in DuckDB with its candidate pairs, ready for Splink."""

    def __init__(self, prepared: pd.DataFrame) -> None:
        spoken = [column for column in prepared.columns if prepared[column].notna().any()]
        self.fields = tuple(recipe.fields_of(spoken))
        self.connection = duckdb.connect(":memory:")
        self.connection.register("given_frame", prepared.drop(columns="record").assign(unique_id=range(len(prepared))))
        self.connection.execute("create table person as select * from given_frame").fetchall()
        self.connection.execute(recipe.candidates_sql(spoken, MAX_KEY_SHARED)).fetchall()
        self.database = DuckDBAPI(connection=self.connection)
        self.person = self.database.register("person", dataset_display_name="person")
        self.candidates = int(self._number("select count(*) from candidate"))
        self.all_pairs = self._pairs("select count(*) as n from person group by source")

    def present_pairs(self, column: str) -> float:
        """How many pairs have the column on both sides."""
        return self._pairs(f"select count(*) as n from person where {column} is not null group by source")

    def equal_pairs(self, column: str) -> float:
        """How many pairs agree exactly in the column."""
        return self._number(
            f"select sum((n ** 2 - squares) / 2) from (select sum(n) as n, sum(n ** 2) as squares from "
            f"(select {column}, count(*) as n from person where {column} is not null group by {column}, source) "
            f"group by {column})"
        )

    def patterns(self, settings: dict[str, object]) -> pd.DataFrame:
        """How many candidate pairs show each combination of degrees; one `gamma_<field>` column per field."""
        gammas = ", ".join(f"gamma_{field.name}" for field in self.fields)
        scored = self.linker(settings).inference.predict(warning_mode="never")
        return self.connection.execute(
            f"select {gammas}, count(*) as pairs from {scored.physical_name} group by all order by all"
        ).df()

    def linker(self, settings: dict[str, object]) -> Linker:
        """Splink over these records and candidates; its cache goes first, since it outlives a linker."""
        linker = Linker(self.person, settings, log_level=None)
        linker.table_management.register_blocked_pairs_for_predict(self.database.register("candidate"))
        return linker

    def _pairs(self, sizes: str) -> float:
        return self._number(f"select (sum(n) ** 2 - sum(n ** 2)) / 2 from ({sizes})")

    def _number(self, statement: str) -> float:
        ((number,),) = self.connection.execute(statement).fetchall()
        return float(number or 0)


def _settings(compared: Sequence[recipe.Field], model: Learned | None = None) -> dict[str, Any]:
    """Splink's settings for the fields, with the learned chances where there is a model."""
    comparisons = []
    for field in compared:
        levels: list[dict[str, Any]] = [
            {"sql_condition": field.absent, "label_for_charts": "absent", "is_null_level": True}
        ]
        for number, degree in enumerate(field.degrees):
            level: dict[str, Any] = {"sql_condition": degree.condition, "label_for_charts": degree.label}
            if degree.rarity:
                level["tf_adjustment_column"] = degree.rarity
            if model:
                level["m_probability"] = float(model.same[field.name][number])
                level["u_probability"] = float(model.strangers[field.name][number])
            levels.append(level)
        comparisons.append({"output_column_name": field.name, "comparison_levels": levels})
    return {
        "link_type": "dedupe_only",
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [],
        "probability_two_random_records_match": model.person_share if model else 1e-4,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }


def _totals(matcher: _Matcher) -> dict[str, Numbers]:
    """Per field, how many of all pairs show each degree: counted for equality, estimated from random pairs else."""
    linker = matcher.linker(_settings(matcher.fields))
    linker.training.estimate_u_using_random_sampling(
        max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
    )
    learned = linker.misc.save_model_to_json()
    totals: dict[str, Numbers] = {}
    for field, comparison in zip(matcher.fields, learned["comparisons"], strict=True):
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        shares = [level.get("u_probability") for level in levels]
        present = matcher.present_pairs(field.name)
        totals[field.name] = np.array([share * present if isinstance(share, float) else 0.0 for share in shares])
        for number, degree in enumerate(field.degrees):
            if degree.equal:
                totals[field.name][number] = matcher.equal_pairs(degree.equal)
    return totals


def _observed(matcher: _Matcher) -> Observed:
    patterns = matcher.patterns(_settings(matcher.fields))
    counts = patterns["pairs"].to_numpy(dtype=float)
    seen: dict[str, Numbers] = {}
    for field in matcher.fields:
        # Splink counts degrees from the farthest, 0, to the closest, and says -1 for absent.
        places = len(field.degrees) - 1 - patterns[f"gamma_{field.name}"].to_numpy(dtype=int)
        seen[field.name] = (places[:, None] == np.arange(len(field.degrees))[None, :]).astype(float)
    # What is seen among candidates is a lower bound of what all pairs show.
    totals = {name: np.maximum(total, seen[name].T @ counts) for name, total in _totals(matcher).items()}
    unseen = 0.5 * max(1.0, matcher.all_pairs / RANDOM_PAIRS)
    return Observed(
        seen=seen,
        counts=counts,
        totals=totals,
        all_pairs=matcher.all_pairs,
        unseen=unseen,
        shared={field.name: np.array(field.shared_degrees()) for field in matcher.fields},
    )


def score(frame: pd.DataFrame, columns: Columns, *, least: float = 0.5) -> Scored:
    """Every candidate pair whose probability to be one person is `least` or more; no labels are used."""
    prepared = prepare(frame, columns)
    matcher = _Matcher(prepared)
    if not matcher.fields or not matcher.candidates:
        return Scored(pd.DataFrame(columns=_PAIR_COLUMNS), matcher.fields, None, matcher.candidates)
    belief = Belief(
        same={field.name: np.array([degree.share for degree in field.degrees]) for field in matcher.fields},
        strength=PRIOR_STRENGTH,
        pair_share=min(0.25, PRIOR_PAIRS_PER_RECORD * len(prepared) / matcher.all_pairs),
    )
    learned = learn(_observed(matcher), belief)
    linker = matcher.linker(_settings(matcher.fields, learned))
    # Splink knows persons and strangers; the household can only lower its probability, so its cut is safe.
    found: pd.DataFrame = linker.inference.predict(
        threshold_match_probability=least, warning_mode="never"
    ).as_pandas_dataframe()  # type: ignore[no-untyped-call]
    pairs = pd.DataFrame(index=found.index)
    for side in ("l", "r"):
        pairs[f"record_{side}"] = prepared["record"].to_numpy()[found[f"unique_id_{side}"]]
        pairs[f"row_{side}"] = prepared["row"].to_numpy()[found[f"unique_id_{side}"]]
    for field in matcher.fields:
        gamma = found[f"gamma_{field.name}"]
        pairs[f"degree_{field.name}"] = (len(field.degrees) - 1 - gamma).where(gamma >= 0, -1)
        parts = [name for name in (f"mw_{field.name}", f"mw_tf_adj_{field.name}") if name in found]
        pairs[f"weight_{field.name}"] = found[parts].sum(axis=1)
    weights = pairs[[f"weight_{field.name}" for field in matcher.fields]].to_numpy()
    shared = [np.array([*field.shared_degrees(), 0.0])[pairs[f"degree_{field.name}"]] for field in matcher.fields]
    pairs["weight"] = weights.sum(axis=1)
    common = (weights * np.column_stack(shared)).sum(axis=1)
    pairs["probability"], _ = posterior(pairs["weight"].to_numpy(), common, learned)
    pairs = pairs[pairs["probability"] >= least].sort_values(
        ["probability", "weight", "record_l", "record_r"], ascending=[False, False, True, True], ignore_index=True
    )
    return Scored(pairs, matcher.fields, learned, matcher.candidates)


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
