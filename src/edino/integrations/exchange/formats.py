"""The formats, by their names."""

from typing import Final

from edino.integrations.commerceml.reader import Reader as CommerceML
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.reading import Document
from edino.integrations.exchange.staging import Read, Reader
from edino.integrations.google.reader import Reader as Google
from edino.integrations.yml.reader import Reader as Yml


def _commerceml(document: Document, odd: Oddities, zone: str) -> Reader:
    return CommerceML(document, odd, zone=zone)


def _yml(document: Document, odd: Oddities, zone: str) -> Reader:
    return Yml(document, odd, zone=zone)


def _google(document: Document, odd: Oddities, zone: str) -> Reader:
    return Google(document, odd)


FORMATS: Final[dict[str, Read]] = {"commerceml": _commerceml, "yml": _yml, "google": _google}
HELP: Final = {
    "commerceml": "CommerceML 2 of 1C: classifier, goods, offers, prices, stock and orders, in one file or in many.",
    "yml": "A product feed in Yandex's YML.",
    "google": "A product feed of Google Merchant: RSS with g: elements, or tab-separated text.",
}
