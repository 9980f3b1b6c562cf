"""Doctor: each setting and each part of the machine, with what to mend."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edino.kernel import doctor, registry
from edino.kernel.doctor import Finding

ROOT = Path(__file__).resolve().parents[2]


def found(**given: str) -> list[tuple[str, str, str]]:
    return [(each.subject, each.state, each.text) for each in doctor.settings(given)]


def test_a_misspelt_setting_is_told_with_the_right_name() -> None:
    [finding] = doctor.settings({"EDINO_DATABSE_URL": "postgresql://x"})
    assert (finding.state, finding.mend) == ("doubtful", "Did you mean EDINO_DATABASE_URL?")


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("EDINO_POOL_SIZE", "many", "'many' is not a whole number between 1 and 100"),
        ("EDINO_TIME_ZONE", "Europe/Moskow", "'Europe/Moskow' is not a time zone of the IANA list; did you mean"),
        ("EDINO_LANGUAGE", "fr", "'fr' is not one of en, ru"),
        ("EDINO_ORIGINS", "shop.example", "'shop.example' holds shop.example, which is not like https://shop.example"),
        ("EDINO_HOSTS", "https://shop.example", "names only"),
        ("EDINO_CHROMIUM", "chromium", "'chromium' is not an absolute path"),
        ("EDINO_DATABASE_URL", "mysql://u:hush@h/d", "its value does not begin with postgresql://"),
        ("EDINO_SECRET_KEY", "hush", "its value is shorter than 32 characters"),
    ],
)
def test_a_wrong_value_is_told_and_a_secret_one_not_shown(name: str, value: str, complaint: str) -> None:
    [finding] = [each for each in doctor.settings({name: value}) if each.state == "broken"]
    assert complaint in finding.text
    assert "hush" not in finding.text + finding.mend


def test_public_names_without_https_are_doubtful() -> None:
    assert ("EDINO_SECURE", "doubtful") in [each[:2] for each in found(EDINO_HOSTS="shop.example")]
    assert found(EDINO_HOSTS="127.0.0.1,10.0.0.5,localhost") == [
        ("EDINO_HOSTS", "well", "127.0.0.1,10.0.0.5,localhost")
    ]
    assert found(EDINO_HOSTS="shop.example", EDINO_SECURE="1") == [
        ("EDINO_HOSTS", "well", "shop.example"),
        ("EDINO_SECURE", "well", "1"),
    ]


@pytest.mark.django_db
def test_a_healthy_installation_has_nothing_broken() -> None:
    states = {finding.subject: finding.state for finding in doctor.examine() if finding.subject != "migrations"}
    assert states["database"] == "well"
    assert states["clock"] == "well"
    assert "broken" not in states.values()


def test_a_database_that_is_away_is_told_and_nothing_else_is_asked_of_it(tmp_path: Path) -> None:
    given = {"EDINO_HOME": str(tmp_path), "EDINO_DATABASE_URL": "postgresql://u:hush@127.0.0.1:1/d"}
    findings = doctor._machine(given), doctor._database_reached(given)
    assert [each.state for each in findings[0] if each.subject == "EDINO_HOME"] != ["broken"]
    assert findings[1].state == "broken"
    assert "127.0.0.1:1/d does not answer" in findings[1].text
    assert "hush" not in findings[1].text + findings[1].mend


def test_a_mail_server_that_is_away_is_told() -> None:
    assert doctor._mail_server("127.0.0.1", 1).state == "broken"


@pytest.mark.django_db
def test_domains_bring_their_own_checks_and_a_broken_check_hides_no_other() -> None:
    def fails() -> Iterator[Finding]:
        raise RuntimeError("boom")

    registry.doctor_checks.register("test: fails", fails)
    registry.doctor_checks.register("test: works", lambda: [Finding("couriers", "well", "two")])
    try:
        last = {finding.subject: finding for finding in doctor.examine()}
    finally:
        del registry.doctor_checks._offers["test: fails"], registry.doctor_checks._offers["test: works"]
    assert last["couriers"].text == "two"
    assert last["test: fails"].state == "broken"


def test_every_setting_the_code_reads_is_known_and_in_the_table() -> None:
    used = set()
    for source in [*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/conftest.py")]:
        used |= set(re.findall(r"[\"'](EDINO_[A-Z_]+)[\"']", source.read_text(encoding="utf-8")))
    known = {setting.name for setting in doctor.SETTINGS}
    assert used <= known
    written = set(
        re.findall(r"^\| `(EDINO_[A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.MULTILINE)
    )
    assert written == known
