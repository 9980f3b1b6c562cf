"""When and where a shopper turns up: his visits of the whole simulated time, and when word of them arrives."""

from random import Random
from typing import NamedTuple

from edino.integrations.simulator.city import DAY, City, chance, exponential, mix
from edino.integrations.simulator.people import Shopper

MAX_VISITS = 2_000
SITE, APP, TILL, KIOSK, CALL, RETURN_TO_STORE, RETURN_BY_SITE = range(7)
_WITH_APP = ((0.28, SITE), (0.60, APP), (0.90, TILL), (0.93, KIOSK), (1.0, CALL))
_WITHOUT_APP = ((0.50, SITE), (0.88, TILL), (0.92, KIOSK), (1.0, CALL))
_ONLY_SITE = ((1.0, SITE),)
_BUYS = {SITE: 0.30, APP: 0.30, TILL: 1.0, KIOSK: 0.5, CALL: 0.3}


class Visit(NamedTuple):
    """One turn of a shopper in one place; `second` counts from the opening of the city."""

    second: int
    place: int
    buys: bool
    purchase: int
    """What joins a return to its purchase: the same number within a person."""


def visits(city: City, person: Shopper, dice: Random) -> list[Visit]:
    """All visits of this person, in order of time."""
    dice.seed(mix(city.seed, 2, person.number))
    roll = dice.random
    mean = city.visits_a_month * city.days / 30
    count = min(int(exponential(roll(), mean) + roll()), MAX_VISITS // 2)
    weights = _ONLY_SITE if person.lurker else _WITH_APP if person.app else _WITHOUT_APP
    planned: list[Visit] = []
    for purchase in range(count):
        draw = roll()
        place = next(place for share, place in weights if draw < share)
        second = int(roll() * city.days) * DAY + _time_of_day(roll(), roll())
        buys = not person.lurker and roll() < _BUYS[place]
        planned.append(Visit(second, place, buys, purchase))
        if buys and roll() < city.returns:
            back = second + (1 + int(roll() * 10)) * DAY
            if back < city.days * DAY:
                way = RETURN_BY_SITE if place == SITE and person.user_id and roll() < 0.4 else RETURN_TO_STORE
                planned.append(Visit(back, way, buys=False, purchase=purchase))
    planned.sort()
    return planned


def arrival(city: City, visit: Visit, store: int) -> int:
    """The second at which word of the visit arrives: now, or when the store's line is back."""
    if visit.place not in {TILL, RETURN_TO_STORE}:
        return visit.second
    week = visit.second // (7 * DAY)
    for broken in (week, week - 1):
        if broken >= 0 and chance(city.seed, 20, store, broken) < city.late_till:
            down = broken * 7 * DAY + int(chance(city.seed, 21, store, broken) * 5 * DAY)
            back = down + DAY + int(chance(city.seed, 22, store, broken) * (city.late_days - 1) * DAY)
            if down <= visit.second < back:
                return back
    return visit.second


def _time_of_day(first: float, second: float) -> int:
    """Shops open at nine and close at ten; most come in the afternoon (a triangle)."""
    return 9 * 3_600 + int((first + second) / 2 * 13 * 3_600)
