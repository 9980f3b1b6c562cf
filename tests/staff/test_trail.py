"""The trail of what was done is read by people: everything the house writes into it has words."""

import re
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest
from tests.faces import stage

import edino
from edino.orders.types.returns import ReturnState
from edino.staff import api as staff
from edino.staff.screens.trail import SUBJECT_NAMES
from edino.staff.screens.words import DETAIL_WORDS
from edino.staff.types import Role

SOURCES = [path.read_text() for path in Path(edino.__file__).parent.rglob("*.py")]


def test_all_that_is_noted_has_words() -> None:
    kinds = {kind for text in SOURCES for kind in re.findall(r'subject=\("([a-z_ ]+)"', text)}
    did = {word for text in SOURCES for word in re.findall(r'"did": "([a-z_ ]+)"', text)}
    for written in (
        r'acting\.noted\(\w+, "([a-z_ ]+)"',
        r'_audit\(by, uid, "([a-z_ ]+)"',
        r'_note\(\w+, "return ([a-z_]+)"',
    ):
        did |= {word for text in SOURCES for word in re.findall(written, text)}
    did |= set(get_args(ReturnState))
    assert {"handed_over", "opened", "inspected"} <= did
    assert len(kinds) > 20
    assert len(did) > 20
    assert (kinds - SUBJECT_NAMES.keys(), did - DETAIL_WORDS.keys()) == (set(), set())


@pytest.mark.django_db
def test_the_trail_speaks_the_language_of_who_reads_it() -> None:
    number = str(uuid4())
    staff.audit(
        actor=staff.COMMAND_LINE, operation="stock.edit", subject=("location", number), detail={"did": "safety stock"}
    )
    russian = stage.log_in(Role.ADMINISTRATOR, "ru").get("/audit/").content.decode()
    for words in (f'title="{number}"', f"точка …{number[-6:]}", "страховой запас", "командная строка"):
        assert words in russian
    for words in ("safety stock", "command line", f"location {number}"):
        assert words not in russian
    english = stage.log_in(Role.ADMINISTRATOR, "en").get("/audit/").content.decode()
    assert f"place …{number[-6:]}" in english
