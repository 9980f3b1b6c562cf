"""`edino import orders`: lines of orders and receipts, as tills and back offices export them, into the order book."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from edino.activity.types import OrderLine
from edino.channels import api as channels
from edino.customers import api as customers
from edino.customers.types import Identifier
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written
from edino.kernel.money import currencies
from edino.orders.api import recording

IDENTIFIERS: Final = ("user_id", "crm", "loyalty_card", "phone", "email")


class Orders:
    """Lines become sales that are closed and returns that are settled, by the same rules and ledgers as a till's."""

    help = "Lines of orders and receipts: one row is one line; negative quantities are returns."
    fields = (
        Field(
            "order_id",
            required=True,
            help="number of the order, receipt or invoice",
            aliases=("order", "order_number", "invoice_no", "invoice", "receipt", "номер_заказа", "номер_чека", "чек"),
            length=100,
        ),
        Field(
            "ordinal",
            "integer",
            help="number of the line in the order; counted in the file's order when missing",
            aliases=("line", "line_no", "position", "номер_строки"),
        ),
        Field(
            "sku",
            required=True,
            help="code of the goods",
            aliases=("stock_code", "product_id", "article", "item", "артикул", "код_товара"),
            length=100,
        ),
        Field(
            "description",
            help="name of the goods",
            aliases=("name", "product", "product_name", "title", "наименование", "товар"),
            length=500,
        ),
        Field(
            "quantity",
            "decimal",
            required=True,
            help="how many; negative when given back",
            aliases=("qty", "количество", "кол_во"),
            decimals=3,
        ),
        Field(
            "price",
            "decimal",
            required=True,
            help="of one, at most 4 decimals; may be zero, or negative in a correction",
            aliases=("unit_price", "цена"),
            decimals=4,
        ),
        Field(
            "ordered_at",
            "datetime",
            required=True,
            help="when it was ordered or paid",
            aliases=("order_date", "invoice_date", "date", "created_at", "timestamp", "дата"),
        ),
        Field("currency", help="ISO 4217, three letters", aliases=("валюта",), length=3),
        Field("country", help="where to", aliases=("страна",), length=100),
        Field("location", help="store or other place", aliases=("store", "магазин"), length=100),
        Field("refund_of", help="order that a return belongs to", aliases=("original_order_id",), length=100),
        Field(
            "crm", help="customer's number", aliases=("customer_id", "customer", "client_id", "код_клиента"), length=200
        ),
        Field("user_id", help="customer's log-in", length=200),
        Field("loyalty_card", help="number of the card", aliases=("card", "card_number", "карта"), length=200),
        Field("phone", help="telephone", aliases=("телефон",), length=200),
        Field("email", help="e-mail", aliases=("e_mail", "mail", "почта"), length=200),
    )
    group = "order_id"
    batch = 5000
    version = 2

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Take a batch of whole orders: on the log, in the book, out of the stock of their location."""
        source = channels.source_of_files(name=context.source)
        reading = _Reading()
        lines = [line for row in rows if (line := reading.line(row)) is not None]
        recorded, remarks = recording.record_orders(source=source, lines=lines)
        reading.remarks.update(remarks)
        taken = [Rejection(one.index, one.field, one.code, one.reason) for one in recorded.rejected]
        return Written(recorded.unchanged, [*reading.rejections, *taken], reading.remarks)


@dataclass(slots=True)
class _Reading:
    """The lines of one batch being read, and what was strange about them."""

    rejections: list[Rejection] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)
    usable: dict[tuple[str, str], Identifier | str] = field(default_factory=dict)

    def line(self, row: Row) -> OrderLine | None:
        """The line a row means, or None when it was refused."""
        values = row.values
        given = values.get("ordinal")
        ordinal = row.place if given is None else given
        if not 0 <= ordinal < 1 << 31:
            self.rejections.append(Rejection(row.number, "ordinal", "range", "lines are numbered from 0 or 1"))
            return None
        currency = (values.get("currency") or "").upper()
        if currency and currency not in currencies():
            self.rejections.append(Rejection(row.number, "currency", "currency", "ISO 4217 knows no such currency"))
            return None
        return OrderLine(
            row=row.number,
            order_id=values["order_id"],
            ordinal=ordinal,
            sku=values["sku"],
            quantity=values["quantity"],
            price=values["price"],
            ordered_at=values["ordered_at"],
            name=values.get("description") or "",
            currency=currency,
            country=values.get("country") or "",
            location=values.get("location") or "",
            refund_of=values.get("refund_of") or "",
            identifiers=self._identifiers(values),
        )

    def _identifiers(self, values: dict[str, Any]) -> tuple[Identifier, ...]:
        """What is usable of them: a sale with a misspelt telephone is still a sale."""
        found: list[Identifier] = []
        for kind in IDENTIFIERS:
            given = values.get(kind)
            if given is None:
                continue
            known = self.usable.get((kind, given))
            if known is None:
                known = self.usable[kind, given] = _usable(kind, given)
            if isinstance(known, Identifier):
                found.append(known)
            else:
                self.remarks[f"{kind}: {known} (taken without it)"] += 1
        return tuple(found)


def _usable(kind: str, given: str) -> Identifier | str:
    try:
        return customers.usable(kind, given) or "blocked"
    except customers.Unusable:
        return "unusable"
