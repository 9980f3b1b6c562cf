"""Who lives in the city: each shopper follows from the seed and a number, so nobody has to be kept in memory."""

import csv
from bisect import bisect
from collections.abc import Callable
from functools import cache
from importlib import resources
from itertools import accumulate
from random import Random
from typing import NamedTuple

from edino.integrations.simulator.city import POISONS, City, Identifier, chance, mix

BLOCK = 4
_HOUSEHOLDS = ((0, 1, 2, 3), (0, 0, 2, 3), (0, 0, 2, 2), (0, 0, 0, 3), (0, 0, 0, 0))
_HOUSEHOLD_WEIGHTS = (0.30, 0.55, 0.75, 0.90, 1.0)
_NOT_HEADS = 0.3125
_STRANGERS_ACROSS = 0.825

# Codes that no operator holds: a simulated message can reach nobody.
_CODES = ("907", "935", "957", "972", "973", "975", "976", "979")
_NUMBERS = len(_CODES) * 10_000_000
_STEP = 52_361_947
_STEP_BACK = pow(_STEP, -1, _NUMBERS)

_LATIN = {
    **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziiklmnoprstufye", strict=True)),
    **dict(zip("жхцчшщюя", ("zh", "kh", "ts", "ch", "sh", "shch", "iu", "ia"), strict=True)),
    "ъ": "ie",
    "ь": "",
}
_SHORT = {
    "Александр": "Саша",
    "Александра": "Саша",
    "Алексей": "Алёша",
    "Анастасия": "Настя",
    "Анна": "Аня",
    "Дмитрий": "Дима",
    "Евгений": "Женя",
    "Евгения": "Женя",
    "Екатерина": "Катя",
    "Елена": "Лена",
    "Иван": "Ваня",
    "Мария": "Маша",
    "Михаил": "Миша",
    "Наталья": "Наташа",
    "Николай": "Коля",
    "Ольга": "Оля",
    "Сергей": "Серёжа",
    "Татьяна": "Таня",
    "Юлия": "Юля",
}
_YO = {
    "Петр": "Пётр",
    "Федор": "Фёдор",
    "Артем": "Артём",
    "Семен": "Семён",
    "Соловьев": "Соловьёв",
    "Киселев": "Киселёв",
    "Воробьев": "Воробьёв",
    "Королев": "Королёв",
    "Соловьева": "Соловьёва",
    "Киселева": "Киселёва",
    "Воробьева": "Воробьёва",
    "Королева": "Королёва",
}


class Shopper(NamedTuple):
    """One person and everything he may ever give at a counter or a form."""

    number: int
    lurker: bool
    first_name: str
    last_name: str
    user_id: str | None
    phone: str
    new_phone: str
    new_phone_day: int
    second_phone: str | None
    email: str | None
    card: str | None
    app: str | None
    push_token: str | None
    telegram: str | None
    browsers: int
    tablet: str | None
    family_phone: str | None
    store: int

    def phone_on(self, day: int) -> str:
        """The number he has on this day: recycled numbers change hands within the simulated time."""
        return self.phone if day < self.new_phone_day else self.new_phone


def shopper(city: City, number: int, dice: Random) -> Shopper:
    """The person of this number; `dice` is only borrowed, to save making one."""
    seed = city.seed
    dice.seed(mix(seed, 1, number))
    roll = dice.random
    head, partner = _household(city, number)
    at_home = head != number or partner
    shares_tablet = at_home and number - head < 2 and chance(seed, 4, head) < city.shared_tablet
    lurker = roll() < city.lurkers and not at_home
    registered = (roll() < city.registered or shares_tablet) and not lurker
    first_name, last_name = _name(roll)
    has_app, has_card, has_email = roll() < city.app_users, roll() < city.carded, roll() < city.with_email
    says_family = head != number and chance(seed, 5, number) < city.family_phone / _NOT_HEADS
    carries_card = (roll() < 0.25) if says_family else (has_card or (partner and head == number))
    phone, new_phone, new_phone_day = _phones(city, number)
    return Shopper(
        number=number,
        lurker=lurker,
        first_name=first_name,
        last_name=last_name,
        user_id=f"u{number:07d}" if registered else None,
        phone=phone,
        new_phone=new_phone,
        new_phone_day=new_phone_day,
        second_phone=numbered_phone(seed, city.shoppers + number) if roll() < city.second_phone else None,
        email=_email(first_name, last_name, number) if has_email or registered else None,
        card=_card(seed, number) if carries_card and not lurker else None,
        app=device(seed, number, 0) if has_app and not lurker else None,
        push_token=f"{mix(seed, 8, number):016x}{mix(seed, 9, number):016x}" if has_app and roll() < 0.7 else None,
        telegram=str(400_000_000 + number) if registered and roll() < city.with_telegram else None,
        browsers=1 + int(roll() * 2.2),
        tablet=device(seed, head, 1_000) if shares_tablet else None,
        family_phone=numbered_phone(seed, head) if says_family else None,
        store=int(roll() * city.stores),
    )


def device(seed: int, number: int, which: int) -> str:
    """A random-looking UUID, version 4."""
    return uuid_text(mix(seed, 10, number, which) << 64 | mix(seed, 11, number, which), version=4)


def uuid_text(bits: int, *, version: int) -> str:
    """128 bits as a UUID of this version (RFC 9562)."""
    text = f"{bits:032x}"
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-{version}{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def numbered_phone(seed: int, index: int) -> str:
    """The phone of this index: different indexes have different phones, in no visible order."""
    place = (index * _STEP + seed % _NUMBERS) % _NUMBERS
    return f"+7{_CODES[place // 10_000_000]}{place % 10_000_000:07d}"


def phone_index(seed: int, phone: str) -> int | None:
    """The inverse of `numbered_phone`; None when the number lies outside all its codes."""
    if phone[2:5] not in _CODES:
        return None
    place = _CODES.index(phone[2:5]) * 10_000_000 + int(phone[5:])
    return (place - seed % _NUMBERS) * _STEP_BACK % _NUMBERS


def mistyped(city: City, phone: str, dice: Random) -> str:
    """A cashier's slip: one digit wrong or two swapped; now and then it is somebody else's number."""
    roll = dice.random
    if roll() < city.typo_strikes:
        return numbered_phone(city.seed, int(roll() * city.shoppers))
    digits = list(phone)
    place = 5 + int(roll() * 6)
    if roll() < 0.4 and digits[place] != digits[place + 1]:
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
    else:
        digits[place] = str((int(digits[place]) + 1 + int(roll() * 9)) % 10)
    return "".join(digits)


def spelled(city: City, person: Shopper, dice: Random) -> tuple[str, str]:
    """First and last name as a form or an operator wrote them this time."""
    roll = dice.random
    first, last = person.first_name, person.last_name
    if roll() >= city.spelling:
        return first, last
    way = roll()
    if way < 0.35:
        return latin(first), latin(last)
    if way < 0.65:
        return _SHORT.get(first, first), last
    if way < 0.85:
        return _YO.get(first, first), _YO.get(last, last)
    return last, first


def latin(text: str) -> str:
    """Russian in Latin letters as in passports (ICAO 9303)."""
    return "".join(_LATIN.get(letter, letter) for letter in text.lower()).title()


def kiosk(city: City, store: int) -> Identifier:
    """The device that stands in a store for everybody."""
    return Identifier("device", device(city.seed, store, 2_000_000))


def cashiers_card(city: City, store: int) -> Identifier:
    """The card that a store's cashiers show for every customer: it looks like any other."""
    return Identifier("loyalty_card", _card(city.seed, 5_000_000_000 + store))


def poisons(city: City) -> set[Identifier]:
    """Every value in the city that stands for nobody."""
    everywhere = {poison for poisons in POISONS.values() for poison in poisons}
    return everywhere | {cashiers_card(city, store) for store in range(city.stores) if has_cashiers_card(store)}


def has_cashiers_card(store: int) -> bool:
    """In one store of ten it is a habit."""
    return store % 10 == 0


def _household(city: City, number: int) -> tuple[int, bool]:
    """The head of his household, and whether anybody else lives in it."""
    block, slot = divmod(number, BLOCK)
    heads = _HOUSEHOLDS[bisect(_HOUSEHOLD_WEIGHTS, chance(city.seed, 3, block))]
    head = heads[slot]
    others = any(
        heads[other] == head and other != slot and block * BLOCK + other < city.shoppers for other in range(BLOCK)
    )
    return block * BLOCK + head, others


def _phones(city: City, number: int) -> tuple[str, str, int]:
    """Phone before, phone after, and the day of the change (beyond the horizon when there is none)."""
    seed, slot = city.seed, number % BLOCK
    own = numbered_phone(seed, number)
    giver = number if slot < 2 else number - 2
    taker = giver + 2
    rate = 2 * city.recycled_a_year * city.days / 365 / _STRANGERS_ACROSS
    if taker >= city.shoppers or chance(seed, 6, giver) >= rate:
        return own, own, city.days
    if _household(city, giver)[0] == _household(city, taker)[0]:
        return own, own, city.days
    day = int(chance(seed, 7, giver) * city.days)
    new = numbered_phone(seed, giver) if number == taker else numbered_phone(seed, 2 * city.shoppers + number)
    return own, new, day


def _card(seed: int, number: int) -> str:
    """An EAN-13 of the range that shops use inside (prefix 29)."""
    body = f"29{(number * 7_368_787 + seed % 10**10) % 10**10:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _email(first_name: str, last_name: str, number: int) -> str:
    return f"{latin(first_name)}.{latin(last_name)}{number}@mail.example".lower()


class _Names(NamedTuple):
    texts: list[tuple[str, str]]
    weights: list[float]


def _name(roll: Callable[[], float]) -> tuple[str, str]:
    men, women, surnames = _names()
    woman = roll() < 0.58
    first = _pick(women if woman else men, roll())
    last = _pick(surnames, roll())
    return first[0], last[1] if woman else last[0]


def _pick(names: _Names, fraction: float) -> tuple[str, str]:
    return names.texts[bisect(names.weights, fraction * names.weights[-1])]


@cache
def _names() -> tuple[_Names, _Names, _Names]:
    """Men, women and surnames with their frequencies: an extract of russiannames (names.LICENSE.txt)."""
    text = resources.files(__package__).joinpath("names.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))

    def of(sex: str) -> _Names:
        chosen = [row for row in rows if row["sex"] == sex]
        return _Names(
            [(row["name"], row["feminine"]) for row in chosen],
            list(accumulate(float(row["count"]) for row in chosen)),
        )

    return of("m"), of("f"), of("s")
