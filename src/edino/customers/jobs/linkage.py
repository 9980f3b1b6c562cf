"""Records in DuckDB, the pairs of them worth comparing, and Splink over both."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd
from splink import DuckDBAPI, Linker

from edino.customers.jobs import recipe
from edino.customers.jobs.expectation import Learned, Numbers, Observed

# A key shared by more records than this tells nobody apart (a default birthday, a shop's own phone).
MOST_SHARING: Final = 300
# Candidate pairs that may be compared per record, so that the work grows with the records and not with their square.
PAIRS_PER_RECORD: Final = 50
# Below this many records' worth of pairs nothing is saved by sparing them.
FEWEST_RECORDS: Final = 10_000
# Pairs compared at once, so that memory stays flat.
SLICE: Final = 1_000_000
# Random pairs from which the chance agreement of fields is learned.
RANDOM_PAIRS: Final = 500_000
SEED: Final = 20_121_127


class Linkage:
    """A prepared frame in DuckDB with its candidate pairs, ready for Splink."""

    def __init__(self, prepared: pd.DataFrame) -> None:
        spoken = [column for column in prepared.columns if prepared[column].notna().any()]
        self.fields = tuple(recipe.fields_of(spoken))
        self.connection = duckdb.connect(":memory:")
        self.connection.register("given_frame", prepared.drop(columns="record").assign(unique_id=range(len(prepared))))
        self.connection.execute("create table person as select * from given_frame").fetchall()
        self.connection.execute(recipe.keys_sql(spoken)).fetchall()
        budget = PAIRS_PER_RECORD * max(FEWEST_RECORDS, len(prepared))
        largest = int(self._number(recipe.largest_key_sql(budget, MOST_SHARING)))
        self.connection.execute(recipe.candidates_sql(largest)).fetchall()
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

    def patterns(self) -> pd.DataFrame:
        """How many candidate pairs show each combination of degrees; one `gamma_<field>` column per field."""
        gammas = ", ".join(f"gamma_{field.name}" for field in self.fields)
        counted = [
            self.connection.execute(f"select {gammas}, count(*) as pairs from {table} group by all").df()
            for table in self._compared(settings(self.fields), None)
        ]
        return pd.concat(counted).groupby([f"gamma_{field.name}" for field in self.fields], as_index=False).sum()

    def scored(self, learned: Learned, least: float) -> pd.DataFrame:
        """Splink's own columns of the candidate pairs whose probability is `least` or more."""
        found = [
            self.connection.execute(f"select * from {table}").df()
            for table in self._compared(settings(self.fields, learned), least)
        ]
        return pd.concat(found, ignore_index=True)

    def totals(self) -> dict[str, Numbers]:
        """Per field, how many of all pairs show each degree: counted for equality, estimated from random pairs else."""
        linker = Linker(self.person, settings(self.fields), log_level=None)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
        )
        learned = linker.misc.save_model_to_json()
        totals: dict[str, Numbers] = {}
        for field, comparison in zip(self.fields, learned["comparisons"], strict=True):
            levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
            shares = [level.get("u_probability") for level in levels]
            present = self.present_pairs(field.name)
            totals[field.name] = np.array([share * present if isinstance(share, float) else 0.0 for share in shares])
            for number, degree in enumerate(field.degrees):
                if degree.equal:
                    totals[field.name][number] = self.equal_pairs(degree.equal)
        return totals

    def observed(self) -> Observed:
        """What there is to learn from."""
        patterns = self.patterns()
        counts = patterns["pairs"].to_numpy(dtype=float)
        seen: dict[str, Numbers] = {}
        for field in self.fields:
            # Splink counts degrees from the farthest, 0, to the closest, and says -1 for absent.
            places = len(field.degrees) - 1 - patterns[f"gamma_{field.name}"].to_numpy(dtype=int)
            seen[field.name] = (places[:, None] == np.arange(len(field.degrees))[None, :]).astype(float)
        # What is seen among candidates is a lower bound of what all pairs show.
        totals = {name: np.maximum(total, seen[name].T @ counts) for name, total in self.totals().items()}
        return Observed(
            seen=seen,
            counts=counts,
            totals=totals,
            all_pairs=self.all_pairs,
            unseen=0.5 * max(1.0, self.all_pairs / RANDOM_PAIRS),
            shared={field.name: np.array(field.shared_degrees()) for field in self.fields},
        )

    def _compared(self, settings_: dict[str, Any], least: float | None) -> Iterator[str]:
        """Splink's tables of compared pairs, slice by slice; each is gone when the next one is asked for."""
        linker = Linker(self.person, settings_, log_level=None)
        for start in range(0, self.candidates, SLICE):
            some = f"select * from candidate where rowid >= {start} and rowid < {start + SLICE}"
            self.connection.execute(f"create or replace table candidate_slice as {some}").fetchall()
            linker.table_management.register_blocked_pairs_for_predict(self.database.register("candidate_slice"))
            compared = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
            yield compared.physical_name
            compared.drop_table_from_database_and_remove_from_cache()

    def _pairs(self, sizes: str) -> float:
        return self._number(f"select (sum(n) ** 2 - sum(n ** 2)) / 2 from ({sizes})")

    def _number(self, statement: str) -> float:
        ((number,),) = self.connection.execute(statement).fetchall()
        return float(number or 0)


def settings(compared: Sequence[recipe.Field], model: Learned | None = None) -> dict[str, Any]:
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
