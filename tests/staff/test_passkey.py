"""A passkey in a real browser: added once, then it opens the account without a password."""

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache

from edino.staff import api, queries
from edino.staff.types import Actor, AuditFilter

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a sentence only Oleg knows"
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_oleg_logs_in_with_his_finger(live_server: Any, page: "Page") -> None:
    cache.clear()
    oleg, _ = api.create_user(
        email="oleg@shop.example", name="Oleg", role="operator", password=PASSWORD, by=Actor("command line")
    )
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})

    page.goto(f"{live_server.url}/login/?next=/account/")
    page.get_by_label("Email").fill("oleg@shop.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"{live_server.url}/account/")
    page.goto(f"{live_server.url}/account/security/passkeys/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{live_server.url}/account/security/passkeys/add/")
    name = page.locator("input[name=name]")
    name.fill("Oleg's phone")
    if page.locator("input[name=passwordless]").count():
        page.locator("input[name=passwordless]").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    assert api.get_person(id=oleg.id).two_factor

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/login/?next=/account/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(f"{live_server.url}/account/")
    assert page.get_by_role("heading", level=1).inner_text() == "My account"
    lines = queries.trail(AuditFilter(user_id=oleg.id), below=None, size=10)
    assert [(line.operation, line.detail) for line in lines if line.operation == "account.own"] == [
        ("account.own", {"did": "recovery_codes added"}),
        ("account.own", {"did": "webauthn added"}),
    ]
    assert [line.operation for line in lines].count("account.log_in") == 2
