"""`edino bench`: the measurements in the `bench` folder of the source tree, each a program of its own.

Each runs in a process of its own, because it chooses its database before any setting is read: what it measures never
is the database that this installation works with.
"""

import os
import subprocess
import sys
from pathlib import Path

import click

from edino.kernel.errors import NotFound

FOLDER = Path(__file__).resolve().parents[3] / "bench"
NOT_HERE = 77
"""Exit code of a bench that this machine has not the data for, as test programs have it by custom."""


class NoBenches(NotFound):
    """The benches are not installed with Edino; run this from a clone of its source."""

    code = "no_benches"


class UnknownBench(NotFound):
    """There is no bench %(name)s; there are: %(known)s."""

    code = "unknown_bench"


@click.command("bench", context_settings={"allow_interspersed_args": False})
@click.argument("name", default="")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str, arguments: tuple[str, ...]) -> None:
    """Measure what Edino promises, on a database made for it and thrown away.

    NAME is a bench or `all`; without it they are listed. What follows NAME goes to the bench: `edino bench card
    --customers 100000`, `edino bench card --help`. Prints name=value lines; exit 1 when a promise is not kept.
    """
    found = benches()
    if not name:
        for known, purpose in found.items():
            click.echo(f"{known:<12}{purpose}")
    elif name == "all":
        sys.exit(_all(list(found), arguments))
    elif name in found:
        sys.exit(_run(name, arguments))
    else:
        raise UnknownBench(name=name, known=", ".join(found))


def benches() -> dict[str, str]:
    """What can be measured and the first line of what it says of itself, by name; `NoBenches` without the sources."""
    found = {file.stem: _purpose(file) for file in sorted(FOLDER.glob("*.py"))}
    if not found:
        raise NoBenches
    return found


def _all(names: list[str], arguments: tuple[str, ...]) -> int:
    """Run one after another, so that they do not measure each other; 1 when one of them fails."""
    if arguments:
        raise click.UsageError("`all` takes no arguments: each bench has its own")
    codes = {}
    for name in names:
        click.echo(f"# {name}")
        codes[name] = _run(name, ())
    for name, code in codes.items():
        click.echo(f"bench_{name}={'kept' if code == 0 else 'not_here' if code == NOT_HERE else 'broken'}")
    return 0 if set(codes.values()) <= {0, NOT_HERE} else 1


def _run(name: str, arguments: tuple[str, ...]) -> int:
    sys.stdout.flush()
    found = os.pathsep.join([str(FOLDER.parent), *filter(None, [os.environ.get("PYTHONPATH")])])  # what benches share
    command = [sys.executable, "-m", f"{FOLDER.name}.{name}", *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": found}, check=False).returncode


def _purpose(file: Path) -> str:
    first = file.read_text(encoding="utf-8").partition('"""')[2].partition("\n")[0]
    return first.partition(": `")[0].rstrip('."')
