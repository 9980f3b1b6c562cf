"""User-defined reference books of 1C (`references.xml`): what properties of goods may name by the id of an entry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from edino.integrations.commerceml.tree import child, requisites
from edino.integrations.exchange import values
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.reading import local
from edino.integrations.exchange.records import ReferenceEntry

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ENTRY: Final = "ЭлементСправочника"


def entry(element: "Element", odd: Oddities) -> Iterator[ReferenceEntry]:
    """An entry with its name; whatever else its book says of it has no place among goods."""
    id_, line = child(element, "Ид"), element.sourceline or 0
    told = requisites(element)
    name = values.words(told.get("Наименование") or child(element, "Наименование"))
    if not id_:
        odd.note("no_id", name or ENTRY, line=line)
        return
    if not name:
        odd.note("reference_no_name", id_, line=line)
        return
    yield ReferenceEntry(id=id_, name=name, book=_book(element), line=line)


def _book(element: "Element") -> str:
    """The name of the book an entry stands in."""
    for above in element.iterancestors():
        if local(above) == "Справочник":
            return values.words(child(above, "Наименование")) or child(above, "Ид")
    return ""
