"""Ids that follow from their content."""

from hypothesis import given
from hypothesis import strategies as st

from edino.kernel import ids


@given(st.lists(st.text(max_size=20), max_size=4))
def test_an_id_and_its_key_are_the_same_in_two_writings(words: list[str]) -> None:
    made = ids.content_id(*words)
    assert ids.content_key(*words) == str(made)
    assert (made.version, made.variant) == (8, "specified in RFC 4122")


def test_an_id_never_changes_and_words_do_not_run_together() -> None:
    assert str(ids.content_id("1", "", "a-message")) == ids.content_key("1", "", "a-message")
    assert ids.content_id("ab", "c") != ids.content_id("a", "bc")
    assert ids.content_id("ab", "c") == ids.content_id("ab", "c")


@given(st.lists(st.text(max_size=20), max_size=3), st.text(max_size=20))
def test_many_keys_that_begin_alike_are_made_at_once(first: list[str], last: str) -> None:
    assert ids.content_keys(*first)(last) == ids.content_key(*first, last)
