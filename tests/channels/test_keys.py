"""Igor's keys: shown once, checked fast, dead soon after they are revoked; a stranger is refused and noted."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from edino.channels import api, models
from edino.channels.errors import MissingScope, NoSuchKey, SourceTaken, TooFast, UnknownSource, WrongKey
from edino.channels.types import Source
from edino.kernel import clock, sql
from edino.kernel.errors import Invalid, Unauthenticated
from edino.staff import api as staff
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    api.forget_keys()
    api._buckets.clear()
    staff._refusals._spent.clear()


@pytest.fixture
def site() -> Source:
    return api.create_source(name="Site", channel="site", by=IGOR)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(sql, "observers", [*sql.observers, heard.append])
    return heard


def audit_rows() -> list[tuple[Any, ...]]:
    return sql.tuples("SELECT operation, refused, actor, subject_kind, subject_id, detail FROM staff_audit ORDER BY id")


def test_a_source_starts_with_what_is_usual_in_its_channel(site: Source) -> None:
    assert site.confirms == frozenset({"user_id", "device"})
    assert site.trust == 60
    assert site.scopes == frozenset()
    assert site.key_id is None
    till = api.create_source(name="Till 3", channel="store", by=IGOR, trust=90, confirms=())
    assert (till.trust, till.confirms, till.channel) == (90, frozenset(), "store")


def test_a_name_is_given_once(site: Source) -> None:
    with pytest.raises(SourceTaken) as refused:
        api.create_source(name="Site", channel="app", by=IGOR)
    assert [error.field for error in refused.value.fields] == ["name"]
    assert models.Source.objects.count() == 1


def test_a_key_shows_its_source_and_scopes(site: Source) -> None:
    key = api.issue_key(source=site, scopes=["events:write", "customers:read"], by=IGOR)
    found = api.authenticate(key=key)
    assert found.name == "Site"
    assert found.scopes == frozenset({"events:write", "customers:read"})
    assert found.key_id is not None
    assert found.may("events:write")
    assert not found.may("customers:personal")


def test_only_the_hash_of_a_key_is_kept(site: Source) -> None:
    key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
    secret = key.rpartition("_")[2] if key.count("_") == 2 else key.split("_", 2)[2]
    for table in ("channels_key", "staff_audit"):
        dump = json.dumps(sql.tuples(f"SELECT row_to_json(one)::text FROM {table} AS one"))
        assert secret not in dump


def test_the_hot_path_asks_the_database_once_in_five_seconds(site: Source, statements: list[str]) -> None:
    with clock.frozen(NOON):
        key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
        api.authenticate(key=key)
        statements.clear()
        with CaptureQueriesContext(connection) as orm:
            for _ in range(1000):
                api.authenticate(key=key)
    assert statements == []
    assert len(orm) == 0


@pytest.mark.parametrize("wrong", ["", "x", "edino_aaaaaaaa_" + "A" * 43, "edino_ы", "\x00", "edino_" + "a" * 10_000])
def test_a_strangers_key_is_refused_and_noted(site: Source, wrong: str) -> None:
    with pytest.raises(WrongKey):
        api.authenticate(key=wrong)
    operation, refused, actor, kind, _, detail = audit_rows()[-1]
    assert (operation, refused, actor, kind, detail) == ("key.shown", True, "", "key", {"why": "wrong key"})


def test_a_right_prefix_with_a_wrong_secret_is_refused(site: Source) -> None:
    key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
    with pytest.raises(WrongKey):
        api.authenticate(key=key[:-4] + "AAAA")
    assert api.authenticate(key=key).id == site.id


def test_a_flood_of_wrong_keys_cannot_fill_the_trail(site: Source) -> None:
    before = len(audit_rows())
    with clock.frozen(NOON):
        for number in range(500):
            with pytest.raises(WrongKey):
                api.authenticate(key=f"guess {number}")
    assert len(audit_rows()) - before == staff.REFUSALS_PER_MINUTE
    with clock.frozen(NOON + timedelta(minutes=1)), pytest.raises(WrongKey):
        api.authenticate(key="one more")
    assert audit_rows()[-1][5] == {"why": "wrong key", "not_shown": 500 - staff.REFUSALS_PER_MINUTE}


def test_a_revoked_key_is_dead_at_once_here(site: Source) -> None:
    key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
    held = api.authenticate(key=key)
    assert held.key_id is not None
    api.revoke_key(id=held.key_id, by=IGOR)
    with pytest.raises(WrongKey):
        api.authenticate(key=key)
    with pytest.raises(NoSuchKey):
        api.revoke_key(id=held.key_id, by=IGOR)


def test_a_key_revoked_in_another_process_lives_five_seconds_at_most(site: Source) -> None:
    with clock.frozen(NOON):
        key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
        held = api.authenticate(key=key)
        models.Key.objects.filter(source_id=held.id).update(revoked_at=NOON)
    with clock.frozen(NOON + timedelta(seconds=4.9)):
        assert api.authenticate(key=key).id == site.id
    with clock.frozen(NOON + timedelta(seconds=5)), pytest.raises(WrongKey):
        api.authenticate(key=key)


def test_after_rotation_both_keys_work_until_the_old_one_ends(site: Source) -> None:
    with clock.frozen(NOON):
        old = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
        number = api.authenticate(key=old).key_id
        assert number is not None
        new = api.rotate_key(id=number, by=IGOR)
        assert api.authenticate(key=old).id == site.id
        assert api.authenticate(key=new).scopes == frozenset({"events:write"})
    with clock.frozen(NOON + timedelta(hours=24)):
        assert api.authenticate(key=new).id == site.id
        with pytest.raises(WrongKey):
            api.authenticate(key=old)


def test_a_closed_source_is_refused_with_all_its_keys(site: Source) -> None:
    key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
    api.change_source(
        id=site.id, name="Site", trust=60, confirms=[], rate_limit=0, time_zone="UTC", is_active=False, by=IGOR
    )
    with pytest.raises(WrongKey):
        api.authenticate(key=key)


def test_a_scope_that_was_not_given_is_refused_and_noted(site: Source) -> None:
    key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
    request = RequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {key}")
    with pytest.raises(MissingScope, match="customers:read"):
        api.scope("customers:read")(request)
    assert audit_rows()[-1][2:6] == (
        "Site",
        "source",
        str(site.id),
        {"why": "missing scope", "scope": "customers:read"},
    )
    assert api.scope("events:write")(request).id == site.id


def test_admin_has_every_scope(site: Source) -> None:
    found = api.authenticate(key=api.issue_key(source=site, scopes=["admin"], by=IGOR))
    assert found.may("exports:read")
    assert found.may("customers:personal")


def test_scopes_are_chosen_from_those_there_are(site: Source) -> None:
    for scopes in ([], ["everything"]):
        with pytest.raises(Invalid) as refused:
            api.issue_key(source=site, scopes=scopes, by=IGOR)
        assert [error.field for error in refused.value.fields] == ["scopes"]
    assert models.Key.objects.count() == 0


@pytest.mark.parametrize("form", ["basic", "bearer", "body"])
def test_the_collector_takes_a_write_key_as_segment_clients_send_it(site: Source, form: str) -> None:
    key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
    headers = {
        "basic": {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{key}:".encode()).decode()},
        "bearer": {"HTTP_AUTHORIZATION": f"Bearer {key}"},
        "body": {},
    }[form]
    request = RequestFactory().post("/v1/batch", **headers)  # type: ignore[arg-type]
    assert api.write_key(request, body_key=key if form == "body" else None).id == site.id


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Digest x"]
)
def test_no_key_or_an_unreadable_one_is_unauthenticated(header: str) -> None:
    with pytest.raises(Unauthenticated):
        api.write_key(RequestFactory().post("/v1/batch", HTTP_AUTHORIZATION=header))


def test_a_source_sends_no_faster_than_it_may() -> None:
    till = api.create_source(name="Till", channel="store", by=IGOR, rate_limit=10)
    with clock.frozen(NOON):
        api.allow(source=till, amount=15)
        api.allow(source=till, amount=25)  # a batch is taken whole, into debt: 20 tokens were there
        with pytest.raises(TooFast):
            api.allow(source=till)
    with clock.frozen(NOON + timedelta(seconds=2)), pytest.raises(TooFast):
        api.allow(source=till)
    with clock.frozen(NOON + timedelta(seconds=2.2)):
        api.allow(source=till)


def test_no_rate_means_no_limit() -> None:
    erp = api.create_source(name="1C", channel="erp", by=IGOR, rate_limit=0)
    api.allow(source=erp, amount=10**9)
    api.allow(source=erp, amount=10**9)


def test_the_use_of_a_key_is_noted_once_a_day(site: Source, statements: list[str]) -> None:
    with clock.frozen(NOON):
        key = api.issue_key(source=site, scopes=["events:write"], by=IGOR)
        api.authenticate(key=key)
        api.forget_keys()
        statements.clear()
        api.authenticate(key=key)
    assert len(statements) == 1
    assert [held.last_used_on for held in api.keys_of(source_id=site.id)] == [NOON.date()]


def test_the_published_view_names_the_source_and_its_channel(site: Source) -> None:
    rows = sql.tuples("SELECT name, channel_code, channel_name, channel_name_ru, brand FROM pub.channels_source")
    assert rows == [("Site", "site", "Website", "Сайт", None)]


def test_a_name_that_files_give_and_nobody_knows_is_answered_with_those_there_are(site: Source) -> None:
    with pytest.raises(UnknownSource) as refused:
        api.source_of_files(name="Sight")
    assert "Sight" in refused.value.text
    assert site.name in refused.value.text
    assert [one.name for one in api.list_sources() if one.name == "Sight"] == []
    assert api.source_of_files(name="Site").id == site.id
