"""The listener itself: it must see what it is there to see."""

import pytest

from tests.architecture import ownership


def test_a_write_to_a_neighbour_is_a_trespass(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        ("activity", "UPDATE customers_customer SET size = 1 WHERE id = %(id)s"): None,
        ("activity", "SELECT 1 FROM customers_identifier"): None,
        ("activity", "SELECT 1 FROM pub.customers_holding JOIN kernel_log l ON true"): None,
        ("activity", "WITH staff_now AS (SELECT 1) SELECT * FROM staff_now"): None,
        ("customers", "INSERT INTO customers_claim SELECT %s"): None,
    }
    monkeypatch.setattr(ownership, "seen", told)
    assert ownership.trespasses() == [
        "activity reads customers_identifier, not pub: SELECT 1 FROM customers_identifier",
        "activity writes customers_customer: UPDATE customers_customer SET size = 1 WHERE id = %(id)s",
    ]
