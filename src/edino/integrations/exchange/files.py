"""`edino import commerceml|yml|google FILE…`: files given at once are one exchange."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from edino.channels import api as channels
from edino.channels.types import Source
from edino.integrations.exchange import archives, importing, queries
from edino.integrations.exchange.formats import FORMATS, HELP
from edino.integrations.exchange.importing import Report
from edino.integrations.exchange.oddities import KINDS
from edino.integrations.exchange.queries import Exchange
from edino.integrations.exchange.reading import Document
from edino.integrations.exchange.staging import Read
from edino.integrations.exchange.work import Work
from edino.kernel.errors import Refusal
from edino.kernel.imports.types import Progress

_RANKS: Final = (
    (0, re.compile("<(Классификатор|Свойства|Группы)[ >]")),
    (1, re.compile("<Каталог[ >]")),
    (2, re.compile("<(ПакетПредложений|ИзмененияПакетаПредложений)[ >]")),
    (5, re.compile("<Документ[ >]")),
)
_NAMES: Final = re.compile(r"(?:^|[_/-])(classifier|references|groups|propert|import|goods|offers|prices|rests|orders)")
_ORDER: Final = (
    "classifier",
    "references",
    "groups",
    "propert",
    "import",
    "goods",
    "offers",
    "prices",
    "rests",
    "orders",
)
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")


class Files:
    """What `edino import` finds under the name of a format."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.help = HELP[kind]

    def run(
        self, files: Sequence[Path], *, source: str | None, dry_run: bool, progress: Progress
    ) -> Iterator[tuple[bool, list[str]]]:
        """Import files as one exchange; for each whether it was read to its end, and the report of it in words."""
        of = channels.source_of_files(name=source)
        if dry_run:
            with transaction.atomic():
                yield from self._all(of, files, progress, dry_run=True)
                transaction.set_rollback(True)
            return
        with importing.alone(of.id):
            yield from self._all(of, files, progress, dry_run=False)

    def _all(
        self, source: Source, files: Sequence[Path], progress: Progress, *, dry_run: bool
    ) -> Iterator[tuple[bool, list[str]]]:
        for earlier in queries.open_exchanges(source.id, "files"):
            queries.give_up([earlier.id])
            queries.close_exchange(earlier.id)
        exchange = queries.open_exchange(source_id=source.id, kind=self.kind, way="files")
        with tempfile.TemporaryDirectory(prefix="edino-exchange-") as folder:
            documents: list[Path] = []
            for place, file in enumerate(files):
                within = Path(folder, str(place))
                within.mkdir()
                try:
                    documents += archives.plain(file, self.kind, within)
                except Refusal as refusal:
                    yield False, _refused(refusal)
            yield from self._each(source, exchange, sorted(documents, key=rank), progress, dry_run=dry_run)

    def _each(
        self, source: Source, exchange: Exchange, ordered: Sequence[Path], progress: Progress, *, dry_run: bool
    ) -> Iterator[tuple[bool, list[str]]]:
        last: Work | None = None
        for path in ordered:
            try:
                document = Document.of(path)
                run = queries.begin_run(exchange, kind=self.kind, file=path.name, size=document.size)
                last = Work(source, exchange, run, document, beside(path, source, dry_run=dry_run), dry=dry_run)
                importing.advance(last, FORMATS[self.kind], progress=progress)
            except Refusal as refusal:
                yield False, _refused(refusal)
                continue
            if path == ordered[-1]:
                importing.finish(last)
            yield True, list(described(importing.report(last.run, dry_run=dry_run)))


def _refused(refusal: Refusal) -> list[str]:
    return [f"edino: {refusal.text}", *(f"  {one.field}: {one.message}" for one in refusal.fields)]


def rank(path: Path) -> tuple[int, str]:
    """Where a file belongs in an exchange: what others refer to comes first, whatever the order they were named in."""
    found = _NAMES.search(path.name.lower())
    if found:
        return _ORDER.index(found[1]), path.name
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return 0, path.name
    text = head.decode("utf-8", "ignore") + head.decode("cp1251", "ignore")
    named = {0: 1, 1: 4, 2: 6, 5: 9}
    return max((named[place] for place, mark in _RANKS if mark.search(text)), default=4), path.name


def beside(path: Path, source: Source, *, dry_run: bool) -> "PicturesBeside":
    """Pictures that lie beside a file."""
    return PicturesBeside(path.parent, source, dry_run=dry_run)


class PicturesBeside:
    """Finds pictures below a folder and brings them below media."""

    def __init__(self, folder: Path, source: Source, *, dry_run: bool) -> None:
        self.folder = folder.resolve()
        self.source = source
        self.dry_run = dry_run

    def __call__(self, place: str) -> str | None:
        """The picture's path below media, or None when it is not there."""
        found = (self.folder / place).resolve()
        if not found.is_relative_to(self.folder) or found.suffix.lower() not in _PICTURES or not found.is_file():
            return None
        kept = media_path(self.source, place)
        target = Path(settings.MEDIA_ROOT) / kept
        if not self.dry_run and (not target.is_file() or target.stat().st_size != found.stat().st_size):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)
        return kept


def media_path(source: Source, place: str) -> str:
    """Where a picture of an exchange is kept below media."""
    parts = [part for part in place.split("/") if part not in {"", ".", ".."}]
    return "/".join(["exchange", str(source.id), *parts])


def described(report: Report) -> Iterator[str]:
    """A report in words."""
    yield f"{report.file}{' (dry run: nothing was kept)' * report.dry_run}"
    if not report.counts:
        yield "  nothing to import"
    for kind, told in report.counts.items():
        yield f"  {kind}: " + ", ".join(f"{told[what]} {what}" for what in told)
    for kind, noted in sorted(report.oddities.items(), key=lambda each: -int(each[1]["count"])):
        yield f"  {noted['count']} × {kind}: {gettext(str(KINDS[kind]))}"
        for line, text in noted["examples"][:3]:
            shown = " ".join(part for part in (f"line {line}:" if line else "", text) if part)
            if shown:
                yield f"      {shown}"


def as_read(kind: str) -> Read:
    """How a format is read."""
    return FORMATS[kind]
