"""The goods of the year's invoices: what was sold becomes products, and what lay there when the year began.

The opening stock is derived: the least with which no sale of the year would have found the shelf empty, that is the
greatest running sum of what went out and came back, when what comes back is on the shelf two weeks later at the latest.
"""

import re
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Final

import duckdb

from edino.kernel import sql

_SQL = sql.statements("edino.integrations.demo", "goods.sql")

SHELVES: Final = {
    "christmas": ("Christmas", "К Рождеству", r"christmas|xmas|santa|snowflake|reindeer|advent|noel"),
    "lights": ("Lights and candles", "Свет и свечи", r"light|candle|lantern|lamp|incense"),
    "bags": ("Bags and purses", "Сумки и кошельки", r"\bbags?\b|purse|wallet|shopper|holdall"),
    "kitchen": (
        "Kitchen and table",
        "Кухня и стол",
        r"mug|cup\b|cups\b|plate|bowl|teapot|tea\b|cake|baking|kitchen|jug|tray|bottle|cutlery|spoon|lunch|napkin|jam",
    ),
    "home": (
        "For the home",
        "Для дома",
        r"cushion|clock|frame|hook|drawer|cabinet|mirror|doormat|hanger|holder|basket|box|tin\b|tins\b|sign\b|wicker",
    ),
    "paper": (
        "Cards and paper",
        "Открытки и бумага",
        r"card|paper|notebook|wrap|sticker|pencil|pen\b|ribbon|tape|tissue",
    ),
    "garden": ("Garden", "Сад", r"garden|flower|plant|seed|bird|umbrella|watering"),
    "jewellery": ("Jewellery", "Украшения", r"necklace|bracelet|earring|ring\b|brooch|bead|hair"),
    "toys": ("Toys and parties", "Игрушки и праздник", r"toy|doll|game|puzzle|party|balloon|child|kids|girl|boy|play"),
    "other": ("Everything else", "Всё остальное", r""),
}
"""Where the goods stand: code → name in English and Russian, and by which words of its name a thing belongs there."""

NOT_GOODS: Final = frozenset(
    {"POST", "DOT", "C2", "M", "m", "D", "S", "B", "AMAZONFEE", "BANK CHARGES", "CRUK", "PADS", "CARRIAGE"}
)
"""Codes of the data set for postage, fees, samples and corrections: they are kept, and not offered to shoppers."""


@dataclass(frozen=True, slots=True)
class Good:
    """One code of the invoices. `price` in pennies, 0 when never sold for money; `opening` and `left` in pieces."""

    sku: str
    name: str
    price: int
    opening: int
    left: int

    @property
    def shelf(self) -> str:
        """The code of the shelf it stands on."""
        words = self.name.lower()
        return next(code for code, (_, _, sign) in SHELVES.items() if re.search(sign, words))

    @property
    def offered(self) -> bool:
        """Whether a shopper may buy it."""
        return self.price > 0 and self.sku not in NOT_GOODS and not self.sku.startswith("gift_")


def goods() -> list[Good]:
    """All codes of the year, in their order."""
    with as_file(files("edino.integrations.demo") / "online_retail.parquet") as file, duckdb.connect() as data:
        found = data.execute(_SQL["goods"].text, {"file": str(file)}).fetchall()
    return [Good(sku, readable(name), price, opening, left) for sku, name, price, opening, left in found]


def readable(name: str) -> str:
    """A name in capitals as people write it."""
    return name.capitalize() if name.isupper() else name
