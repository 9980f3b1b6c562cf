"""`edino doctor`: look at the settings, the database and the machine, and say what to mend.

Domains add checks to `registry.doctor_checks`: a name and a function `() -> Iterable[Finding]`.
"""

import difflib
import ipaddress
import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import psycopg
from psycopg.conninfo import conninfo_to_dict

from edino.kernel import clock, postgres, registry

State = Literal["well", "doubtful", "broken"]
SIGNS: Final[Mapping[State, str]] = {"well": "ok  ", "doubtful": "hmm ", "broken": "BAD "}

GIGABYTE: Final = 1024**3
LEAST_PYTHON: Final = (3, 11)
CLOCK_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and what to do when it is not well."""

    subject: str
    state: State
    text: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the environment: what it is for, and what is wrong with a value (None: nothing)."""

    name: str
    purpose: str
    default: str
    wrong: Callable[[str], str | None]
    secret: bool = False


def _free(_value: str) -> str | None:
    return None


def _whole(low: int, high: int) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if value.isdigit() and low <= int(value) <= high:
            return None
        return f"is not a whole number between {low} and {high}"

    return check


def _among(*words: str) -> Callable[[str], str | None]:
    return lambda value: None if value in words else f"is not one of {', '.join(words)}"


def _zone(value: str) -> str | None:
    if value in available_timezones():
        return None
    near = difflib.get_close_matches(value, available_timezones(), n=1)
    return "is not a time zone of the IANA list" + (f"; did you mean {near[0]}?" if near else "")


def _database(value: str) -> str | None:
    if not value.startswith(("postgresql://", "postgres://")):
        return "does not begin with postgresql://"
    try:
        conninfo_to_dict(value)
    except psycopg.Error as error:
        return f"cannot be read as a URL ({str(error).strip()})"
    return None


def _long_secret(value: str) -> str | None:
    return None if len(value) >= 32 else "is shorter than 32 characters"


def _origins(value: str) -> str | None:
    for origin in filter(None, (each.strip() for each in value.split(","))):
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
            return f"holds {origin}, which is not like https://shop.example"
    return None


def _address(value: str) -> str | None:
    parts = urlsplit(value)
    return None if parts.scheme in {"http", "https"} and parts.netloc else "is not like https://api.example/v3"


def _networks(value: str) -> str | None:
    for network in filter(None, (each.strip() for each in value.split(","))):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            return f"holds {network}, which is no network of addresses"
    return None


def _hosts(value: str) -> str | None:
    for host in filter(None, (each.strip() for each in value.split(","))):
        if "/" in host:
            return f"holds {host}: give names only, without http:// and paths"
    return None


def _absolute(value: str) -> str | None:
    return None if Path(value).expanduser().is_absolute() else "is not an absolute path"


def _amounts(value: str) -> str | None:
    for one in filter(None, (each.strip() for each in value.split(","))):
        if not re.fullmatch(r"[A-Z]{3}:\d{1,9}", one):
            return f"holds {one}, which is not like RUB:5000"
    return None


def _seconds(value: str) -> str | None:
    try:
        return None if 0 < float(value) <= 600 else "is not between 0 and 600 seconds"
    except ValueError:
        return "is not a number of seconds"


SETTINGS: Final = (
    Setting("EDINO_HOME", "where the embedded database, the secret key and uploads lie", "~/.edino", _free),
    Setting("EDINO_DATABASE_URL", "a PostgreSQL server instead of the embedded one", "", _database, secret=True),
    Setting(
        "EDINO_SECRET_KEY",
        "signs sessions; give it when several machines serve",
        "made once, kept in EDINO_HOME",
        _long_secret,
        secret=True,
    ),
    Setting("EDINO_HOSTS", "names under which the web is reached, with commas", "127.0.0.1,localhost,[::1]", _hosts),
    Setting("EDINO_ORIGINS", "origins from which forms may be sent, with commas", "", _origins),
    Setting("EDINO_SECURE", "1: cookies travel by HTTPS only; for everything but a try-out", "", _among("0", "1")),
    Setting("EDINO_PROXIES", "how many proxies stand before the web", "0", _whole(0, 9)),
    Setting("EDINO_LANGUAGE", "language when the visitor names none: en, ru", "en", _among("en", "ru")),
    Setting("EDINO_TIME_ZONE", "time zone of the screens when a person has none", "UTC", _zone),
    Setting("EDINO_WORKERS", "web processes of edino serve", "2", _whole(1, 64)),
    Setting("EDINO_POOL_SIZE", "database connections of each process", "8", _whole(1, 100)),
    Setting("EDINO_LOG_LEVEL", "least level of log lines", "INFO", _among("DEBUG", "INFO", "WARNING", "ERROR")),
    Setting("EDINO_METRICS_TOKEN", "lets a watcher on another machine read /metrics", "", _long_secret, secret=True),
    Setting("EDINO_SMTP_HOST", "mail server; without it mail is printed to the log", "", _free),
    Setting("EDINO_SMTP_PORT", "its port", "25", _whole(1, 65535)),
    Setting("EDINO_SMTP_USER", "log-in at the mail server", "", _free),
    Setting("EDINO_SMTP_PASSWORD", "password at the mail server", "", _free, secret=True),
    Setting("EDINO_SMTP_TLS", "1: speak TLS with the mail server", "", _among("0", "1")),
    Setting("EDINO_MAIL_FROM", "sender of mails", "edino@localhost", _free),
    Setting("EDINO_DATA", "folder of real data sets, for tests and benchmarks", "../shared/data", _free),
    Setting("EDINO_SHOP_ADDRESS", "where shoppers reach the shop, for links and returns from payment", "", _origins),
    Setting("EDINO_SHOP_NAME", "what the shop is called, in its pages and its feeds", "Edino", _free),
    Setting("EDINO_DELIVERY_PRICE", "what a delivery costs in the shop, minor units", "0", _whole(0, 10**9)),
    Setting("EDINO_EXCHANGE_FILE_LIMIT", "bytes of a part of a file from 1C", "4194304", _whole(256, 64 << 20)),
    Setting("EDINO_EXCHANGE_SECONDS", "how long one request of 1C works on an import", "15", _seconds),
    Setting("EDINO_EXCHANGE_ZIP", "whether 1C is asked for archives: yes, no", "yes", _among("yes", "no")),
    Setting("EDINO_CART_MERGE", "how two carts of one customer become one", "max", _among("max", "sum", "ask")),
    Setting("EDINO_PARCEL_DAYS", "days after which a parcel not heard of is shown", "14", _whole(1, 365)),
    Setting("EDINO_RECEIPTLESS_DAYS", "days in which returns without a receipt are counted", "90", _whole(1, 3650)),
    Setting("EDINO_RECEIPTLESS_TIMES", "how many of them a customer may bring in these days", "3", _whole(0, 1000)),
    Setting("EDINO_RECEIPTLESS_AMOUNTS", "for how much in all, by currency", "RUB:5000, …", _amounts),
    Setting("EDINO_YOOKASSA_SHOP", "number of the shop at YooKassa; without it YooKassa is off", "", _free),
    Setting("EDINO_YOOKASSA_KEY", "its secret key", "", _free, secret=True),
    Setting("EDINO_YOOKASSA_STEPS", "2: authorise, then take; 1: take at once", "2", _among("1", "2")),
    Setting("EDINO_YOOKASSA_URL", "where its API is, for tests", "https://api.yookassa.ru/v3", _address),
    Setting(
        "EDINO_YOOKASSA_ADDRESSES", "networks its notifications come from, with commas", "those it names", _networks
    ),
    Setting("EDINO_ATOL_LOGIN", "log-in at ATOL Online; without it no fiscal receipts are made there", "", _free),
    Setting("EDINO_ATOL_PASSWORD", "its password", "", _free, secret=True),
    Setting("EDINO_ATOL_GROUP", "the group of devices", "", _free),
    Setting("EDINO_ATOL_INN", "the company's taxpayer number", "", _free),
    Setting("EDINO_ATOL_TAX_SYSTEM", "its system of taxes, in the protocol's words", "osn", _free),
    Setting("EDINO_ATOL_EMAIL", "the address its receipts come from", "", _free),
    Setting("EDINO_ATOL_URL", "where its API is", "https://online.atol.ru/possystem/v5", _address),
    Setting("EDINO_ATOL_CALLBACK", "an address it may call when a receipt is made", "", _address),
    Setting("EDINO_CHROMIUM", "browser for the browser tests", "chromium, if installed", _absolute),
)


def examine(given: Mapping[str, str] | None = None) -> list[Finding]:
    """All checks, in the order a person would mend them."""
    values = os.environ if given is None else given
    found = [*settings(values), *_machine(values)]
    database = _database_reached(values)
    found.append(database)
    if database.state == "well":
        found += _database_state(values)
    for name, check in registry.doctor_checks:
        try:
            found += check()
        except Exception as error:  # noqa: BLE001 - one broken check must not hide what the others find
            found.append(Finding(name, "broken", f"the check itself failed: {type(error).__name__}: {error}"))
    return found


def settings(given: Mapping[str, str]) -> list[Finding]:
    """The settings alone; needs neither Django nor a database, so it can be asked before anything starts."""
    known = {setting.name: setting for setting in SETTINGS}
    found = []
    for name in sorted(name for name in given if name.startswith("EDINO_")):
        setting = known.get(name)
        if setting is None:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f"Did you mean {near[0]}?" if near else "Remove it, or look for its name in docs/settings.md."
            found.append(Finding(name, "doubtful", "is no setting of Edino", mend))
        elif given[name] and (wrong := setting.wrong(given[name])):
            shown = "its value" if setting.secret else repr(given[name])
            found.append(Finding(name, "broken", f"{shown} {wrong}", f"It is: {setting.purpose}."))
        else:
            found.append(Finding(name, "well", "set" if setting.secret else given[name] or "empty"))
    if given.get("EDINO_SECURE") != "1" and any(map(_public, given.get("EDINO_HOSTS", "").split(","))):
        mend = "Put the web behind HTTPS and set EDINO_SECURE=1."
        found.append(Finding("EDINO_SECURE", "doubtful", "is not 1, though EDINO_HOSTS names public addresses", mend))
    return found


def _public(host: str) -> bool:
    name = host.strip().strip("[]")
    if name in {"", "localhost"} or name.endswith((".localhost", ".local", ".test")):
        return False
    try:
        return not ipaddress.ip_address(name).is_private
    except ValueError:
        return True


def _machine(values: Mapping[str, str]) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    old = sys.version_info[:2] < LEAST_PYTHON
    yield Finding("Python", "broken" if old else "well", version, "Install Python 3.11 or newer." if old else "")
    home = Path(values.get("EDINO_HOME") or postgres.home()).expanduser()
    there = next(each for each in (home, *home.parents) if each.exists())
    if not os.access(there, os.W_OK):
        yield Finding("EDINO_HOME", "broken", f"{home} cannot be written", "Set it to a directory of yours.")
    elif home.exists() and home.stat().st_mode & 0o007:
        yield Finding("EDINO_HOME", "doubtful", f"{home} is open to others", f"Run: chmod o-rwx {home}")
    free = shutil.disk_usage(there).free
    state: State = "broken" if free < GIGABYTE // 4 else "doubtful" if free < 2 * GIGABYTE else "well"
    mend = "" if state == "well" else "Free some room, or move EDINO_HOME to a larger disk."
    yield Finding("disk", state, f"{free / GIGABYTE:.1f} GB free where {home} lies", mend)
    if host := values.get("EDINO_SMTP_HOST"):
        yield _mail_server(host, int(values.get("EDINO_SMTP_PORT") or 25))
    browser = values.get("EDINO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    text = str(browser) if browser else "none; only the browser tests need one"
    yield Finding("browser", "well", text)


def _mail_server(host: str, port: int) -> Finding:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError as refused:
        mend = "Check EDINO_SMTP_HOST and EDINO_SMTP_PORT, and that this machine may reach it."
        return Finding("mail server", "broken", f"{host}:{port} does not answer ({refused})", mend)
    return Finding("mail server", "well", f"{host}:{port} answers")


def _database_reached(values: Mapping[str, str]) -> Finding:
    given = values.get("EDINO_DATABASE_URL")
    try:
        url = given or postgres.ensure(Path(values.get("EDINO_HOME") or postgres.home()))
        server = postgres.check(url)
    except postgres.DatabaseError as refused:
        what, _, mend = str(refused).partition(". ")
        return Finding("database", "broken", what, mend)
    where = "given by EDINO_DATABASE_URL" if given else "embedded"
    return Finding("database", "well", f"PostgreSQL {server.version // 10000}.{server.version % 10000}, {where}")


def _database_state(values: Mapping[str, str]) -> Iterator[Finding]:
    from edino.kernel import health  # settings may be so wrong that Django cannot start; then we never get here

    url = values.get("EDINO_DATABASE_URL") or postgres.url(Path(values.get("EDINO_HOME") or postgres.home()))
    with psycopg.connect(url) as connection:
        [(skew, published, connections, size)] = connection.execute(
            "SELECT abs(extract(epoch FROM clock_timestamp() - to_timestamp(%s)))::float8,"
            " (SELECT count(*) FROM pg_views WHERE schemaname = 'pub'),"
            " current_setting('max_connections')::int, pg_database_size(current_database())::float8",
            [clock.now().timestamp()],
        ).fetchall()
    yield (
        Finding("clock", "well", "agrees with the database's")
        if skew < CLOCK_SECONDS
        else Finding("clock", "broken", f"differs from the database's by {skew:.0f} s", "Run an NTP client on both.")
    )
    yield Finding("database size", "well", f"{size / GIGABYTE:.2f} GB, at most {connections} connections")
    if not health.migrated() and not values.get("EDINO_DATABASE_URL"):
        yield Finding("migrations", "doubtful", "some are missing; the next command applies them by itself")
        return
    if not health.migrated():
        yield Finding("migrations", "broken", "the database is not of this version", "Run: edino migrate")
        return
    yield Finding("migrations", "well", f"all applied, {published} published views")
    yield from _late([state.reader for state in health.readers() if state.late])


def _late(late: list[str]) -> Iterator[Finding]:
    if late:
        mend = "Run edino work (edino serve runs one unless --no-worker); its log says what stops it."
        yield Finding("readers", "doubtful", f"stand behind and do not move: {', '.join(late)}", mend)
    else:
        yield Finding("readers", "well", "none stands behind for long")
