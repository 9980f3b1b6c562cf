"""What every bench stands on: a durable database of its own, and the web server as `edino serve` starts it."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database() -> Iterator[tuple[Path, str]]:
    """An embedded database with Edino's tables, thrown away afterwards; Django is set up on it. Its home and URL."""
    with tempfile.TemporaryDirectory(prefix="edino-bench-") as folder:
        home = Path(folder)
        os.environ.update(EDINO_HOME=folder, DJANGO_SETTINGS_MODULE="edino.site.settings")
        os.environ.setdefault("EDINO_LOG_LEVEL", "WARNING")
        os.environ.pop("EDINO_DATABASE_URL", None)
        from edino.kernel import postgres  # the home must be chosen first

        url = postgres.ensure(home)
        try:
            import django  # the settings read the environment prepared above

            django.setup()
            from edino.kernel import processes, views  # as above

            views.migrate()
            yield home, url
            processes.let_go()
        finally:
            postgres.stop(home)


@contextmanager
def server(home: Path, url: str, *, workers: int = 2, threads: int | None = None) -> Iterator[tuple[int, int]]:
    """The web server alone, on a free port: the port, and the process that everything of it hangs on."""
    from edino.kernel import processes  # the settings must be ready first

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "EDINO_HOME": str(home), "EDINO_DATABASE_URL": url}
    process = subprocess.Popen(processes.web("127.0.0.1", port, workers, threads), env=environment)
    try:
        for _ in range(1200):
            if process.poll() is not None:
                raise SystemExit("the web server did not start")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise TimeoutError("the web server did not begin within two minutes")
        time.sleep(1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)
