"""The settings an installation may give, `EDINO_*`. docs/settings.md is the table for people."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edino.kernel import postgres


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, with defaults for a machine that says nothing."""

    home: Path
    database_url: str
    secret_key: str
    hosts: list[str]
    origins: list[str]
    secure: bool
    language: str
    time_zone: str
    pool_size: int
    workers: int


def read(given: Mapping[str, str] | None = None) -> Environment:
    """Read `EDINO_*`; a secret key nobody gave is made once and kept in the home directory, readable by its owner."""
    values = os.environ if given is None else given
    home = Path(values.get("EDINO_HOME") or Path.home() / ".edino").expanduser().absolute()
    return Environment(
        home=home,
        database_url=values.get("EDINO_DATABASE_URL", ""),
        secret_key=values.get("EDINO_SECRET_KEY") or _kept_secret(home),
        hosts=_words(values.get("EDINO_HOSTS", "127.0.0.1,localhost,[::1]")),
        origins=_words(values.get("EDINO_ORIGINS", "")),
        secure=values.get("EDINO_SECURE", "") == "1",
        language=values.get("EDINO_LANGUAGE", "en"),
        time_zone=values.get("EDINO_TIME_ZONE", "UTC"),
        pool_size=int(values.get("EDINO_POOL_SIZE", "8")),
        workers=int(values.get("EDINO_WORKERS", "2")),
    )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _kept_secret(home: Path) -> str:
    path = home / "secret_key"
    unfinished = path.with_name(f".secret_key.{secrets.token_hex(4)}")
    try:
        if path.exists():
            return path.read_text(encoding="ascii").strip()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        # Linking is atomic and never overwrites: of two processes that start at once, the first one's key stays.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(unfinished)
    except OSError as refused:
        raise postgres.HomeNotWritable(
            f"{home} cannot be written ({refused.strerror}). Set EDINO_HOME to a directory of yours."
        ) from refused
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()
    return path.read_text(encoding="ascii").strip()
