"""Log lines tell what happened and never about whom."""

import json
import logging

import pytest
import structlog

from edino.kernel import observe


def lines(written: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.splitlines()]


def test_personal_keys_never_reach_a_line_at_any_depth(capsys: pytest.CaptureFixture[str]) -> None:
    observe.configure("INFO")
    structlog.get_logger("edino.test").info(
        "joined",
        phone="+79161234567",
        Email="kolya@example.com",
        customer={"name": "Kolya", "stage": "active", "contacts": [{"token": "abc", "kind": "push"}]},
        reader="timeline",
    )
    [line] = lines(capsys.readouterr().err)
    assert line["event"] == "joined"
    assert line["reader"] == "timeline"
    assert line["customer"] == {"stage": "active", "contacts": [{"kind": "push"}]}
    assert not {"phone", "Email"} & set(line)


def test_what_the_database_quotes_in_an_error_is_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    observe.configure("INFO")
    detail = 'duplicate key "x"\nDETAIL:  Key (kind, value)=(phone, +79161234567) already exists.'
    structlog.get_logger("edino.test").error("failed", error=detail)
    logging.getLogger("elsewhere").error("Failing row contains (7, Kolya, kolya@example.com).")
    first, second = lines(capsys.readouterr().err)
    assert first["error"] == 'duplicate key "x"\nDETAIL:  Key (kind, value)=(…) already exists.'
    assert second["event"] == "Failing row contains (…)."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mail to Lena.Runner+shop@example.co.uk bounced", "mail to …@… bounced"),
        ("call +7 (916) 123-45-67 was missed", "call … was missed"),
        ("sent Bearer edk_12345", "sent Bearer …"),
        ("took 1234 ms for 56789 rows", "took 1234 ms for 56789 rows"),
    ],
)
def test_personal_shapes_in_free_text_are_blanked(text: str, kept: str) -> None:
    assert observe.blanked(text) == kept


def test_a_traceback_is_one_line_and_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    observe.configure("INFO")
    try:
        raise ValueError("bad address kolya@example.com")
    except ValueError:
        logging.getLogger("elsewhere").exception("it failed")
    [line] = lines(capsys.readouterr().err)
    assert "ValueError: bad address …@…" in str(line["exception"])
    assert "kolya@" not in json.dumps(line)
