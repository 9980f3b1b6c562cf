"""The house's style, as a test. Exceptions are listed here with their reason, and the list only shrinks."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = 500
FUNCTION_LINES = 70
SCREEN_LINES = 100
BANNED_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}
TEXT = {".py", ".sql", ".html", ".css", ".js"}

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
"""Written in halves, so that this file may name what it forbids."""


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


FILES = [path for path in tracked() if path.suffix in TEXT]
PYTHON = [path for path in FILES if path.suffix == ".py" and "migrations" not in path.parts]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_files_are_at_most_500_lines() -> None:
    long = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: lines for path, lines in long.items() if lines > FILE_LINES and path not in LONG_FILES} == {}


def test_a_screen_is_at_most_100_lines_with_its_template() -> None:
    views = {}
    for path in FILES:
        if "templates" in path.parts and path.parts[path.parts.index("edino") + 1] != "ui":
            views[name(path)] = len(path.read_text(encoding="utf-8").splitlines())
    assert {path: lines for path, lines in views.items() if lines > SCREEN_LINES} == {}


def test_functions_are_at_most_70_lines() -> None:
    long = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES and f"{name(path)}:{node.name}" not in LONG_FUNCTIONS:
                    long[f"{name(path)}:{node.name}"] = lines
    assert long == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [name(path) for path in FILES if path.name in BANNED_NAMES] == []


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    found = [name(path) for path in FILES if MARKS.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_imports_inside_functions_say_why() -> None:
    silent = []
    for path in PYTHON:
        if "tests" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for function in ast.walk(ast.parse(source)):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if not isinstance(node, ast.Import | ast.ImportFrom):
                    continue
                around = lines[max(node.lineno - 2, 0) : node.end_lineno]
                if not any("#" in line for line in around):
                    silent.append(f"{name(path)}:{node.lineno}")
    assert silent == []


def test_the_kernel_and_the_kit_know_no_domain_word() -> None:
    words = re.compile(r"\b(customers?|shoppers?|orders?|carts?|loyalty|coupons?|receipts?|tills?)\b", re.IGNORECASE)
    allowed = {
        "order": "ORDER BY and the order of things",
        "orders": "sets of rows in an order",
    }
    found = []
    for path in PYTHON:
        where = name(path)
        if not where.startswith("src/edino/kernel/"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        for word in sorted(names):
            parts = {part.lower() for part in re.split(r"_|(?<=[a-z])(?=[A-Z])", word)}
            if any(words.fullmatch(part) and part not in allowed for part in parts):
                found.append(f"{where}: {word}")
    assert found == []


def test_no_configuration_names_a_registry() -> None:
    named = [ROOT / "pyproject.toml", ROOT / "requirements.lock", ROOT / "Makefile"]
    assert [name(path) for path in named if "https://" in path.read_text(encoding="utf-8")] == []


def test_no_literal_of_a_statement_goes_over_several_lines_since_their_indentation_is_not_sent() -> None:
    literal = re.compile(r"--[^\n]*|\$\$.*?\$\$|'(?:[^']|'')*'", re.DOTALL)
    torn = {
        f"{name(path)}: {found}"
        for path in FILES
        if path.suffix == ".sql"
        for found in literal.findall(path.read_text(encoding="utf-8"))
        if "\n" in found and "migrations" not in path.parts and path.parent.name == "sql"
    }
    assert torn == set()
