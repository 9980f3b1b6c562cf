"""1C holds its session with us over real HTTP: parts, archives, slices of time, repeats; orders out and back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from lxml import etree
from tests.integrations.exchange_texts import catalog, goods, offer, offers, references
from tests.one_c import Failure, OneC, archive

from edino.catalogue import api as catalogue
from edino.channels import api as channels
from edino.channels.types import Scope, Source
from edino.checkout.api import delivering
from edino.checkout.types import DeliveryMethod, Zone
from edino.kernel import sql
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db(transaction=True)
IGOR = Actor("Igor")
LATER = "2026-03-02T10:00:00"
FILES = {
    "import.xml": catalog(goods("g1", "Кеды", "K-1"), goods("g2", "Ботинки", "B-2")).encode(),
    "offers.xml": offers(
        offer("g1", "Кеды", "1990", stores={"w1": "5"}), offer("g2", "Ботинки", "4990", stores={"s1": "3"})
    ).encode(),
}


@pytest.fixture
def source() -> Source:
    channels.forget_keys()
    return channels.create_source(name="1C", channel="erp", by=IGOR)


@pytest.fixture
def one_c(live_server: Any, source: Source, monkeypatch: pytest.MonkeyPatch) -> Iterator[OneC]:
    monkeypatch.setenv("EDINO_EXCHANGE_FILE_LIMIT", "700")
    key = channels.issue_key(source=source, scopes=[Scope.EXCHANGE], by=IGOR)
    where = urlsplit(live_server.url)
    yield OneC(where.hostname or "", where.port or 0, key)
    channels.forget_keys()


def standing() -> list[tuple[Any, ...]]:
    """All that an exchange writes into the shop."""
    return sql.tuples(
        """SELECT variant.sku, variant.is_active, product.names ->> 'ru', price.amount, level.on_hand, place.code
             FROM catalogue_variant AS variant
             JOIN catalogue_product AS product ON product.id = variant.product_id
             LEFT JOIN LATERAL (SELECT amount FROM catalogue_price WHERE variant_id = variant.id
                                 ORDER BY id DESC LIMIT 1) AS price ON true
             LEFT JOIN pub.inventory_level AS level ON level.variant_id = variant.id
             LEFT JOIN pub.inventory_location AS place ON place.id = level.location_id
            ORDER BY 1, 6"""
    )


SHOP = [
    ("B-2", True, "Ботинки", 499000, 3, "magazin-na-lesnoy"),
    ("K-1", True, "Кеды", 199000, 5, "glavnyy-sklad"),
]


def test_a_whole_session_word_by_word(one_c: OneC) -> None:
    one_c.catalogue(FILES)
    assert standing() == SHOP
    words = [f"{step.split(' ')[0]}: {first}" for step, first in one_c.answers]
    assert words[:2] == ["checkauth: success", "init: zip=yes"]
    assert set(words[2:]) == {"file: success", "import: success", "deactivate: success", "complete: success"}
    assert sum(word.startswith("file") for word in words) == sum(-(-len(data) // 700) for data in FILES.values())


def test_an_older_1c_without_sessid_or_version(one_c: OneC) -> None:
    one_c.newer = False
    one_c.catalogue(FILES)
    assert standing() == SHOP


def test_an_archive_with_pictures(one_c: OneC, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    pictured = goods("g1", "Кеды", "K-1", more="<Картинка>import_files/ke/ds.jpg</Картинка>")
    text = catalog(pictured, goods("g2", "Ботинки", "B-2", more="<Картинка>import_files/no.jpg</Картинка>"))
    picture = b"\xff\xd8\xff" + bytes(range(256)) * 9
    one_c.catalogue({**FILES, "import.xml": text.encode(), "import_files/ke/ds.jpg": picture}, zipped=True)
    assert standing() == SHOP
    assert ("import import.xml 0", "progress") in one_c.answers
    [(place,)] = sql.tuples("SELECT place FROM catalogue_media")
    assert place.endswith("/import_files/ke/ds.jpg")
    assert (tmp_path / "media" / place).read_bytes() == picture
    [oddities] = [told for (told,) in sql.tuples("SELECT oddities FROM integrations_run WHERE file = 'import.xml'")]
    assert oddities["picture_missing"] == {"count": 1, "examples": [[2, "import_files/no.jpg: Ботинки"]]}


def test_work_in_slices_of_time_comes_to_the_same(one_c: OneC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDINO_EXCHANGE_SECONDS", "0.000001")
    one_c.catalogue(FILES)
    assert standing() == SHOP
    assert sum(first == "progress" for _, first in one_c.answers) > 6


def test_the_same_exchange_again_changes_nothing(one_c: OneC) -> None:
    one_c.catalogue(FILES)
    prices, moves = (sql.scalar(f"SELECT count(*) FROM {table}") for table in ("catalogue_price", "inventory_movement"))
    one_c.catalogue(FILES)
    assert standing() == SHOP
    assert sql.scalar("SELECT count(*) FROM catalogue_price") == prices
    assert sql.scalar("SELECT count(*) FROM inventory_movement") == moves
    last = sql.tuples("SELECT counts FROM integrations_run ORDER BY id DESC LIMIT 2")
    assert last[1][0]["goods"] == {"unchanged": 2}
    assert last[0][0]["prices"] == {"unchanged": 2}


def test_parts_and_files_sent_twice_do_no_harm(one_c: OneC) -> None:
    one_c.begin("catalog")
    for name, data in FILES.items():
        for part in one_c.parts(data):
            for _ in range(2):
                one_c.ask("file", {"type": "catalog", "mode": "file", "filename": name}, part)
    one_c.send("catalog", "import.xml", FILES["import.xml"])
    for name in FILES:
        one_c.load("catalog", name)
        one_c.load("catalog", name)
    assert standing() == SHOP
    runs = sql.tuples("SELECT file, oddities FROM integrations_run ORDER BY id")
    assert [file for file, _ in runs] == ["import.xml", "offers.xml"]
    assert "parts_repeated" in runs[1][1]


def test_two_parts_that_are_the_same_belong_to_a_file_that_is_whole_only_with_both(one_c: OneC) -> None:
    name = "Кеды" + "x" * 250
    long = catalog(goods("g1", "Кеды", "K-1"), goods("g2", "Ботинки", "B-2")).replace("Ботинки", name)
    data = long.encode()
    at = data.index(b"x" * 250)
    one_c.begin("catalog")
    sent = [data[: at + 10], b"x" * 100, b"x" * 100, data[at + 210 :]]
    for part in sent:
        one_c.ask("file", {"type": "catalog", "mode": "file", "filename": "import.xml"}, part)
    one_c.load("catalog", "import.xml")
    # Without the second hundred the document is whole as well: then a repeat is what is likelier.
    assert (
        sql.scalar("SELECT names ->> 'ru' FROM catalogue_product WHERE names ->> 'ru' LIKE '%x%'") == "Кеды" + "x" * 150
    )
    packed = archive({"offers.xml": FILES["offers.xml"], "noise.bin": b"z" * 3000}, stored=True)
    at = packed.index(b"z" * 3000)
    parts = [packed[: at + 100], *[b"z" * 700] * 4, packed[at + 2900 :]]
    for part in parts:
        one_c.ask("file", {"type": "catalog", "mode": "file", "filename": "v8.zip"}, part)
    one_c.load("catalog", "offers.xml")
    assert sql.scalar("SELECT count(*) FROM catalogue_price") == 2
    [(takes, size)] = sql.tuples("SELECT takes_repeats, size FROM integrations_upload WHERE name = 'v8.zip'")
    assert (takes, size) == (True, len(packed))


def test_1c_asks_for_the_words_that_orders_are_told_in(one_c: OneC) -> None:
    delivering.save_delivery_method(
        method=DeliveryMethod("courier", {"ru": "Курьер", "en": "Courier"}, "RUB", (Zone(100),)), by=IGOR
    )
    one_c.begin("sale")
    told = etree.fromstring(one_c.ask("info", {"type": "sale", "mode": "info"}))
    assert told.tag == "Справочник"
    words = {box.tag: {one.findtext("Ид"): one.findtext("Название") for one in box} for box in told}
    assert words["Cтатусы"] == words["Статусы"]
    assert words["Статусы"]["cancelled"] == "Отменён"
    assert words["ПлатежныеСистемы"]["cod"] == "Наложенный платеж"
    assert words["СлужбыДоставки"] == {
        "pickup": "Самовывоз",
        "delivery": "Доставка",
        "carry": "В магазине",
        "courier": "Курьер",
    }


def test_a_changed_file_within_one_session_is_taken_anew(one_c: OneC) -> None:
    one_c.catalogue(FILES, complete=False)
    one_c.transfer({"offers.xml": FILES["offers.xml"].replace(b"1990", b"2990")})
    assert [row[3] for row in standing()] == [499000, 299000]


def test_reference_books_come_first_and_goods_speak_in_their_words(one_c: OneC) -> None:
    red, blue, nobody = (str(uuid4()) for _ in range(3))
    told = "".join(
        f"<ЗначенияСвойства><Ид>paint</Ид><Значение>{one}</Значение></ЗначенияСвойства>" for one in (red, blue)
    )
    told += f"<ЗначенияСвойства><Ид>lace</Ид><Значение>{nobody}</Значение></ЗначенияСвойства>"
    words = "<Классификатор><Ид>c</Ид><Свойства>" + "".join(
        f"<Свойство><Ид>{id_}</Ид><Наименование>{name}</Наименование><ТипЗначений>Справочник</ТипЗначений></Свойство>"
        for id_, name in (("paint", "Краска"), ("lace", "Шнурок"))
    )
    card = goods("g1", "Кеды", "K-1", more=f"<ЗначенияСвойств>{told}</ЗначенияСвойств>")
    text = catalog(card).replace("<Классификатор><Ид>c</Ид>", f"{words}</Свойства>")

    for _ in range(2):
        one_c.begin("reference")
        one_c.send("reference", "references.xml", references({red: "красная", blue: "синяя"}))
        one_c.load("reference", "references.xml")
    one_c.catalogue({"import.xml": text.encode(), "offers.xml": offers(offer("g1", "Кеды", "1990")).encode()})

    said = sql.tuples("SELECT attributes FROM catalogue_product")
    assert list(said[0][0].values()) == ["красная, синяя"]
    assert nobody not in str(said)
    counted = sql.tuples(
        "SELECT counts -> 'references' FROM integrations_run WHERE file = 'references.xml' ORDER BY id"
    )
    assert counted == [({"created": 2},), ({"unchanged": 2},)]


def test_what_is_absent_goes_out_of_sale_only_after_the_whole_exchange(one_c: OneC) -> None:
    one_c.catalogue(FILES)
    one_c.newer = False
    only = {
        "import.xml": catalog(goods("g1", "Кеды", "K-1"), at=LATER).encode(),
        "offers.xml": offers(offer("g1", "Кеды", "1990", stores={"w1": "5"}), at=LATER).encode(),
    }
    one_c.begin("catalog")
    one_c.transfer({"import.xml": only["import.xml"]})
    assert [row[1] for row in standing()] == [True, True]
    one_c.transfer({"offers.xml": only["offers.xml"]})
    assert [(row[0], row[1]) for row in standing()] == [("B-2", False), ("K-1", True)]
    one_c.catalogue(FILES)
    assert [row[1] for row in standing()] == [True, True]


def test_a_list_of_changes_deactivates_nobody(one_c: OneC) -> None:
    one_c.catalogue(FILES)
    one_c.catalogue(
        {
            "import.xml": catalog(goods("g1", "Кеды", "K-1"), full=False, at=LATER).encode(),
            "offers.xml": offers(offer("g1", "Кеды", "1990", stores={"w1": "5"}), full=False, at=LATER).encode(),
        }
    )
    assert all(one.active for one in catalogue.variants_by_sku(skus=["B-2", "K-1"]).values())


def test_a_product_marked_as_deleted_goes_out_of_sale(one_c: OneC) -> None:
    one_c.catalogue(FILES)
    gone = goods("g2", "Ботинки", "B-2").replace("<Товар>", '<Товар Статус="Удален">')
    one_c.catalogue({"import.xml": catalog(gone, full=False, at=LATER).encode()})
    assert catalogue.variants_by_sku(skus=["B-2"])["B-2"].active is False


def test_a_broken_file_is_a_failure_with_a_line_and_the_session_goes_on(one_c: OneC) -> None:
    one_c.begin("catalog")
    one_c.send("catalog", "import.xml", FILES["import.xml"][:-90])
    with pytest.raises(Failure, match=r"import\.xml, line 2: the XML is broken here: "):
        one_c.load("catalog", "import.xml")
    assert standing() == []
    one_c.transfer(FILES)
    assert standing() == SHOP


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"type": "catalog", "mode": "import", "filename": "gone.xml"}, "The file gone.xml has not been sent."),
        ({"type": "catalog", "mode": "import", "filename": "../../etc/passwd"}, "This is not the name of a file."),
        ({"type": "catalog", "mode": "import"}, "This is not the name of a file."),
        ({"type": "catalog", "mode": "dance"}, "Nothing is known of type=catalog&mode=dance."),
        ({"type": "crm", "mode": "init"}, "Nothing is known of type=crm&mode=init."),
        ({}, "Nothing is known of type=&mode=."),
    ],
)
def test_nonsense_is_answered_with_a_sentence(query: dict[str, str], says: str, one_c: OneC) -> None:
    one_c.begin("catalog")
    with pytest.raises(Failure) as refused:
        one_c.ask("nonsense", query)
    assert str(refused.value) == says


def test_a_broken_archive_is_a_failure(one_c: OneC) -> None:
    one_c.begin("catalog")
    one_c.send("catalog", "all.zip", b"PK\x03\x04" + bytes(3000))
    with pytest.raises(Failure, match=r"all\.zip is no whole ZIP archive"):
        one_c.load("catalog", "import.xml")
    assert standing() == []


def test_a_stranger_gets_nothing(one_c: OneC, source: Source) -> None:
    good = one_c.key
    for key in ("", "edino_aaaaaaaa_" + "A" * 43):
        one_c.key = key
        with pytest.raises(Failure):
            one_c.begin("catalog")
    one_c.key = channels.issue_key(source=source, scopes=[Scope.EVENTS_WRITE], by=IGOR)
    with pytest.raises(Failure):
        one_c.begin("catalog")
    one_c.key = good
    one_c.begin("catalog")
    one_c.sessid = "0" * 32
    with pytest.raises(Failure):
        one_c.send("catalog", "import.xml", FILES["import.xml"])
    other = channels.create_source(name="Another 1C", channel="erp", by=IGOR)
    one_c.begin("catalog")
    one_c.key = channels.issue_key(source=other, scopes=[Scope.EXCHANGE], by=IGOR)
    with pytest.raises(Failure):
        one_c.send("catalog", "import.xml", FILES["import.xml"])
    assert sql.scalar("SELECT count(*) FROM integrations_upload") == 0


def test_a_revoked_key_ends_its_sessions(one_c: OneC, source: Source) -> None:
    one_c.begin("catalog")
    number = channels.authenticate(key=one_c.key).key_id
    assert number is not None
    channels.revoke_key(id=number, by=IGOR)
    with pytest.raises(Failure):
        one_c.send("catalog", "import.xml", FILES["import.xml"])


def test_real_files_over_the_wire_in_an_archive(one_c: OneC, data_set: Callable[[str], Path]) -> None:
    folder = data_set("commerceml/modx")
    one_c.catalogue({name: (folder / name).read_bytes() for name in ("import.xml", "offers.xml")}, zipped=True)
    assert sql.scalar("SELECT count(*) FROM catalogue_variant WHERE is_active") == 768
    assert sql.scalar("SELECT sum(total) FROM kernel_capacity WHERE kind = 'stock'") == 4144


def order(one_c: OneC, quantity: int = 2) -> UUID:
    """Kolya orders keds: an order as checkout leaves it."""
    from edino.orders import api as orders  # Django is set up only after this file is loaded
    from edino.orders.types import Contact, Delivery, LineInput, OrderInput  # as above

    variant = catalogue.variants_by_sku(skus=["K-1"], language="ru")["K-1"]
    uid, worth = uuid4(), 199000 * quantity
    orders.draft(
        order=OrderInput(
            uid=uid,
            source_id=channels.get_source(name="1C").id,
            channel="site",
            currency="RUB",
            contact=Contact(name="Коля", phone="+79161234567", email="kolya@example.ru"),
            delivery=Delivery("delivery", amount=30000, city="Тверь", address={"street": "Лесная, 1"}),
            lines=(LineInput("1", variant.id, "K-1", "Кеды", quantity, 199000, worth, 0, worth),),
        )
    )
    from django.db import transaction  # as above

    from edino.kernel import clock  # as above

    with transaction.atomic():
        orders.place(uid=uid, at=clock.now())
    return uid


def told(document: bytes) -> list[dict[str, str]]:
    """The orders of a document: their plain fields, and their requisites."""
    found = []
    for each in etree.fromstring(document).findall("Документ"):
        plain = {child.tag: child.text or "" for child in each if not len(child)}
        for one in each.findall("ЗначенияРеквизитов/ЗначениеРеквизита"):
            plain[one.findtext("Наименование") or ""] = one.findtext("Значение") or ""
        plain["goods"] = " ".join(one.findtext("Ид") or "" for one in each.findall("Товары/Товар"))
        found.append(plain)
    return found


def test_orders_are_offered_until_1c_has_them(one_c: OneC) -> None:
    one_c.catalogue(FILES)
    uid = order(one_c)
    one_c.begin("sale")
    [first] = told(one_c.orders(confirm=False))
    assert (first["Ид"], first["Сумма"], first["Валюта"], first["goods"]) == (
        str(uid),
        "4280.00",
        "RUB",
        "ORDER_DELIVERY g1",
    )
    assert (first["Статуса заказа ИД"], first["Заказ оплачен"], first["Отменен"]) == ("placed", "false", "false")
    one_c.begin("sale")
    assert [each["Ид"] for each in told(one_c.orders())] == [str(uid)]
    assert told(one_c.orders()) == []


def back(uid: UUID, *, quantity: str = "", **requisites: str) -> bytes:
    """A document of 1C about an order."""
    lines = f"<Товары><Товар><Ид>g1</Ид><Количество>{quantity}</Количество></Товар></Товары>" if quantity else ""
    said = "".join(
        f"<ЗначениеРеквизита><Наименование>{name.replace('_', ' ')}</Наименование>"
        f"<Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in requisites.items()
    )
    return (
        '<?xml version="1.0" encoding="windows-1251"?><КоммерческаяИнформация ВерсияСхемы="2.08" '
        f'ДатаФормирования="2026-03-02"><Документ><Ид>{uid}</Ид><Номер>x</Номер><Валюта>руб</Валюта>{lines}'
        f"<ЗначенияРеквизитов>{said}</ЗначенияРеквизитов></Документ></КоммерческаяИнформация>"
    ).encode("cp1251")


def test_payment_comes_back_once_and_the_change_goes_out_again(one_c: OneC) -> None:
    from edino.orders import api as orders  # Django is set up only after this file is loaded

    one_c.catalogue(FILES)
    uid = order(one_c)
    one_c.begin("sale")
    one_c.orders()
    paid = back(uid, Номер_оплаты_по_1С="П-7", Дата_оплаты_по_1С="2026-03-02", Метод_оплаты="Безналичный расчет")
    one_c.tell_orders(paid)
    one_c.tell_orders(paid, "orders-2.xml")
    found = orders.order(uid=uid)
    assert [(one.tender, one.captured) for one in found.payments] == [("bank", 428000)]
    assert found.outstanding == 0
    [again] = told(one_c.orders())
    assert again["Заказ оплачен"] == "true"


def test_fewer_pieces_and_a_cancelled_order_come_back(one_c: OneC) -> None:
    from edino.orders import api as orders  # Django is set up only after this file is loaded

    one_c.catalogue(FILES)
    uid = order(one_c)
    one_c.begin("sale")
    one_c.tell_orders(back(uid, quantity="1"))
    assert [line.cancelled for line in orders.order(uid=uid).lines] == [1]
    one_c.tell_orders(back(uid, quantity="1", Отменен="true"), "orders-2.xml")
    assert orders.order(uid=uid).state == "cancelled"
    one_c.tell_orders(back(uid, Отменен="true"), "orders-3.xml")
    assert orders.order(uid=uid).state == "cancelled"


def test_an_order_nobody_knows_is_named(one_c: OneC, data_set: Callable[[str], Path]) -> None:
    one_c.begin("sale")
    one_c.tell_orders((data_set("commerceml/carono") / "orders.xml").read_bytes())
    [(oddities, counts)] = sql.tuples("SELECT oddities, counts FROM integrations_run")
    assert oddities["order_unknown"]["examples"] == [[3, "20"]]
    assert counts == {"orders": {"unknown": 1}}
