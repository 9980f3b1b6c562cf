"""Texts in other languages: `.po` files are the source, compiled when Django starts; gettext's tools are not needed.

Gettext reads only `.mo` files. They are not committed, and the package may lie in a read-only place, so every package's
catalogue of a language is compiled into one cache folder under `EDINO_HOME`, named by what the catalogues say.
`python -m edino.kernel.messages` brings the `.po` files up to date with the sources (`make messages`).
"""

import ast
import hashlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from edino.kernel import environment, errors

CATALOGUES = "*/locale/*/LC_MESSAGES/django.po"
_KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_COUNT = re.compile(r",\s*count\s*$")
# Dates and tools in a header change at every run and say nothing.
_NOISE = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Report-Msgid-Bugs-To|Generated-By|Language-Team'
    r'|Project-Id-Version|MIME-Version).*\n|^# .*\n|^#\n|^#, fuzzy\n(?=msgid ""\nmsgstr ""\n")',
    re.MULTILINE,
)
_CALL = re.compile(r"\b(?P<name>_|gettext|pgettext|ngettext|npgettext)\((?P<arguments>(?:u?'(?:[^'\\]|\\.)*'"
                   r"|u?\"(?:[^\"\\]|\\.)*\"|[\s,]|count)+)\)")  # fmt: skip


def compile_all(package: Path, cache: Path | None = None) -> list[str]:
    """Compile every catalogue below `package`; the answer is for `LOCALE_PATHS`.

    The same catalogues give the same folder, so a start that finds them compiled does nothing; processes that start at
    once write the same file and the last rename wins.
    """
    sources = sorted(package.glob(CATALOGUES))
    if not sources:
        return []
    digest = hashlib.sha256()
    for source in sources:
        digest.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes())
    folder = _writable(cache or environment.read().home / "messages") / digest.hexdigest()[:16]
    by_language: dict[str, list[Path]] = {}
    for source in sources:
        by_language.setdefault(source.parents[1].name, []).append(source)
    for language, paths in by_language.items():
        target = folder / language / "LC_MESSAGES" / "django.mo"
        if not target.exists():
            _write(target, _merged(language, paths))
    return [str(folder)]


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="edino-messages-"))
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="edino-messages-"))


def _merged(language: str, paths: Iterable[Path]) -> Catalog:
    whole = Catalog(locale=language)
    for path in paths:
        for message in _read(path, language):
            if message.id and not message.fuzzy:
                whole[message.id] = message
    return whole


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _write(target: Path, catalogue: Catalog) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        write_mo(file, catalogue)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)


def harvest(package: Path) -> Catalog:
    """Every text for users in one package's Python and templates."""
    found = Catalog(project="Edino", charset="utf-8")
    sources = [path for path in sorted(package.rglob("*.py")) if "migrations" not in path.parts]
    refusals = {name for path in {Path(errors.__file__), *sources} for name, _text in _refusals(path)}
    for path in sources:
        place = str(path.relative_to(package))
        for text in (*(text for _name, text in _refusals(path)), *_refusal_texts(path, refusals)):
            found.add(text, None, [(place, 0)])
        keywords = _KEYWORDS | _renamed(path)
        for line, message, comments, context in extract("python", io.BytesIO(path.read_bytes()), keywords):
            found.add(message, None, [(place, line)], (), comments, context=context)
    for path in sorted(package.rglob("templates/**/*.*")):
        for message, context in _template_messages(path):
            found.add(message, None, [(str(path.relative_to(package)), 0)], context=context)
    return found


def _renamed(path: Path) -> dict[str, Any]:
    """The names under which a file imports the functions of translation: `from … import gettext as _t`."""
    return {
        name.asname: _KEYWORDS[name.name]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname and name.name in _KEYWORDS
    }


def _refusals(path: Path) -> Iterator[tuple[str, str]]:
    """The refusals a file of errors defines: the first line of the docstring is what people read."""
    if "errors" not in {path.stem, path.parent.name}:
        return
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        text = ast.get_docstring(node) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and node.bases and text:
            yield node.name, text.split("\n")[0]


def _refusal_texts(path: Path, refusals: set[str]) -> Iterator[str]:
    """Sentences given to refusals where they are raised; composed ones speak to operators and stay English."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        field = name in {"field", "FieldError"} or (name.endswith("Problem") and name != "Problem")
        place = 2 if field else 0 if name in refusals else None
        if place is not None and len(node.args) > place:
            text = node.args[place]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def _template_messages(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    # Django's own lexer knows translate and blocktranslate; imported here because settings need this module first.
    from django.utils.translation.template import templatize

    for call in _CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
        texts = ast.literal_eval(f"[{_COUNT.sub('', call['arguments'])}]")
        context = texts.pop(0) if call["name"] in {"pgettext", "npgettext"} else None
        yield (tuple(texts) if len(texts) > 1 else texts[0]), context


def untranslated(package: Path, language: str = "ru") -> list[str]:
    """Texts of a package that its catalogue of the language does not have, or has empty or fuzzy."""
    path = package / "locale" / language / "LC_MESSAGES" / "django.po"
    known = _read(path, language) if path.exists() else Catalog(locale=language)
    return [str(message.id) for message in harvest(package) if message.id and not _translated(known, message)]


def _translated(known: Catalog, message: Message) -> bool:
    found = known.get(message.id, message.context)
    if found is None or found.fuzzy:
        return False
    return all(found.string) if isinstance(found.string, (tuple, list)) else bool(found.string)


def refresh(package: Path, language: str = "ru") -> int:
    """Bring a package's catalogue up to date: new texts with an empty translation, gone ones out. How many lack one."""
    found = harvest(package)
    path = package / "locale" / language / "LC_MESSAGES" / "django.po"
    if not any(message.id for message in found):
        return 0
    known = _read(path, language) if path.exists() else Catalog(locale=language, charset="utf-8", fuzzy=False)
    known.update(found, no_fuzzy_matching=True)
    known.obsolete.clear()
    written = io.BytesIO()
    write_po(written, known, width=110, include_lineno=False, ignore_obsolete=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_NOISE.sub("", written.getvalue().decode()).strip() + "\n", encoding="utf-8")
    return len(untranslated(package, language))


def disagreements(root: Path, language: str = "ru") -> dict[str, set[str]]:
    """Texts that packages translate differently: one language has one translation per text, so the last would win.

    Either agree, or tell them apart by context (`pgettext`, `{% translate "Name" context "of a thing" %}`).
    """
    found: dict[tuple[str, str], set[str]] = {}
    for path in sorted(root.glob(f"*/locale/{language}/LC_MESSAGES/django.po")):
        for message in _read(path, language):
            if message.id and message.string and not message.fuzzy:
                found.setdefault((str(message.id), message.context or ""), set()).add(str(message.string))
    return {text: ways for (text, _context), ways in found.items() if len(ways) > 1}


def main() -> int:
    """Refresh every package's Russian catalogue; 1 while a text waits for its translation or has two of them."""
    root = Path(__file__).resolve().parent.parent
    waiting = {path.name: refresh(path) for path in sorted(root.iterdir()) if (path / "__init__.py").exists()}
    for name, count in waiting.items():
        if count:
            sys.stdout.write(f"{name}: {count} texts without Russian\n")
    differing = disagreements(root)
    for text, ways in differing.items():
        sys.stdout.write(f"{text!r} is translated in {len(ways)} ways: {', '.join(sorted(ways))}\n")
    return 1 if any(waiting.values()) or differing else 0


if __name__ == "__main__":
    sys.exit(main())
