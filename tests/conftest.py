"""What every test stands on: one throw-away PostgreSQL per run, and real parts beside it (browser, mail server)."""

import contextlib
import os
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psutil
import pytest

from edino.kernel import postgres
from tests.serving import serve, server_url  # noqa: F401 - fixtures for all tests

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import DjangoDbBlocker, Settings

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "edino-test-"
CLUSTER = pytest.StashKey[Path]()
LONG = (
    *("browser/test_stories", "site/test_fuzz", "architecture/", "browser/", "integrations/", "checkout/test_oversell"),
    *("kernel/test_processes", "site/", "customers/", "checkout/"),
)
"""Where the minutes go, the longest first."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the run's database before Django reads its settings; with `--numprocesses` each worker has its own."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        config.pluginmanager.import_plugin("tests.architecture.ownership")
        return  # this process only hands out the files
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    config.stash[CLUSTER] = home
    try:
        os.environ["EDINO_DATABASE_URL"] = postgres.ensure(home, durable=False)
    except postgres.DatabaseError as refused:
        shutil.rmtree(home, ignore_errors=True)
        raise pytest.UsageError(str(refused)) from refused
    os.environ["EDINO_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "edino.site.settings"
    django.setup()
    config.pluginmanager.import_plugin("tests.architecture.ownership")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What will not be run is not read either: the slow tests think of thousands of examples when they are."""
    return True if collection_path == ROOT / "tests" / "slow" and config.option.markexpr == "not slow" else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Every test has a name of its own: files are handed out by names, and of two alike only one would be run.

    Long files go first, so that no worker begins with one when the others are done. pytest-django has put tests with
    real transactions last, which here nobody needs: each leaves the database as it found it.
    """
    for item in items:
        name, bracket, params = item.name.partition("[")
        if bracket and item.nodeid.endswith(f"::{name}"):  # Schemathesis tells the call to the name alone
            item._id = item.id.with_params(params.removesuffix("]"))
    repeated = [name for name, times in Counter(item.nodeid for item in items).items() if times > 1]
    if repeated:
        raise pytest.UsageError(f"tests of the same name: {', '.join(repeated)}")
    yield
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, name in enumerate(LONG) if item.nodeid.startswith(f"tests/{name}")), len(LONG))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the database and leave nothing behind, also after Ctrl-C."""
    if CLUSTER in config.stash:
        _remove(config.stash[CLUSTER])


def _sweep() -> None:
    """Remove what runs that were killed outright left behind."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        number = left.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            with contextlib.suppress(postgres.DatabaseError, OSError):
                _remove(left)


def _remove(home: Path) -> None:
    postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """Published views beside the tables, and a memory of the reference rows for tests with real transactions."""
    from django.db import connection  # Django is set up only after this file is loaded
    from django.test import TransactionTestCase

    from edino.kernel import views  # as above

    with django_db_blocker.unblock():
        views.create()
        with connection.cursor() as cursor:
            cursor.execute((ROOT / "tests" / "pristine.sql").read_text(encoding="utf-8"))
            cursor.execute("SELECT pristine.remember()")
        connection.close()
    # Django's own flush knows only tables that have a model, and forgets the rows that migrations wrote.
    TransactionTestCase._fixture_teardown = _restore  # type: ignore[attr-defined]
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A program that a test has killed may still be taking its leave, and would keep the database from going.
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        connection.close()


def _restore(_case: Any) -> None:
    from django.db import connection  # Django is set up only after this file is loaded

    with connection.cursor() as cursor:
        cursor.execute("SELECT pristine.restore()")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Every test begins in English, whatever the one before it spoke."""
    from django.utils import translation  # Django is set up only after this file is loaded

    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Where the real data sets lie: EDINO_DATA, by default `../shared/data` beside the project. May be missing."""
    return Path(os.environ.get("EDINO_DATA") or ROOT.parent / "shared" / "data").absolute()


@pytest.fixture(scope="session")
def data_set(data_dir: Path) -> Callable[[str], Path]:
    """`data_set("febrl")` is the folder or file of a real data set; the test is skipped by its name when missing."""

    def find(name: str) -> Path:
        found = data_dir / name
        if not found.exists():
            skip_missing(f"data set {name!r}: set EDINO_DATA to the folder that holds it")
        return found

    return find


def skip_missing(what: str) -> None:
    """The one way a test may be skipped: this machine lacks something it needs, said by name."""
    pytest.skip(f"missing {what}")


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """A real Chromium, for the whole run. With it use `live_server` (pytest-django): `page.goto(live_server.url)`.

    A test with `live_server` commits for real, so it counts as one with `transaction=True`.
    """
    from playwright.sync_api import sync_playwright  # only browser tests pay for it

    program = os.environ.get("EDINO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        skip_missing("browser: install Debian's chromium, or set EDINO_CHROMIUM to one")
    # Playwright's loop runs in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["background-networking", "component-update", "sync", "gpu", "quic"]
    arguments = ["--no-sandbox", "--no-first-run", *[f"--disable-{each}" for each in quiet]]
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: "Browser") -> "Iterator[Page]":
    """A fresh tab with no cookies, in English, as wide as a desktop."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@dataclass(slots=True)
class Mailbox:
    """A mail server on this machine that keeps what it is given."""

    host: str
    port: int
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one message; `X-RcptTo` tells to whom it went."""
        message = BytesParser(policy=modern).parsebytes(envelope.content)
        message["X-RcptTo"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def smtp_server(settings: "Settings") -> Iterator[Mailbox]:
    """A real SMTP server on the loopback, and Django set up to send through it."""
    from aiosmtpd.controller import Controller  # only tests of mail pay for it

    with socket.socket() as probe:  # aiosmtpd greets itself at the port it was told, so 0 would not do
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    mailbox = Mailbox("127.0.0.1", free)
    controller = Controller(mailbox, hostname="127.0.0.1", port=free)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.host, mailbox.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = False
    yield mailbox
    controller.stop()
