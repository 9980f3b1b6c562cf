"""Small steps through a CommerceML tree, by local names."""

from typing import TYPE_CHECKING

from edino.integrations.exchange import values
from edino.integrations.exchange.reading import local

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


def box(element: "Element", name: str) -> "Element | None":
    """The first child of this name."""
    for each in element:
        if local(each) == name:
            return each
    return None


def child(element: "Element | None", name: str) -> str:
    """The text of the first child of this name, "" without one."""
    found = box(element, name) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def requisites(element: "Element") -> dict[str, str]:
    """Requisites by their names; one that is told several times keeps each on a line of its own."""
    found: dict[str, str] = {}
    inside = box(element, "ЗначенияРеквизитов")
    for one in inside if inside is not None else ():
        name, said = values.words(child(one, "Наименование")), child(one, "Значение")
        if name and said:
            found[name] = f"{found[name]}\n{said}" if name in found else said
    return found
