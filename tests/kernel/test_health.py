"""What a watcher may ask, and what a stranger may not learn."""

from datetime import timedelta

import pytest
from django.test import Client

from edino.kernel import clock, health, log, sql

pytestmark = pytest.mark.django_db


def test_a_process_that_can_answer_is_alive(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert "no-store" in answer["Cache-Control"]


def test_this_machine_learns_how_far_the_readers_are(client: Client) -> None:
    sql.execute(
        "INSERT INTO kernel_reader (name, moved_at) VALUES ('timeline', %(moved)s)",
        {"moved": clock.now() - timedelta(hours=1)},
    )
    log.append([log.Fact(type="test.happened", klass="fact", occurred_at=clock.now(), body={})])
    answer = client.get("/readyz").json()
    assert answer["status"] == "ready"
    assert answer["late"] == ["timeline"]
    assert answer["readers"][0]["behind"] is True


def test_stranger_learns_one_word(client: Client) -> None:
    answer = client.get("/readyz", REMOTE_ADDR="203.0.113.7")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.parametrize("sent", [{"REMOTE_ADDR": "203.0.113.7"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}])
def test_stranger_gets_no_metrics_even_through_our_own_proxy(client: Client, sent: dict[str, str]) -> None:
    answer = client.get("/metrics", **sent)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert b"edino_requests" not in answer.content


def test_the_bearer_of_the_token_gets_metrics_from_afar(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "t" * 32
    monkeypatch.setenv("EDINO_METRICS_TOKEN", token)
    client.get("/healthz")
    wrong = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": f"Bearer {token}x"})
    assert wrong.status_code == 403
    right = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": f"Bearer {token}"})
    assert right.status_code == 200
    text = right.content.decode()
    assert 'edino_requests_total{method="GET",route="healthz",status="200"}' in text
    assert "edino_database_up 1.0" in text


def test_without_its_tables_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", {})
    sql.execute("DELETE FROM django_migrations WHERE app = 'kernel'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["migrations"])


def test_only_reading_is_allowed(client: Client) -> None:
    assert [client.post(f"/{address}").status_code for address in ("healthz", "readyz", "metrics")] == [405] * 3
