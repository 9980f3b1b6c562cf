"""Igor reads the journal: what came, what it changed, what was odd; the Stranger and Lena's shop staff do not."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.faces import stage
from tests.integrations.exchange_texts import catalog, goods, offer, offers
from tests.integrations.test_commerceml import BOOTS, KEDS, OFFERS, load, write

from edino.kernel import sql
from edino.staff.types import Role

pytestmark = pytest.mark.django_db
__all__ = ["load", "write"]
LATER = "2026-03-02T10:00:00"


@pytest.fixture
def igor() -> Any:
    return stage.log_in(Role.INTEGRATOR)


def page(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def last() -> str:
    return str(sql.scalar("SELECT uid FROM integrations_run ORDER BY id DESC LIMIT 1"))


def test_the_journal_lists_what_came(igor: Any, load: Callable[..., Any], write: Callable[[str, str], Path]) -> None:
    assert "Nothing has been imported yet" in page(igor, "/exchanges/")
    load(write("import.xml", catalog(KEDS, BOOTS)), write("offers.xml", offers(*OFFERS)))
    load(write("broken.xml", catalog(KEDS)[:-50]))
    shown = page(igor, "/exchanges/")
    for word in ("import.xml", "offers.xml", "broken.xml", "CommerceML", "Done", "Failed"):
        assert word in shown
    assert "import.xml" not in page(igor, "/exchanges/?state=failed")
    assert "offers.xml" not in page(igor, "/exchanges/?q=broken")
    assert "broken.xml" in page(igor, "/exchanges/?sort=started_at")


def test_a_run_tells_the_change_product_by_product(
    igor: Any, load: Callable[..., Any], write: Callable[[str, str], Path]
) -> None:
    load(write("import.xml", catalog(KEDS)), write("offers.xml", offers(OFFERS[0])))
    load(write("offers.xml", offers(offer("g1", "Кеды", "2 190", stores={"w1": "4", "s1": "2"}), at=LATER)))
    shown = page(igor, f"/exchanges/{last()}/")
    assert "<del>1990.50 RUB</del> → <ins>2190.00 RUB</ins>" in shown
    assert "<del>5</del> → <ins>4</ins>" in shown
    assert "An old or spoken name of a currency; its ISO code was taken" in shown
    assert "line 2: руб → RUB" in shown
    russian = page(stage.log_in(Role.INTEGRATOR, "ru"), f"/exchanges/{last()}/")
    assert "Старое или разговорное название валюты; взят её код ISO" in russian
    assert "Журнал обмена" in russian


def test_a_product_marked_as_deleted_says_so_in_a_word(
    igor: Any, load: Callable[..., Any], write: Callable[[str, str], Path]
) -> None:
    load(write("import.xml", catalog(goods("g1", "Кеды"))))
    gone = goods("g1", "Кеды").replace("<Товар>", '<Товар Статус="Удален">')
    load(write("import.xml", catalog(gone, at=LATER)))
    shown = page(igor, f"/exchanges/{last()}/")
    assert "<dt>Marked as deleted</dt><dd><ins>yes</ins></dd>" in shown
    assert "<ins>+</ins>" not in shown


def test_what_was_refused_is_shown_and_can_be_taken_along(
    igor: Any, load: Callable[..., Any], write: Callable[[str, str], Path]
) -> None:
    alone = "<Предложение><Ид>=никто</Ид><Цены><Цена><ЦенаЗаЕдиницу>7</ЦенаЗаЕдиницу></Цена></Цены></Предложение>"
    load(write("prices.xml", offers(alone)))
    assert "Refused, as CSV" in page(igor, f"/exchanges/{last()}/")
    assert "nothing is known of it" in page(igor, f"/exchanges/{last()}/?what=rejected")
    answer = igor.get(f"/exchanges/{last()}/rejects.csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows == ["line,kind,id,name,field,reason", "2,prices,'=никто,'=никто,offer,unknown"]


def test_a_broken_file_says_why(igor: Any, load: Callable[..., Any], write: Callable[[str, str], Path]) -> None:
    load(write("broken.xml", catalog(KEDS)[:-50]))
    assert "broken.xml, line 2: the XML is broken here" in page(igor, f"/exchanges/{last()}/")


def test_many_changes_come_page_by_page(igor: Any, load: Callable[..., Any], write: Callable[[str, str], Path]) -> None:
    load(write("import.xml", catalog(*(goods(f"g{n}", f"Кеды {n}", f"K-{n}") for n in range(230)))))
    first = page(igor, f"/exchanges/{last()}/?what=created")
    assert "Кеды 98" in first
    assert "Кеды 229" not in first
    assert "Show more" in first
    seen = sql.scalar("SELECT max(id) FROM integrations_change")
    assert "Кеды 229" in page(igor, f"/exchanges/{last()}/?what=created&after={seen - 1}")
    assert page(igor, f"/exchanges/{last()}/?what=nonsense&after=x")


def test_who_may_not_see_it_does_not(load: Callable[..., Any], write: Callable[[str, str], Path]) -> None:
    load(write("import.xml", catalog(KEDS)))
    anya = stage.log_in(Role.ASSOCIATE)
    for address in ("/exchanges/", f"/exchanges/{last()}/", f"/exchanges/{last()}/rejects.csv"):
        assert anya.get(address).status_code == 403
    vera = stage.log_in(Role.MERCHANDISER)
    assert vera.get("/exchanges/").status_code == 200
    assert vera.get("/exchanges/01890000-0000-7000-8000-000000000000/").status_code == 404


def test_a_stop_of_the_brake_leads_to_the_stock_file_and_vera_lets_it_through(
    igor: Any, load: Callable[..., Any], write: Callable[[str, str], Path]
) -> None:
    named = [f"g{n}" for n in range(6)]
    load(
        write("import.xml", catalog(*(goods(one, f"Кеды {one}", one.upper()) for one in named))),
        write("offers.xml", offers(*(offer(one, "Кеды", "10", stores={"w1": "5"}) for one in named))),
    )
    sold_out = offers(*(offer(one, "Кеды", "10", stores={"w1": "0"}) for one in named), at=LATER)
    load(write("offers.xml", sold_out))
    shown = page(igor, f"/exchanges/{last()}/")
    assert "6 of 6 places would become empty" in shown
    [address] = set(re.findall(r"/stock/files/[0-9a-f-]+/", shown))
    assert igor.post(f"{address}release/", {"sure": "1"}).status_code == 403
    lies = "SELECT sum(on_hand) FROM pub.inventory_level"
    assert sql.scalar(lies) == 30
    assert stage.log_in(Role.MERCHANDISER).post(f"{address}release/", {"sure": "1"}).status_code == 302
    assert sql.scalar(lies) == 0
    assert address not in page(igor, f"/exchanges/{last()}/")
    load(write("offers.xml", sold_out.replace("T10:00:00", "T11:00:00")))  # and it is no news afterwards
    assert "The brake stopped" not in page(igor, f"/exchanges/{last()}/")
    assert sql.scalar(lies) == 0
