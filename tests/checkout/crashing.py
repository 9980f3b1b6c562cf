"""The settings and the app of a web server that ends itself (kill -9) at a numbered point of checkout.

`DJANGO_SETTINGS_MODULE=tests.checkout.crashing`, and CRASH_FILE holds the number of the point; it dies there once.
"""

import os
import signal
from pathlib import Path

from django.apps import AppConfig

from edino.site.settings import *  # noqa: F403 - everything is as in a shop, but for one app
from edino.site.settings import INSTALLED_APPS as USUAL

INSTALLED_APPS = [*USUAL, "tests.checkout.crashing.Crashing"]


class Crashing(AppConfig):
    """Listens to checkout's points."""

    name = "tests.checkout"
    label = "crashing"

    def ready(self) -> None:
        from edino.checkout.api.crossing import listeners  # models must be loaded first

        listeners.append(die)


def die(point: int) -> None:
    """Die here, if this is the point; the file goes first, so that the next process lives."""
    file = Path(os.environ["CRASH_FILE"])
    try:
        wanted = file.read_text() == str(point)
        if wanted:
            file.unlink()
    except FileNotFoundError:
        return
    if wanted:
        os.kill(os.getpid(), signal.SIGKILL)
