"""CommerceML that we write: orders for 1C."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from lxml import etree

from edino.integrations.commerceml.orders import DELIVERY
from edino.kernel.money import exponent
from edino.orders.types import Line, Order

VERSION: Final = "2.08"
STATES: Final = {
    "placed": "Принят",
    "part_fulfilled": "Выдан частично",
    "fulfilled": "Выполнен",
    "closed": "Закрыт",
    "cancelled": "Отменён",
}
TENDERS: Final = {
    "card": "Банковская карта",
    "cash": "Наличный расчет",
    "cod": "Наложенный платеж",
    "bank": "Безналичный расчет",
    "gift_card": "Подарочная карта",
    "points": "Баллы",
    "exchange": "Обмен",
}
METHODS: Final = {"pickup": "Самовывоз", "delivery": "Доставка", "carry": "В магазине"}
_PIECE: Final = {"Код": "796", "НаименованиеПолное": "Штука", "МеждународноеСокращение": "PCE"}


def orders(found: Sequence[Order], called: Mapping[str, str], *, zone: str, at: datetime) -> bytes:
    """A document of orders. `called`: how 1C calls each SKU, where it does; dates are told in `zone`."""
    here = ZoneInfo(zone)
    root = etree.Element("КоммерческаяИнформация")
    root.set("ВерсияСхемы", VERSION)
    root.set("ДатаФормирования", at.astimezone(here).strftime("%Y-%m-%dT%H:%M:%S"))
    for order in found:
        _order(root, order, called, here)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def reference(deliveries: Mapping[str, str]) -> bytes:
    """The words that orders are told in: states, means of payment, ways of delivery (ours, and `deliveries` by code).

    1C reads them so that a person matches them with its own. The box of states is called with a Latin letter by those
    who made the protocol, and with a Russian one by others: both are there.
    """
    root = etree.Element("Справочник")
    for box in ("Cтатусы", "Статусы"):
        _elements(root, box, STATES)
    for one in _elements(root, "ПлатежныеСистемы", TENDERS):
        _say(one, "ТипОплаты", "")
    _elements(root, "СлужбыДоставки", {**METHODS, **deliveries})
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _elements(root: "etree._Element", name: str, told: Mapping[str, str]) -> "list[etree._Element]":
    box = etree.SubElement(root, name)
    made = [etree.SubElement(box, "Элемент") for _ in told]
    for one, (code, word) in zip(made, told.items(), strict=True):
        _say(one, "Ид", code)
        _say(one, "Название", word)
    return made


def _order(root: "etree._Element", order: Order, called: Mapping[str, str], here: ZoneInfo) -> None:
    placed = (order.placed_at or order.created_at).astimezone(here)
    document = etree.SubElement(root, "Документ")
    _say(document, "Ид", str(order.uid))
    _say(document, "Номер", order.number)
    _say(document, "Дата", placed.strftime("%Y-%m-%d"))
    _say(document, "ХозОперация", "Заказ товара")
    _say(document, "Роль", "Продавец")
    _say(document, "Валюта", order.currency)
    _say(document, "Курс", "1")
    _say(document, "Сумма", _money(order.total, order.currency))
    _customer(etree.SubElement(document, "Контрагенты"), order)
    _say(document, "Время", placed.strftime("%H:%M:%S"))
    _say(document, "Комментарий", order.comment)
    goods = etree.SubElement(document, "Товары")
    delivery = order.delivery.amount - order.delivery.discount
    if delivery:
        _service(goods, delivery, order.currency)
    for line in order.lines:
        _line(goods, line, order.currency, called)
    _requisites(document, _standing(order, here))


def _customer(box: "etree._Element", order: Order) -> None:
    customer = etree.SubElement(box, "Контрагент")
    name = order.contact.name or "Покупатель"
    _say(customer, "Ид", f"profile:{order.contact.profile_id}" if order.contact.profile_id else f"order:{order.uid}")
    _say(customer, "Наименование", name)
    _say(customer, "Роль", "Покупатель")
    _say(customer, "ПолноеНаименование", name)
    address = ", ".join(str(part) for part in (order.delivery.city, *order.delivery.address.values()) if part)
    if address:
        _say(etree.SubElement(customer, "АдресРегистрации"), "Представление", address)
    contacts = etree.SubElement(customer, "Контакты")
    for kind, value in (("Телефон", order.contact.phone), ("Почта", order.contact.email)):
        if value:
            contact = etree.SubElement(contacts, "Контакт")
            _say(contact, "Тип", kind)
            _say(contact, "Значение", value)


def _service(goods: "etree._Element", amount: int, currency: str) -> None:
    item = etree.SubElement(goods, "Товар")
    _say(item, "Ид", DELIVERY)
    _say(item, "Наименование", "Доставка заказа")
    etree.SubElement(item, "БазоваяЕдиница", _PIECE).text = "шт"
    _say(item, "ЦенаЗаЕдиницу", _money(amount, currency))
    _say(item, "Количество", "1")
    _say(item, "Сумма", _money(amount, currency))
    _requisites(item, {"ВидНоменклатуры": "Услуга", "ТипНоменклатуры": "Услуга"})


def _line(goods: "etree._Element", line: Line, currency: str, called: Mapping[str, str]) -> None:
    item = etree.SubElement(goods, "Товар")
    _say(item, "Ид", called.get(line.sku, line.sku))
    _say(item, "Артикул", line.sku)
    _say(item, "Наименование", line.name)
    etree.SubElement(item, "БазоваяЕдиница", _PIECE).text = "шт"
    _say(item, "ЦенаЗаЕдиницу", _money(line.unit, currency))
    _say(item, "Количество", str(line.quantity))
    _say(item, "Сумма", _money(line.net, currency))
    if line.discount:
        discount = etree.SubElement(etree.SubElement(item, "Скидки"), "Скидка")
        _say(discount, "Наименование", ", ".join(share.name for share in line.shares) or "Скидка")
        _say(discount, "Сумма", _money(line.discount, currency))
        _say(discount, "УчтеноВСумме", "true")
    told = {"ВидНоменклатуры": "Товар", "ТипНоменклатуры": "Товар"}
    if line.cancelled:
        told["Отменено"] = str(line.cancelled)
    _requisites(item, told)


def _standing(order: Order, here: ZoneInfo) -> dict[str, str]:
    """How the order stands, by the names 1C knows."""
    cancelled, final = order.state == "cancelled", order.state in {"fulfilled", "closed", "cancelled"}
    taken = [one for one in order.payments if one.captured]
    told = {
        "Статус заказа": STATES.get(order.state, order.state),
        "Статуса заказа ИД": order.state,
        "Отменен": _truth(cancelled),
        "Финальный статус": _truth(final),
        "Заказ оплачен": _truth(bool(taken) and order.outstanding <= 0),
        "Метод оплаты": ", ".join(dict.fromkeys(TENDERS.get(one.tender, one.tender) for one in order.payments)),
        "Доставка разрешена": _truth(not cancelled),
        "Способ доставки": order.delivery.address.get("service") or METHODS[order.delivery.method],
        "Пункт выдачи": order.delivery.location,
        "Канал": order.channel,
    }
    if taken:
        paid = max(one.captured_at or one.created_at for one in taken)
        told["Дата оплаты"] = paid.astimezone(here).strftime("%Y-%m-%d %H:%M:%S")
        told["Номер платежного документа"] = ", ".join(one.provider_ref for one in taken if one.provider_ref)
    return {name: value for name, value in told.items() if value}


def _requisites(element: "etree._Element", told: Mapping[str, str]) -> None:
    box = etree.SubElement(element, "ЗначенияРеквизитов")
    for name, value in told.items():
        one = etree.SubElement(box, "ЗначениеРеквизита")
        _say(one, "Наименование", name)
        _say(one, "Значение", value)


def _say(element: "etree._Element", name: str, text: str) -> None:
    etree.SubElement(element, name).text = plain(text)


def plain(text: str) -> str:
    """A text without the characters that XML forbids."""
    return "".join(
        letter for letter in text if letter in "\t\n\r" or (ord(letter) >= 32 and letter not in "\ufffe\uffff")
    )


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _money(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"
