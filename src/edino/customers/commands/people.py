"""`edino import customers`: who they are (identifiers) and what is known of them (traits)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from edino.channels import api as channels
from edino.customers import api
from edino.customers.api.importing import record_people
from edino.customers.types import Identifier
from edino.customers.types.imported import ImportedPerson
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written

_ALIASES: Final = {
    "user_id": (),
    "crm": ("customer_id", "client_id", "код_клиента"),
    "loyalty_card": ("card", "card_number", "карта", "номер_карты"),
    "phone": ("mobile", "telephone", "tel", "телефон"),
    "email": ("e_mail", "mail", "почта"),
    "telegram": (),
    "vk": (),
    "viber": (),
    "whatsapp": (),
    "max": (),
    "push_token": (),
    "device": ("anonymous_id",),
}
IDENTIFIERS: Final = tuple(_ALIASES)
"""Strongest first."""

TRAITS: Final = (
    Field("first_name", help="given name", aliases=("name", "имя"), length=200),
    Field("middle_name", help="patronymic or middle name", aliases=("patronymic", "отчество"), length=200),
    Field("last_name", help="surname", aliases=("surname", "фамилия"), length=200),
    Field("birthday", "date", help="day of birth", aliases=("birth_date", "date_of_birth", "дата_рождения")),
    Field("gender", help="as the source writes it", aliases=("sex", "пол"), length=40),
    Field("city", help="where they live", aliases=("город",), length=200),
    Field("language", help="language they are spoken to in", aliases=("язык",), length=40),
)
_NAMES: Final = frozenset(field.name for field in TRAITS)


class People:
    """Rows about people, each with at least one identifier."""

    help = "People: at least one identifier each, and what is known of them."
    fields = (
        *(
            Field(kind, help=f"an identifier of the kind {kind}", aliases=aliases, length=200)
            for kind, aliases in _ALIASES.items()
        ),
        *TRAITS,
        Field(
            "updated_at",
            "datetime",
            help="when the row was true; the newest wins",
            aliases=("modified_at", "changed_at"),
        ),
        Field("trait.*", help="anything else that is known, one column each"),
    )
    group = None
    batch = 1000
    version = 1

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Record a batch; a row with an identifier that cannot be one is refused whole, so that it can be mended."""
        source = channels.source_of_files(name=context.source)
        people: list[ImportedPerson] = []
        rejections: list[Rejection] = []
        for row in rows:
            found = _person(row)
            if isinstance(found, Rejection):
                rejections.append(found)
            else:
                people.append(found)
        return Written(record_people(source=source, people=people), rejections)


def _person(row: Row) -> ImportedPerson | Rejection:
    identifiers: list[Identifier] = []
    for kind in IDENTIFIERS:
        given = row.values.get(kind)
        if given is None:
            continue
        try:
            item = api.usable(kind, given)
        except api.Unusable as error:
            return Rejection(row.number, kind, "unusable", f"this is not one of its kind: {error}")
        if item is not None:
            identifiers.append(item)
    if not identifiers:
        return Rejection(row.number, "", "nobody", "there is no identifier that stands for one person")
    traits = {
        name.removeprefix("trait."): _plain(value)
        for name, value in row.values.items()
        if value is not None and (name in _NAMES or name.startswith("trait."))
    }
    return ImportedPerson(tuple(identifiers), traits, row.values.get("updated_at"))


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
