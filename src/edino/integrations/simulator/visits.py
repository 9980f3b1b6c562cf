"""What happens in one visit, as acts: who gave which identifiers where, before anything is put into messages."""

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from edino.integrations.simulator import people
from edino.integrations.simulator.city import DAY, POISONS, City, Identifier, chance, mix
from edino.integrations.simulator.people import Shopper
from edino.integrations.simulator.plan import APP, CALL, KIOSK, RETURN_BY_SITE, RETURN_TO_STORE, SITE, TILL, Visit

OWN, MISTAKEN, PUBLIC, POISONED = range(4)
GOODS = 600


class Given(NamedTuple):
    """An identifier that an event carries, and what it truly is (own, a slip, the shop's, nobody's)."""

    kind: str
    value: str
    truth: int = OWN

    @property
    def identifier(self) -> Identifier:
        """What the event says, without what is true."""
        return Identifier(self.kind, self.value)


class Basket(NamedTuple):
    """An order: its number and (product, quantity) lines."""

    order_id: str
    lines: tuple[tuple[int, int], ...]


class Act(NamedTuple):
    """One event before it is written down. `type` is Segment's; `second` counts from the opening of the city."""

    source: str
    type: str
    name: str
    second: int
    given: tuple[Given, ...]
    product: int | None = None
    basket: Basket | None = None
    names: tuple[str, str] | None = None
    store: int | None = None


class Scene(NamedTuple):
    """All that a visit needs to be played."""

    city: City
    person: Shopper
    visit: Visit
    number: int
    dice: Random

    @property
    def phone(self) -> Given:
        """His number on this day."""
        return Given("phone", self.person.phone_on(self.visit.second // DAY))


def acts(city: City, person: Shopper, visit: Visit, number: int, dice: Random) -> Iterator[Act]:
    """The events of a person's visit of this number, in order; some carry poison."""
    dice.seed(mix(city.seed, 12, person.number, number))
    scene = Scene(city, person, visit, number, dice)
    for index, act in enumerate(_PLAYS[visit.place](scene)):
        if chance(city.seed, 13, person.number, number, index) < city.poison:
            yield _poisoned(city, act, mix(city.seed, 14, person.number, number, index))
        else:
            yield act


def _at_site(scene: Scene) -> Iterator[Act]:
    city, person, visit, number, dice = scene
    roll = dice.random
    shared = person.tablet is not None and roll() < 0.5
    if shared:
        browser = Given("device", person.tablet or "")
    elif roll() < city.private_window:
        browser = Given("device", people.device(city.seed, person.number, 3_000_000 + number))
    else:
        browser = Given("device", people.device(city.seed, person.number, 1 + int(roll() ** 2 * person.browsers)))
    signs_in = person.user_id is not None and (shared or roll() < 0.5)
    second = visit.second
    known: tuple[Given, ...] = (browser,)
    yield Act("site", "page", "Home", second, known)
    looks = 1 + int(roll() * roll() * 5)
    for look in range(looks):
        second += 10 + int(roll() * 90)
        yield Act("site", "track", "Product Viewed", second, known, product=_product(roll))
        if look == 0 and signs_in:
            known = (browser, Given("user_id", person.user_id or ""))
            yield Act("site", "track", "Signed In", second + 5, known)
            yield Act("site", "identify", "", second + 6, (*known, *_account(scene)), names=_names(scene))
    if visit.buys:
        contacts = () if signs_in else _guest(scene)
        yield from _purchase("site", scene, second + 30, known, contacts)


def _at_app(scene: Scene) -> Iterator[Act]:
    _city, person, visit, number, dice = scene
    roll = dice.random
    known: tuple[Given, ...] = (Given("device", person.app or ""),)
    signed_in = person.user_id is not None and (number > 0 or roll() < 0.5)
    if signed_in:
        known = (*known, Given("user_id", person.user_id or ""))
    push = (Given("push_token", person.push_token),) if person.push_token else ()
    second = visit.second
    yield Act("app", "track", "Application Opened", second, known + push)
    if signed_in and roll() < 0.2:
        yield Act("app", "identify", "", second + 1, (*known, *_account(scene)), names=_names(scene))
    for _look in range(1 + int(roll() * roll() * 4)):
        second += 5 + int(roll() * 60)
        yield Act("app", "track", "Product Viewed", second, known, product=_product(roll))
    if visit.buys:
        yield from _purchase("app", scene, second + 20, known, () if signed_in else (scene.phone,))


def _at_till(scene: Scene) -> Iterator[Act]:
    given = _said_at_till(scene)
    if given:
        basket = _basket(scene, "till")
        yield Act(
            "till", "track", "Order Completed", scene.visit.second, given, basket=basket, store=scene.person.store
        )


def _at_kiosk(scene: Scene) -> Iterator[Act]:
    city, person, visit, _number, dice = scene
    roll = dice.random
    stand = (Given(*people.kiosk(city, person.store), PUBLIC),)
    second = visit.second
    for _look in range(1 + int(roll() * 2)):
        second += 8 + int(roll() * 30)
        yield Act("kiosk", "track", "Product Viewed", second, stand, product=_product(roll), store=person.store)
    if visit.buys:
        said = (Given("loyalty_card", person.card),) if person.card else (scene.phone,)
        basket = _basket(scene, "kiosk")
        yield Act("kiosk", "track", "Order Completed", second + 25, stand + said, basket=basket, store=person.store)


def _on_phone(scene: Scene) -> Iterator[Act]:
    _city, person, visit, _number, dice = scene
    roll = dice.random
    second = visit.second
    caller = Given("phone", person.second_phone) if person.second_phone and roll() < 0.4 else scene.phone
    yield Act("callcentre", "track", "Call Started", second, (caller,))
    if roll() < 0.4:
        yield Act("callcentre", "identify", "", second + 40, (caller,), names=_names(scene))
    if visit.buys:
        said: tuple[Given, ...] = (caller,)
        if person.card and roll() < 0.5:
            said = (caller, Given("loyalty_card", person.card))
        elif person.email and roll() < 0.6:
            said = (caller, Given("email", person.email))
        basket = _basket(scene, "callcentre")
        yield Act("callcentre", "track", "Order Completed", second + 180, said, basket=basket)


def _back_to_store(scene: Scene) -> Iterator[Act]:
    person = scene.person
    said = Given("loyalty_card", person.card) if person.card else scene.phone
    basket = _basket(scene, "returned")
    yield Act("till", "track", "Order Refunded", scene.visit.second, (said,), basket=basket, store=person.store)


def _back_by_site(scene: Scene) -> Iterator[Act]:
    city, person, visit, _number, _dice = scene
    known = (Given("device", people.device(city.seed, person.number, 1)), Given("user_id", person.user_id or ""))
    yield Act("site", "track", "Order Refunded", visit.second, known, basket=_basket(scene, "returned"))


_PLAYS: dict[int, Callable[[Scene], Iterator[Act]]] = {
    SITE: _at_site,
    APP: _at_app,
    TILL: _at_till,
    KIOSK: _at_kiosk,
    CALL: _on_phone,
    RETURN_TO_STORE: _back_to_store,
    RETURN_BY_SITE: _back_by_site,
}


def _purchase(
    source: str, scene: Scene, second: int, known: tuple[Given, ...], contacts: tuple[Given, ...]
) -> Iterator[Act]:
    basket = _basket(scene, source)
    yield Act(source, "track", "Product Added", second, known, product=basket.lines[0][0])
    yield Act(source, "track", "Checkout Started", second + 20, known, basket=basket)
    yield Act(source, "track", "Order Completed", second + 95, known + contacts, basket=basket)


def _account(scene: Scene) -> tuple[Given, ...]:
    """What the account holds and the site tells at log-in."""
    person, roll = scene.person, scene.dice.random
    given = [scene.phone]
    if person.email:
        given.append(Given("email", person.email))
    if person.card and roll() < 0.6:
        given.append(Given("loyalty_card", person.card))
    if person.telegram and roll() < 0.5:
        given.append(Given("telegram", person.telegram))
    return tuple(given)


def _guest(scene: Scene) -> tuple[Given, ...]:
    """What somebody gives who buys without logging in: a phone, an e-mail or both."""
    person, roll = scene.person, scene.dice.random
    if not person.email:
        return (scene.phone,)
    email = Given("email", person.email)
    draw = roll()
    return (scene.phone,) if draw < 0.4 else (email,) if draw < 0.5 else (scene.phone, email)


def _said_at_till(scene: Scene) -> tuple[Given, ...]:
    """A card, a phone typed by the cashier (his own or a relative's, rarely with a slip), both or nothing."""
    city, person, _visit, _number, dice = scene
    roll = dice.random
    card = (Given("loyalty_card", person.card),) if person.card and roll() < 0.85 else ()
    if roll() >= (0.3 if card else 0.9):
        return card
    phone = Given("phone", person.family_phone) if person.family_phone else scene.phone
    if roll() < city.typos:
        wrong = people.mistyped(city, phone.value, dice)
        phone = Given("phone", wrong, MISTAKEN) if wrong != phone.value else phone
    return (*card, phone)


def _names(scene: Scene) -> tuple[str, str]:
    return people.spelled(scene.city, scene.person, scene.dice)


def _product(roll: Callable[[], float]) -> int:
    """Few goods are looked at often (a power law)."""
    return int(roll() ** 3 * GOODS)


def _basket(scene: Scene, source: str) -> Basket:
    """The order of this visit; a return names the same order and one of its lines."""
    person, visit = scene.person.number, scene.visit
    draw = mix(scene.city.seed, 15, person, visit.purchase)
    first = int(((draw & 0xFFFF) / 65_536) ** 3 * GOODS)
    lines = [(first, 1)]
    if source != "returned":
        more = range((draw >> 16) % 3)
        lines += [((first + 37 * (place + 1)) % GOODS, 1 + (draw >> (20 + place)) % 2) for place in more]
    return Basket(f"{person}-{visit.purchase}", tuple(lines))


def _poisoned(city: City, act: Act, draw: int) -> Act:
    """The act with a value that stands for nobody: in place of a real one of its kind, or beside."""
    choices = POISONS[act.source]
    if act.source == "site" and any(given.kind == "user_id" for given in act.given):
        choices = choices[:1]
    if act.source == "till" and people.has_cashiers_card(act.store or 0):
        choices = (people.cashiers_card(city, act.store or 0),)
    poison = Given(*choices[draw % len(choices)], POISONED)
    if poison.kind == "device":
        return act._replace(given=(*act.given, poison))
    kept = tuple(given for given in act.given if given.kind != poison.kind)
    return act._replace(given=(*kept, poison))
