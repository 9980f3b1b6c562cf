"""Who holds a port: so that a refusal can say what to stop."""

from dataclasses import dataclass
from typing import Final

import psutil

_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: its id, and its command line cut to 80 characters."""

    pid: int
    command: str


def holder(port: int) -> Holder | None:
    """The process to stop so that `port` gets free; None where that cannot be seen, as of another account.

    Of Edino it is the one that watches over the rest: the web itself would be started again.
    """
    for process in psutil.process_iter():
        try:
            if any(
                one.status == psutil.CONN_LISTEN and one.laddr.port == port
                for one in process.net_connections(kind="tcp")
            ):
                top = _watcher(process)
                return Holder(top.pid, " ".join(" ".join(top.cmdline()).split())[:_LONGEST])
        except psutil.Error:
            continue  # it ended meanwhile, or belongs to somebody else
    return None


def _watcher(process: psutil.Process) -> psutil.Process:
    parent = process.parent()
    while parent is not None and _ours(parent):
        process, parent = parent, parent.parent()
    return process


def _ours(process: psutil.Process) -> bool:
    """Whether it is a Python that runs Edino's command line, and not, say, the shell that called it."""
    try:
        program, *words = process.cmdline() or [""]
    except psutil.Error:
        return False
    return "python" in program and any(word.endswith("/edino") or "edino.site" in word for word in words)
