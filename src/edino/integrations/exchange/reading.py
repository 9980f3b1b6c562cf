"""Reading XML that strangers made: streamed, in any usual encoding, and with nothing in it that could harm.

The text is decoded here, not by the parser: the encoding that a document declares is often not the one it is in. DTDs
are cut off and never fetched, a document that declares entities is refused, and a handful of lesser sins (characters
that XML forbids, `&nbsp;`) are mended and noted. Memory stays flat whatever the size: records are handed out one by one
and forgotten.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html.entities import html5
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree

from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.oddities import Oddities
from edino.kernel.imports import encodings

BLOCK: Final = 1 << 16
PROLOG: Final = 1 << 16
LONGEST: Final = 1 << 24
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION: Final = re.compile(r"<\?xml\b[^>]*\?>")
_DOCTYPE: Final = re.compile(r"<!DOCTYPE\b[^>\[]*>", re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_ROOT: Final = re.compile(r"<[^!?\s>/]")
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE: Final = re.compile(r"&(?:(#[xX]?[0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_CUT: Final = re.compile(r"(&[#A-Za-z0-9]{0,33}|<!?\[?[CDAT]{0,5}|\]{1,2})$")
"""What may go on in the next block."""
_OWN: Final = frozenset({"lt", "gt", "amp", "quot", "apos"})


class Document:
    """A named stream that can be opened as often as needed: a file, or parts that came over the wire."""

    def __init__(self, name: str, opened: Callable[[], BinaryIO], size: int, *, repeats: int = 0) -> None:
        self.name = name
        self.open = opened
        self.size = size
        self.repeats = repeats

    @classmethod
    def of(cls, path: Path) -> "Document":
        """A file on this machine."""
        try:
            with path.open("rb"):
                return cls(path.name, lambda: path.open("rb"), path.stat().st_size)
        except OSError as error:
            raise Unreadable(
                "%(file)s cannot be opened: %(error)s.", file=path.name, error=error.strerror or ""
            ) from error


def local(element: "etree._Element") -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def elements(
    document: Document, names: Sequence[str], *, roots: Sequence[str], format_name: str, odd: Oddities
) -> "Iterator[tuple[str, etree._Element]]":
    """`("start" | "end", element)` for the elements of these names, whatever their namespace, in document order.

    The consumer calls `forget` on an element it is done with. Unreadable, with file and line, at the first thing that
    cannot be understood; so whoever must not act on half a document reads to the end first.
    """
    wanted = [f"{{*}}{name}" for name in dict.fromkeys((*roots, *names))]
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=wanted,
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    begun = False
    with _told(document.name):
        for text in _text(document, odd):
            parser.feed(text.encode("utf-8", "replace"))
            for event, element in parser.read_events():
                if not begun:
                    _check_root(document, element, roots, format_name)
                    begun = True
                yield event, element
        root = parser.close()
    if not begun:
        _check_root(document, root, roots, format_name)


class _Nothing:
    """What a parser builds when only its verdict is wanted."""

    def start(self, tag: str, attributes: object) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def close(self) -> None:
        """The document ends."""


def is_whole(document: Document) -> bool:
    """Whether a document can be read to its end; nothing of it is kept."""
    parser = etree.XMLParser(
        target=_Nothing(), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        with _told(document.name):
            for text in _text(document, Oddities()):
                parser.feed(text.encode("utf-8", "replace"))
            parser.close()
    except Unreadable:
        return False
    return True


def forget(element: "etree._Element") -> None:
    """Drop an element and everything before it in its parent, so that memory stays flat."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _check_root(document: Document, element: "etree._Element", roots: Sequence[str], format_name: str) -> None:
    top = element.getroottree().getroot()
    if local(top) not in roots:
        raise Unreadable(
            "%(file)s, line %(line)s: this is not %(format)s: it begins with <%(root)s>.",
            file=document.name,
            line=top.sourceline or 1,
            format=format_name,
            root=local(top)[:60],
        )


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Errors of the parser as refusals that name file, line and what was wrong."""
    try:
        yield
    except etree.XMLSyntaxError as error:
        line = error.position[0] if error.position else 0
        reason = re.sub(r", line \d+, column \d+.*$", "", str(error.msg or error))
        raise Unreadable(
            "%(file)s, line %(line)s: the XML is broken here: %(reason)s.", file=name, line=line or 1, reason=reason
        ) from error
    except OSError as error:
        raise Unreadable("%(file)s cannot be read: %(error)s.", file=name, error=error.strerror or "") from error


def _text(document: Document, odd: Oddities) -> Iterator[str]:
    """The text of the document in blocks, without declaration and DTD, with nothing in it that XML forbids."""
    encoding, errors = _encoding(document, odd)
    mender = _Mender(odd)
    prolog: str | None = ""
    held = ""
    replaced = False
    for block in _decoded(document, encoding, errors):
        text = held + block
        held = ""
        if prolog is not None:
            prolog += text
            if _ROOT.search(_COMMENT.sub("", prolog)) is None:
                if len(prolog) > PROLOG:
                    raise _no_root(document)
                continue
            text, prolog = _opened(document, prolog, odd), None
        if cut := _CUT.search(text):
            text, held = text[: cut.start()], cut[0]
        if errors == "replace" and "�" in text and not replaced:
            replaced = True
            odd.note("broken_bytes", encoding, line=mender.line + text.count("\n", 0, text.index("�")))
        yield mender.mended(text)
    if prolog is not None:
        raise _no_root(document)
    if held:
        yield mender.mended(held)


def _no_root(document: Document) -> Unreadable:
    if document.size == 0:
        return Unreadable("%(file)s is empty.", file=document.name)
    return Unreadable("%(file)s, line 1: this is not XML: there is no element in it.", file=document.name)


def _opened(document: Document, prolog: str, odd: Oddities) -> str:
    """The beginning of the document with its declaration and DTD blanked, lines kept."""
    bare = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), prolog)
    root = _ROOT.search(bare)
    head = bare[: root.start()] if root else bare
    if "<!ENTITY" in head.upper():
        at = head.upper().index("<!ENTITY")
        raise Unreadable(
            "%(file)s, line %(line)s: the document declares entities; such documents are refused.",
            file=document.name,
            line=head[:at].count("\n") + 1,
        )
    if not _DECLARATION.search(head):
        odd.note("no_declaration", head[:40].strip(), line=1)
    if _DOCTYPE.search(head):
        odd.note("doctype", (_DOCTYPE.search(head) or [""])[0], line=1)
    head = _DOCTYPE.sub("", _DECLARATION.sub("", head))
    if "<!" in head:
        raise Unreadable(
            "%(file)s, line %(line)s: the document brings a DTD of its own; such documents are refused.",
            file=document.name,
            line=head[: head.index("<!")].count("\n") + 1,
        )
    return head.replace("\ufeff", "").strip(" \t\r\0") + (bare[root.start() :] if root else "")


class _Mender:
    """Mends text block by block: leaves out what XML forbids, reads what is meant, and notes each."""

    def __init__(self, odd: Oddities) -> None:
        self.odd = odd
        self.line = 1
        self.quoted = False

    def mended(self, text: str) -> str:
        """A block as XML may have it. Within CDATA an ampersand is an ampersand."""
        if _FORBIDDEN.search(text):
            for found in _FORBIDDEN.finditer(text):
                self._note("control_characters", f"U+{ord(found[0]):04X}", text, found.start())
            text = _FORBIDDEN.sub("", text)
        done = text if "&" not in text and not self.quoted and "<![CDATA[" not in text else self._pieces(text)
        self.line += text.count("\n")
        return done

    def _pieces(self, text: str) -> str:
        made, place = [], 0
        while place < len(text):
            mark = "]]>" if self.quoted else "<![CDATA["
            end = text.find(mark, place)
            stop = len(text) if end < 0 else end + len(mark)
            made.append(text[place:stop] if self.quoted else self._resolved(text, place, stop))
            if end >= 0:
                self.quoted = not self.quoted
            place = stop
        return "".join(made)

    def _resolved(self, text: str, start: int, stop: int) -> str:
        def resolve(found: re.Match[str]) -> str:
            name = found[1]
            place = start + found.start()
            if not name:
                self._note("bare_ampersand", piece[found.start() : found.start() + 20], text, place)
                return "&amp;"
            if name in _OWN:
                return found[0]
            if name.startswith("#"):
                code = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:]) if name[1:].isdigit() else 0
                if code <= 0x10FFFF and not _FORBIDDEN.match(chr(code)):
                    return found[0]
                self._note("control_characters", found[0], text, place)
                return ""
            letter = html5.get(f"{name};")
            self._note("html_entity" if letter else "entity_unknown", found[0], text, place)
            return (letter or found[0]).replace("&", "&amp;").replace("<", "&lt;")

        piece = text[start:stop]
        return _REFERENCE.sub(resolve, piece)

    def _note(self, kind: str, what: str, text: str, place: int) -> None:
        self.odd.note(kind, what, line=self.line + text.count("\n", 0, place))


def _decoded(document: Document, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    try:
        with document.open() as file:
            while block := file.read(BLOCK):
                yield decoder.decode(block)
            # A letter that was cut in two is the end of a file that was cut off, and the parser says so.
            if decoder.getstate()[0] == b"" and (rest := decoder.decode(b"", final=True)):
                yield rest
    except UnicodeDecodeError as error:
        raise Unreadable(
            "%(file)s: a byte is no letter of %(encoding)s.", file=document.name, encoding=encoding
        ) from error


def _encoding(document: Document, odd: Oddities) -> tuple[str, str]:
    """The encoding the document is really in, and how broken bytes of it are met."""
    with document.open() as file:
        head = file.read(BLOCK)
    for mark, name in encodings.MARKS:
        if head.startswith(mark):
            return name, "replace"
    found = _DECLARED.search(head)
    said = found[1].decode("ascii") if found else ""
    declared = _codec(said)
    real, sample = _is_utf8(document)
    if real:
        if declared not in {"", "utf-8", "ascii"} and sample:
            odd.note("encoding_other", f"{said} → utf-8", line=1)
        return "utf-8", "strict"
    if declared not in {"", "utf-8", "ascii"} and not declared.startswith("utf-16"):
        return declared, "replace"
    guess = encodings.detect(sample)
    if guess != "utf-8-sig":
        odd.note("encoding_other", f"{said or 'utf-8'} → {guess}", line=1)
        return guess, "replace"
    return "utf-8", "replace"


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""


def _is_utf8(document: Document) -> tuple[bool, bytes]:
    """Whether all of it is UTF-8, and a piece with letters beyond ASCII to judge by, if there are any."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    sample = b""
    with document.open() as file:
        while block := file.read(1 << 20):
            if not sample and not block.isascii():
                sample = block
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return False, block
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return True, sample  # cut in the middle of a letter: the parser will say that the document ends too early
    return True, sample
