"""The server's settings, from the size of the machine."""

import os
import subprocess
from pathlib import Path

MEBIBYTE = 1024 * 1024


def settings(*, socket: str, durable: bool, programs: Path, environment: dict[str, str]) -> str:
    """The text of `edino.conf`, written anew before each start."""
    memory = _memory()
    shared = max(64, min(2048, memory // 4)) if durable else 128
    values = {
        "listen_addresses": "",
        "unix_socket_directories": socket,
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
        "maintenance_work_mem": f"{max(64, min(512, memory // 16))}MB",
        "work_mem": "16MB",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB" if durable else "80MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "wal_compression": _wal_compression(programs, environment),
        "jit": "off",
        "deadlock_timeout": "200ms",
        "random_page_cost": "1.1",
        "synchronous_commit": "on" if durable else "off",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_line_prefix": "%m [%p] ",
        "log_min_messages": "warning",
        # Statements carry personal data; they stay out of the log even when they fail.
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "log_checkpoints": "off",
        "idle_in_transaction_session_timeout": "10min",
    }
    lines = [f"{name} = '{value}'" for name, value in values.items()]
    # The operator's own wishes win, and survive our rewriting.
    return "\n".join(["# Written by Edino at each start; put your own settings into local.conf.", *lines, ""])


def _memory() -> int:
    """Mebibytes of memory that we may count on: the machine's, or the container's limit if lower."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        limit = "max"
    if limit.isdigit():
        total = min(total, int(limit))
    return total // MEBIBYTE


def _wal_compression(programs: Path, environment: dict[str, str]) -> str:
    built = subprocess.run(
        [programs / "pg_config", "--configure"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=environment,
    ).stdout
    return "lz4" if "--with-lz4" in built else "pglz"
