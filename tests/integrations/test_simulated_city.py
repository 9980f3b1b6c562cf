"""A thousand shoppers through the real collector, and the customers that came out against the truth."""

from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from edino.channels import api as channels
from edino.customers import api as customers
from edino.integrations.commands import simulate
from edino.integrations.simulator import SOURCES, City, Truth, known, score
from edino.staff.types import Actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

CITY = City(seed=3, shoppers=1_000)
CHANNELS = {"site": "site", "app": "app", "till": "store", "kiosk": "kiosk", "callcentre": "call_centre"}


def _keys() -> list[str]:
    """A source and a write key for each of the city's sources."""
    options: list[str] = []
    for name in SOURCES:
        source = channels.create_source(name=f"City {name}", channel=CHANNELS[name], by=Actor("test"), rate_limit=0)
        key = channels.issue_key(source=source, scopes=["events:write"], by=Actor("test"))
        options += ["--key", f"{name}={key}"]
    return options


def _assigned() -> list[tuple[str, str, UUID]]:
    return sorted((each.kind, each.value, each.customer) for each in customers.assignments())


def _figures(output: str) -> dict[str, float]:
    return {name: float(value) for name, _, value in (line.partition("=") for line in output.splitlines()) if value}


def test_a_month_of_the_city_is_joined_as_it_was_lived(live_server: Any) -> None:
    options = ["--shoppers", "1000", "--seed", "3", "--url", live_server.url, "--batch", "500", *_keys()]
    result = CliRunner().invoke(simulate, [*options, "--score"])
    assert result.exit_code == 0, result.output
    figures = _figures(result.output)
    assert figures["rejected"] == 0
    assert figures["precision"] >= 0.99
    assert figures["recall"] >= 0.98
    assert figures["largest_wrong"] < 10

    before = _assigned()
    again = CliRunner().invoke(simulate, options)
    assert again.exit_code == 0, again.output
    assert _assigned() == before, "the same month sent again changes nobody"
    assert score(Truth(known(CITY)), before).largest_wrong == figures["largest_wrong"]
