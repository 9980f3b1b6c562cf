"""Screens of stock, exchange, delivery and promotions: anybody can use them, on a desk and a phone, in two tongues."""

import os
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.windows import Windows, faults

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

TEN = [f"DAWN-{size}" for size in range(36, 46)]
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth ? 1 : 0"
SIGHTS: Sequence[tuple[str, int, Literal["light", "dark"]]] = (("ru", 390, "light"), ("en", 1440, "dark"))
PICTURES = os.environ.get("EDINO_TEST_PICTURES", "")


@pytest.fixture
def addresses(live_server: "LiveServer", tmp_path: Path) -> list[str]:
    """A shop with stock in every state, and the address of each of its screens."""
    from tests.integrations.exchange_texts import catalog, goods as named, offer, offers  # noqa: I001 - Django is set up only after this file is loaded
    from tests.inventory import shop  # as above
    from tests.promotions.till import action, made  # as above

    from edino.catalogue import api as catalogue  # as above
    from edino.checkout.api import delivering  # as above
    from edino.checkout.types import DeliveryMethod, Zone  # as above
    from edino.integrations.exchange.files import Files  # as above
    from edino.inventory import api  # as above
    from edino.inventory.api import correcting, files, openings  # as above
    from edino.inventory.types import Inbound, Opening, SnapshotRow  # as above
    from edino.kernel import clock, holds, ids, sql  # as above
    from edino.kernel.holds import Want  # as above

    known = shop.goods(TEN)
    hub = shop.place("hub", "warehouse", name="Склад в Подольске", city="Подольск", time_zone="Europe/Moscow")
    here = shop.place("tverskaya", name="Тверская, 12", city="Москва", time_zone="Europe/Moscow", daily_parcels=20)
    for sku in TEN:
        shop.bring(sku, "hub", 9)
        shop.bring(sku, "tverskaya", 3)
    variant = known["DAWN-42"]
    vera = shop.VERA
    correcting.correct(
        uid=ids.uuid7(), variant_id=variant, location="tverskaya", quantity=-1, reason="broken", note="Упала", by=vera
    )
    due = [Inbound(sku, "hub", 20, day, "Заказ 17") for sku, day in zip(TEN, [date(2026, 3, 9)] * 3, strict=False)]
    correcting.expect_by_hand(rows=due, by=vera)
    week = [Opening(day, time(10), time(20), 60, 8) for day in range(7)]
    slots = openings.save_openings(location="tverskaya", openings=week, by=vera)
    holds.use([Want(slots[0].capacity_id, 8), Want(slots[1].capacity_id, 3)])
    at = clock.now() - timedelta(minutes=1)
    empty = [SnapshotRow("tverskaya", sku, 0) for sku in TEN]
    stopped = api.snapshot(source=shop.erp(), as_of=at, rows=empty, origin="exchange:x")
    files.stage(as_of=at, rows=[SnapshotRow("hub", "DAWN-36", 1)], origin="остатки.xlsx", by=vera)
    transfer = api.create_transfer(origin="hub", destination="tverskaya", lines=[("DAWN-36", 4)], by=vera)
    api.send_transfer(uid=transfer.uid, by=vera)
    count = api.open_count(location="tverskaya", by=vera)
    api.record_count(uid=count.uid, sku="DAWN-37", counted=2)
    delivering.save_delivery_method(
        method=DeliveryMethod("courier", {"ru": "Курьер", "en": "Courier"}, "RUB", (Zone(35_000, ("Москва",)),)),
        by=vera,
    )
    sale = made("Весенняя распродажа", action("percent", 10), exclusive=True)
    made("Друзьям", action("percent", 5), group="spring")
    file = tmp_path / "import.xml"
    file.write_text(catalog(named("g1", "Кеды", "K-1")), encoding="utf-8")
    priced = tmp_path / "offers.xml"
    priced.write_text(offers(offer("g1", "Кеды", "1990", stores={"w1": "5"})), encoding="utf-8")
    list(Files("commerceml").run([file, priced], source=None, dry_run=False, progress=lambda share: None))
    run = sql.scalar("SELECT uid FROM integrations_run ORDER BY id DESC LIMIT 1")
    line = correcting.expected()[0].id
    assert catalogue.find_variant(code="DAWN-42") is not None
    return [
        *("/stock/", f"/stock/{variant}/", f"/stock/{variant}/at/{here}/", "/stock/corrections/"),
        *("/stock/files/", f"/stock/files/{stopped.uid}/", "/stock/files/new/"),
        *("/stock/inbound/", f"/stock/inbound/{line}/", "/stock/inbound/new/", "/stock/reserves/"),
        "/stock/sourcing/?lines=DAWN-42+10&method=delivery&city=&place=&channel=",
        *("/stock/locations/", f"/stock/locations/{hub}/", f"/stock/locations/{here}/change/"),
        f"/stock/locations/{here}/week/",
        *("/transfers/", f"/transfers/{transfer.uid}/", "/transfers/new/"),
        *("/stock/counts/", f"/stock/counts/{count.uid}/", "/stock/cases/"),
        *("/exchanges/", f"/exchanges/{run}/", "/deliveries/", "/deliveries/courier/"),
        *("/promotions/new/", "/promotions/codes/", f"/promotions/{sale.uid}/rehearsal/"),
    ]


@pytest.mark.parametrize(("language", "width", "scheme"), SIGHTS)
def test_every_screen_of_stock_and_exchange_is_accessible(
    addresses: list[str],
    desk_of: Callable[..., Windows],
    language: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    """What is opened on a phone is judged as wide as a desk too: the longer words are Russian."""
    wrong: list[object] = []
    desk = desk_of("administrator", language)
    page = desk.open("/", width=width, scheme=scheme)
    for number, path in enumerate(addresses):
        desk.visit(page, path)
        page.wait_for_load_state()
        for wide in (390, 1440) if language == "ru" else (width,):
            page.set_viewport_size({"width": wide, "height": 900})
            wrong += [(wide, *fault) for fault in faults(page)]
            wrong += [(path, wide, "too wide")] * page.evaluate(WIDER)
            _picture(page, f"{number:02}-{language}-{wide}")
    assert wrong == []


def _picture(page: "Page", name: str) -> None:
    """Somebody wants to look at them too."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
