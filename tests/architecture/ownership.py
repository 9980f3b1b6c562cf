# ruff: noqa: N802, N815 - pglast calls visitors by the names of the grammar
"""Listens to every statement the tests really execute, and says which package ran it and what it touched.

A pytest plugin: the check itself runs at the end of the session (tests/conftest.py loads it), so that ORM writes,
cascades and SQL files count alike. A single test run checks only what that run executed.
"""

import re
import sys
from collections.abc import Callable
from typing import Any

import pglast
import pytest
from django.db.backends.signals import connection_created
from pglast import ast
from pglast.visitors import Visitor

from edino.kernel import sql

PLACEHOLDER = re.compile(r"%\(\w+\)s|%s")
TRANSPARENT = {"edino.kernel.sql", "edino.kernel.transactions"}
DOMAINS: tuple[str, ...] = ("kernel", "ui", "staff", "channels", "customers", "activity", "catalogue", "promotions")
DOMAINS += ("inventory", "orders", "checkout", "integrations", "faces")
READ_BY_ALL = {"kernel"}
ALLOWED: dict[tuple[str, str], str] = {}
"""(package, table) → the reason why this package may touch that table."""

seen: dict[tuple[str, str], None] = {}


class Relations(Visitor):
    """Tables written and read by a statement, common table expressions left out."""

    def __init__(self) -> None:
        self.written: set[str] = set()
        self.read: set[str] = set()
        self.ctes: set[str] = set()

    def visit_CommonTableExpr(self, ancestors: Any, node: ast.CommonTableExpr) -> None:
        self.ctes.add(str(node.ctename))

    def visit_RangeVar(self, ancestors: Any, node: ast.RangeVar) -> None:
        if node.schemaname in {None, "public"}:
            self.read.add(str(node.relname))

    def visit_InsertStmt(self, ancestors: Any, node: ast.InsertStmt) -> None:
        if node.relation is not None:
            self.written.add(str(node.relation.relname))

    visit_UpdateStmt = visit_InsertStmt
    visit_DeleteStmt = visit_InsertStmt

    def visit_CopyStmt(self, ancestors: Any, node: ast.CopyStmt) -> None:
        if node.is_from and node.relation is not None:
            self.written.add(str(node.relation.relname))


def package() -> str | None:
    """The innermost package of the house that is running, or None when it is a test or a library alone."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("edino.") and module not in TRANSPARENT and ".migrations" not in module:
            return str(module.split(".")[1])
        if module.startswith("tests."):
            return None
        frame = frame.f_back  # type: ignore[assignment]
    return None


def listen(text: str) -> None:
    """Note who ran a statement."""
    owner = package()
    if owner is not None:
        seen[owner, text] = None


def _wrap(execute: Callable[..., Any], text: Any, params: Any, many: bool, context: Any) -> Any:
    if isinstance(text, str):
        listen(text)
    return execute(text, params, many, context)


def _connected(connection: Any, **_: Any) -> None:
    if _wrap not in connection.execute_wrappers:
        connection.execute_wrappers.append(_wrap)


def trespasses() -> list[str]:
    """Every write to another domain's table, every read of one except through `pub`."""
    found = set()
    for owner, text in seen:
        relations = Relations()
        try:
            tree = pglast.parse_sql(PLACEHOLDER.sub("NULL", text).replace("%%", "%"))
        except pglast.parser.ParseError:
            continue  # utility statements with parameters in places the grammar has none
        relations(tree)
        for table in relations.written | relations.read - relations.ctes:
            domain = table.split("_", 1)[0]
            if domain not in DOMAINS or domain == owner or (owner, table) in ALLOWED:
                continue
            if table in relations.written:
                found.add(f"{owner} writes {table}: {' '.join(text.split())[:120]}")
            elif domain not in READ_BY_ALL:
                found.add(f"{owner} reads {table}, not pub: {' '.join(text.split())[:120]}")
    return sorted(found)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    config.pluginmanager.register(from_workers)
    sql.observers.append(listen)
    connection_created.connect(_connected, weak=False)


class FromWorkers:
    """Hears, where several processes test, what each of them saw."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended."""
        self.found.update(getattr(node, "workeroutput", {}).get("trespasses", ()))


from_workers = FromWorkers()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run for what it, or its workers, saw."""
    found = trespasses()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["trespasses"] = found
        return
    found += sorted(from_workers.found)
    if found:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(
                "\nA domain's SQL writes only its own tables and reads others only through pub:", red=True
            )
            for line in found:
                reporter.write_line(f"  {line}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
