"""`edino demo --check` on an empty home: the published figures come out, and again when it is repeated."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edino.integrations.demo.figures import PUBLISHED
from edino.kernel import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_the_published_figures_come_out_twice(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "EDINO_DATABASE_URL"}
    command = [sys.executable, "-c", "from edino.site.cli import main; main()", "demo", "--check", "--shoppers", "100"]
    try:
        for _ in range(2):
            done = subprocess.run(
                command, env={**environment, "EDINO_HOME": str(tmp_path)}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            printed = dict(line.split("=", 1) for line in done.stdout.splitlines())
            assert {name: printed[name] for name in PUBLISHED} == PUBLISHED
            assert printed["month_rejected"] == "0"
            assert printed["check"] == "ok"
    finally:
        postgres.stop(tmp_path)
