"""Igor's screens: sources with their health, keys shown once, and what others of the staff may not."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

import pytest
from django.test import Client

from edino.channels import api
from edino.channels.errors import WrongKey
from edino.channels.types import SourceHealth
from edino.kernel import clock, sql
from edino.staff import api as staff
from edino.staff.models import User
from edino.staff.types import Actor, Role

pytestmark = pytest.mark.django_db
HOUSE = Actor("command line")
LogIn = Callable[[Role], Client]


@pytest.fixture
def as_role() -> LogIn:
    def log_in(role: Role, language: str = "en") -> Client:
        person, _ = staff.create_user(
            email=f"{role}-{language}@shop.example", name=role.title(), role=role, language=language, by=HOUSE
        )
        client = Client(headers={"accept": "text/html"})
        client.force_login(User.objects.get(pk=person.id))
        return client

    return log_in


@pytest.fixture
def health() -> Iterator[dict[int, SourceHealth]]:
    told: dict[int, SourceHealth] = {}

    def provider(ids: Sequence[int]) -> Mapping[int, SourceHealth]:
        return {number: told[number] for number in ids if number in told}

    before = dict(api.source_health._offers)
    api.source_health._offers.clear()
    api.source_health.register("test", provider)
    yield told
    api.source_health._offers.clear()
    api.source_health._offers.update(before)


def test_igor_connects_a_till_and_gets_its_key_once(as_role: LogIn) -> None:
    igor = as_role(Role.INTEGRATOR)
    answer = igor.post("/sources/new/", {"name": "Till 3", "channel": "store", "time_zone": "Europe/Moscow"})
    number = api.get_source(name="Till 3").id
    assert (answer.status_code, answer["Location"]) == (302, f"/sources/{number}/")
    shown = igor.post(f"/sources/{number}/keys/new/", {"scopes": ["events:write"]})
    key = re.search(r"edino_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", shown.content.decode())
    assert key is not None
    assert api.authenticate(key=key[0]).name == "Till 3"
    assert "no-store" in shown["Cache-Control"]
    page = igor.get(f"/sources/{number}/").content.decode()
    assert f"/developer/{number}/" in page
    assert key[0] not in page
    assert key[0][:14] in page


def test_a_key_is_replaced_and_revoked_from_the_page(as_role: LogIn) -> None:
    igor = as_role(Role.INTEGRATOR)
    site = api.create_source(name="Site", channel="site", by=HOUSE)
    key = api.issue_key(source=site, scopes=["events:write"], by=HOUSE)
    number = api.authenticate(key=key).key_id
    shown = igor.post(f"/sources/{site.id}/keys/{number}/rotate/").content.decode()
    new = re.findall(r"edino_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", shown)[0]
    assert api.authenticate(key=new).id == api.authenticate(key=key).id == site.id
    assert igor.post(f"/sources/{site.id}/keys/{number}/revoke/").status_code == 302
    with pytest.raises(WrongKey):
        api.authenticate(key=key)
    assert api.authenticate(key=new).id == site.id


def test_a_key_of_another_source_is_not_found(as_role: LogIn) -> None:
    igor = as_role(Role.INTEGRATOR)
    site, app = (api.create_source(name=name, channel="site", by=HOUSE) for name in ("Site", "App"))
    key = api.issue_key(source=app, scopes=["events:write"], by=HOUSE)
    number = api.authenticate(key=key).key_id
    assert igor.post(f"/sources/{site.id}/keys/{number}/revoke/").status_code == 404
    api.forget_keys()
    assert api.authenticate(key=key).id == app.id


def test_what_the_door_refuses_stands_beside_the_field(as_role: LogIn) -> None:
    igor = as_role(Role.INTEGRATOR)
    api.create_source(name="Site", channel="site", by=HOUSE)
    answer = igor.post("/sources/new/", {"name": "Site", "channel": "site", "time_zone": "UTC"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"name": ["There is already a source of this name."]}


def test_trust_is_changed_and_noted(as_role: LogIn) -> None:
    igor = as_role(Role.INTEGRATOR)
    site = api.create_source(name="Site", channel="site", by=HOUSE)
    given = {
        "name": "Site",
        "trust": 77,
        "confirms": ["user_id"],
        "rate_limit": 100,
        "time_zone": "UTC",
        "is_active": "on",
    }
    assert igor.post(f"/sources/{site.id}/change/", given).status_code == 302
    changed = api.get_source(id=site.id)
    assert (changed.trust, changed.confirms, changed.rate_limit) == (77, frozenset({"user_id"}), 100)
    line = sql.tuples("SELECT operation, actor, detail ->> 'did' FROM staff_audit ORDER BY id DESC LIMIT 1")
    assert line == [("channels.manage", "Integrator", "changed")]


def test_the_list_says_who_is_silent(as_role: LogIn, health: dict[int, SourceHealth]) -> None:
    site, till, kiosk = (api.create_source(name=n, channel="site", by=HOUSE) for n in ("Site", "Till", "Kiosk"))
    for source in (site, till):
        api.issue_key(source=source, scopes=["events:write"], by=HOUSE)
    health[site.id] = SourceHealth(clock.now(), 1234, 5)
    health[till.id] = SourceHealth(clock.now() - timedelta(days=3))
    table = as_role(Role.INTEGRATOR).get("/sources/").context["table"]
    assert {row.name: str(row.state.word) for row in table.rows} == {
        "Site": "live",
        "Till": "silent",
        "Kiosk": "no key",
    }
    assert [(row.accepted_today, row.rejected_today) for row in table.rows if row.name == "Site"] == [(1234, 5)]
    assert kiosk.id in {row.id for row in table.rows}


def test_boris_sees_sources_but_changes_nothing(as_role: LogIn) -> None:
    boris = as_role(Role.ANALYST)
    site = api.create_source(name="Site", channel="site", by=HOUSE)
    page = boris.get(f"/sources/{site.id}/")
    assert page.status_code == 200
    assert b"keys/new" not in page.content
    assert b"sources/new" not in boris.get("/sources/").content
    assert b"/developer/" not in page.content
    for address in (f"/sources/{site.id}/keys/new/", f"/sources/{site.id}/change/", "/sources/new/"):
        assert boris.get(address).status_code == 403
        assert boris.post(address, {"scopes": ["admin"]}).status_code == 403
    assert api.keys_of(source_id=site.id) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_opens_in_both_languages(as_role: Callable[..., Client], language: str) -> None:
    igor = as_role(Role.INTEGRATOR, language)
    site = api.create_source(name="Site", channel="site", by=HOUSE)
    api.issue_key(source=site, scopes=["events:write"], by=HOUSE)
    for address in ("/channels/", "/sources/", "/sources/new/", *[f"/sources/{site.id}/{a}" for a in ("", "change/")]):
        page = igor.get(address)
        assert page.status_code == 200
        assert f'lang="{language}"' in page.content.decode()
