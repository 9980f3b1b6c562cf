"""What the documents and docstrings name is there: guards of docs/pains.md, files, pages."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FILE = re.compile(r"\b(?:src|tests|docs|bench)/[\w/.-]*\w\.(?:py|md|sql|txt|html|png)\b")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_every_guard_named_is_there() -> None:
    named = NAMED.findall((ROOT / "docs/pains.md").read_text(encoding="utf-8"))
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists() or f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert len(named) > 40
    assert missing == []


def test_every_file_that_a_document_or_a_docstring_names_is_there() -> None:
    pages = [path for pattern in ("*.md", "docs/**/*.md") for path in ROOT.glob(pattern)]
    told = [*pages, *ROOT.glob("src/**/*.py"), *ROOT.glob("bench/**/*.py")]
    named = {(path, file) for path in told for file in FILE.findall(path.read_text(encoding="utf-8"))}
    linked = {(path, link) for path in pages for link in LINK.findall(path.read_text(encoding="utf-8"))}
    missing = {f"{path.relative_to(ROOT)}: {file}" for path, file in named if not (ROOT / file).exists()}
    missing |= {f"{path.relative_to(ROOT)}: {link}" for path, link in linked if not (path.parent / link).exists()}
    assert len(named) > 60
    assert len(linked) > 40
    assert missing == set()
