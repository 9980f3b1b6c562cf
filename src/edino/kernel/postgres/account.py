"""Who runs the server: we ourselves, or, when we are root, an account that PostgreSQL accepts."""

import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from edino.kernel.postgres.errors import NoUnprivilegedAccount

CANDIDATES = ("edino", "postgres", "nobody", "daemon")


class ProcessArguments(TypedDict, total=False):
    """The arguments of `subprocess` that change the account; none when it stays."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the machine."""

    name: str
    uid: int
    gid: int

    def arguments(self) -> ProcessArguments:
        """Run a child as this account, with no other groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(data: Path, home: Path) -> Account | None:
    """The account to run the server as; None means: as we are.

    Root serves a home of an ordinary user as that user, so that the user can go on with it afterwards.
    """
    if os.geteuid() != 0:
        return None
    if not sys.platform.startswith("linux"):
        # The directories are handed to the server through /proc/self/fd, see cluster.py.
        raise NoUnprivilegedAccount("PostgreSQL refuses to run as root. Run Edino as an ordinary user.")
    for owned in (data, home):
        if owned.exists() and owned.stat().st_uid != 0:
            return _account(pwd.getpwuid(owned.stat().st_uid))
    for name in CANDIDATES:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise NoUnprivilegedAccount(
        "PostgreSQL refuses to run as root, and none of the accounts "
        + ", ".join(CANDIDATES)
        + " exists. Create one (`useradd --system edino`), or run Edino as an ordinary user."
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
