"""What the demo does, step by step; each step may be repeated and changes nothing the second time."""

import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

import click
import httpx
import msgspec

from edino.channels import api as channels
from edino.channels.errors import NoSuchSource
from edino.channels.types import Scope, Source
from edino.integrations.demo import card_story, figures, shoes_story, shop
from edino.integrations.demo.goods import goods
from edino.integrations.demo.telling import Pocket, Teller
from edino.integrations.simulator import SOURCES, City, generate
from edino.integrations.simulator.sending import Sender, Sent
from edino.kernel import clock, environment
from edino.kernel.errors import Refusal
from edino.kernel.imports import mapping
from edino.kernel.imports.command import importer_of
from edino.kernel.imports.engine import Job, Progress, run
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Report
from edino.kernel.processes import PortTaken
from edino.staff import api as staff

SHOP = "Online Retail"
_CHANNELS = {"site": "site", "app": "app", "till": "store", "kiosk": "kiosk", "callcentre": "call_centre"}
_SECONDS_TO_SAY = 60
Web = subprocess.Popen[bytes]


class NotUp(Refusal):
    """The web died before it came up at %(url)s; %(log)s says why."""

    code = "not_up"
    status = 503


@dataclass(frozen=True, slots=True)
class LogIn:
    """An account to look around with."""

    role: str
    email: str
    password: str


PEOPLE = (
    ("administrator", "irina@edino.example", "Irina"),
    ("associate", "anya@edino.example", "Anya"),
    ("merchandiser", "marta@edino.example", "Marta"),
    ("operator", "oleg@edino.example", "Oleg"),
    ("marketer", "vera@edino.example", "Vera"),
)
_ASKING = {Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE, Scope.CATALOGUE_READ, Scope.STOCK_READ, Scope.CARTS_WRITE}
SYSTEMS = {
    "erp": ("site", {Scope.CATALOGUE_WRITE, Scope.PRICES_WRITE, Scope.PROMOTIONS_WRITE, Scope.STOCK_WRITE}),
    "site": ("site", _ASKING),
    "app": ("app", {*_ASKING, Scope.CATALOGUE_WRITE}),
    "desk": (
        "call_centre",
        {*_ASKING, Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.RETURNS_WRITE, Scope.PROMOTIONS_WRITE},
    ),
    "till": ("store", {*_ASKING, Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.RETURNS_WRITE}),
}
"""The systems of the stories: name → channel, what its key may do."""


def retailer() -> Source:
    """The source of the invoices."""
    return _source(SHOP, "site", "Europe/London")


def load_invoices(progress: Progress) -> Report:
    """Import the year of invoices that lies in the package."""
    folder = files("edino.integrations.demo")
    with as_file(folder / "online_retail.parquet") as file, as_file(folder / "online_retail.toml") as told:
        shape = mapping.load(Path(told))
        return run(Job(Path(file), "orders", importer_of("orders"), shape, Options(), retailer().name), progress)


def open_shop() -> shop.Shop:
    """The catalogue, prices, locations and opening stock of the year; nothing changes the second time."""
    return shop.open_shop(retailer(), goods())


def stock_stores() -> int:
    """What the year left over goes to the stores, a few pieces each; how many movements that were."""
    return shop.stock_stores(retailer(), goods())


def month_sources() -> dict[str, Source]:
    """The simulated retailer's systems by the simulator's names for them."""
    return {name: _source(f"Demo {name}", _CHANNELS[name], "Europe/Moscow") for name in SOURCES}


def send_month(url: str, shoppers: int) -> Sent:
    """Play the last thirty days through the collector, once: the next demo finds them there and sends nothing."""
    state = _State.read()
    if state.sent and figures.of_month([source.id for source in month_sources().values()]).events:
        return Sent(Counter(state.sent), state.rejected)
    keys = {
        name: channels.issue_key(source=source, scopes=[Scope.EVENTS_WRITE], by=staff.COMMAND_LINE)
        for name, source in month_sources().items()
    }
    first_day = date.fromisoformat(state.first_day)
    with Sender(url, keys) as sender:
        for event in generate(City(shoppers=shoppers, days=30, start=first_day)):
            sender.add(event)
    _State(state.first_day, dict(sender.sent.events), sender.sent.rejected).write()
    return sender.sent


def tell_stories(url: str, say: Callable[[str], None]) -> int:
    """Walk the stories through the public API; how many steps they had. StoryBroken when something is not so."""
    keys = {}
    for name, (channel, scopes) in SYSTEMS.items():
        source = _source(f"Story {name}", channel, shop.ZONE)
        keys[name] = channels.issue_key(source=source, scopes=scopes, by=staff.COMMAND_LINE)
    steps = 0
    with Teller(url, keys, say) as teller:
        for tell in (shoes_story.tell, partial(card_story.tell, pocket=Pocket(_log()), sku=shoes_story.SKU)):
            tell(teller)
            steps += len(teller.told.steps)
    return steps


def log_ins() -> list[LogIn]:
    """Accounts of five roles, with passwords made anew each time because nobody can read the old ones."""
    made: list[LogIn] = []
    for role, email, name in PEOPLE:
        password = secrets.token_urlsafe(12)
        person = staff.find_person(email=email)
        if person is None:
            _, password = staff.create_user(email=email, name=name, role=role, by=staff.COMMAND_LINE, password=password)
        else:
            password = staff.reset_password(id=person.id, by=staff.COMMAND_LINE)
        made.append(LogIn(role, email, password))
    return made


@contextmanager
def web(port: int) -> Iterator[tuple[str, Web]]:
    """The web in processes of its own: its address, and the process that watches over it."""
    url = f"http://127.0.0.1:{port}"
    program = "from edino.site.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", str(port), "--workers", "2"]
    check_port(port)
    log = _log()
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)
    try:
        if not _comes_up(url, process):
            raise NotUp(url=url, log=log)
        yield url, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def check_port(port: int) -> None:
    """Refuse a port that something else listens on: it would be taken for the web that is waited for."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken.at("127.0.0.1", port) from error


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _comes_up(url: str, process: Web) -> bool:
    """Wait for it as long as it lives: a busy machine is slow, and only a dead process will never answer."""
    patient_until: float | None = time.monotonic() + _SECONDS_TO_SAY
    while process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return True
        except httpx.TransportError:
            pass
        if patient_until is not None and time.monotonic() > patient_until:
            patient_until = None
            click.echo(f"the web is still starting; the machine seems busy, so it is waited for ({_log()})", err=True)
        time.sleep(0.2)
    return False


def _source(name: str, channel: str, time_zone: str) -> Source:
    try:
        return channels.get_source(name=name)
    except NoSuchSource:
        return channels.create_source(
            name=name, channel=channel, time_zone=time_zone, rate_limit=0, by=staff.COMMAND_LINE
        )


@dataclass(frozen=True, slots=True)
class _State:
    """What the first demo of this home fixed: the month's first day (ISO 8601), and what was sent by source."""

    first_day: str
    sent: dict[str, int]
    rejected: int = 0

    @classmethod
    def read(cls) -> "_State":
        try:
            return msgspec.json.decode(_state_path().read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError):
            state = cls((clock.now().date() - timedelta(days=30)).isoformat(), {})
            state.write()
            return state

    def write(self) -> None:
        _state_path().write_bytes(msgspec.json.encode(self))


def _log() -> Path:
    return environment.read().home / "demo.log"


def _state_path() -> Path:
    return environment.read().home / "demo.json"
