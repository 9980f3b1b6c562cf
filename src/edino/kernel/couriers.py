"""Couriers bring a short message (a code, a link) to a contact. Messaging registers better ones; two are here.

A courier is registered in `registry.couriers` by the name of the channel it serves (email, sms, …). Where none is, the
message is printed where the program runs, so that a fresh installation can be tried without a provider.
"""

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, Protocol

import structlog
from django.conf import settings
from django.core.mail import EmailMessage

from edino.kernel import registry

logger = structlog.get_logger("edino.couriers")
_AT_ONCE: Final = 4
_pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="courier")
_pending: set["Future[None]"] = set()


class Courier(Protocol):
    """Whoever can bring a message to a contact of its channel."""

    def deliver(self, channel: str, to: str, subject: str, text: str) -> None:
        """Hand it over; raises when that failed. Called outside of transactions, from any thread."""


class Smtp:
    """E-mail by the server that the settings name."""

    def deliver(self, channel: str, to: str, subject: str, text: str) -> None:  # noqa: ARG002 - as every courier
        """Send one message."""
        EmailMessage(subject, text, to=[to]).send()


class Console:
    """Prints what it should bring: for installations without a provider of this channel."""

    def deliver(self, channel: str, to: str, subject: str, text: str) -> None:
        """Print one message."""
        sys.stderr.write(f"--- {channel} to {to}: {subject}\n{text}\n---\n")
        sys.stderr.flush()


SMTP: Final = Smtp()


def serves(channel: str) -> bool:
    """Whether a real courier serves the channel; mail that is only printed is none."""
    courier = registry.couriers.get(channel)
    return courier is not None and not (courier is SMTP and settings.EMAIL_BACKEND.endswith("console.EmailBackend"))


def deliver(channel: str, to: str, subject: str, text: str) -> None:
    """Hand a message to the courier of a channel, or to the console where there is none."""
    courier: Courier = registry.couriers.get(channel) or Console()
    courier.deliver(channel, to, subject, text)


def soon(work: Callable[[], None]) -> None:
    """Do something about a delivery without keeping the caller waiting. What fails is noted, without the contact.

    The caller's answer so takes the same time whether or not there was anything to deliver.
    """
    begun = _pool.submit(_safely, work)
    _pending.add(begun)
    begun.add_done_callback(_pending.discard)


def _safely(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - nobody waits for this thread, so it must tell itself
        logger.warning("a message was not delivered", error=type(error).__name__)


def settle(seconds: float = 30) -> None:
    """Wait until everything handed to `soon` by now has been tried."""
    wait(list(_pending), timeout=seconds)
