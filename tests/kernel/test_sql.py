"""What statements are given arrives as it was given."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.kernel import ids, sql

pytestmark = pytest.mark.django_db

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
awkward = st.sampled_from(['","', '"', "\\", "{}", "NULL", "", ","])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts | awkward | st.none(), max_size=6))
def test_lists_of_texts_arrive_whatever_is_in_them(told: list[str | None]) -> None:
    assert sql.scalar("SELECT %(told)s::text[]", {"told": told}) == told


@pytest.mark.parametrize("told", [[], [True, False, True], [True, None], [1, -5], [1, None]])
def test_lists_of_other_plain_values_arrive(told: list[bool | int | None]) -> None:
    kind = "boolean" if any(isinstance(value, bool) for value in told) else "bigint"
    assert sql.scalar(f"SELECT %(told)s::{kind}[]", {"told": told}) == told


@pytest.mark.parametrize("count", [0, 1, 3])
def test_ids_as_binary_arrays_are_the_ids_of_their_texts(count: int) -> None:
    told = [ids.content_key("an id", str(number)) for number in range(count)]
    arrived = sql.scalar("SELECT %(ids)s::uuid[]", {"ids": sql.uuids(told)})
    assert arrived == [UUID(text) for text in told]
    statement = "SELECT place, key::text FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS a (key, place)"
    assert sql.tuples(statement, {"ids": sql.uuids(told)}) == list(enumerate(told, 1))
