"""Igor is sent the exchange as 1C packs it: it comes in as if it were not packed, and a bad archive brings nothing."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.integrations.exchange_texts import catalog, feed, goods, offer, offers
from tests.integrations.test_commerceml import load, price, stock, tables

from edino.integrations.exchange import archives
from edino.kernel import sql

pytestmark = pytest.mark.django_db
__all__ = ["load"]
PICTURE = "<Картинка>import_files/ke/keds.jpg</Картинка>"
EXCHANGE: dict[str, str | bytes] = {
    "webdata/offers0_1.xml": offers(offer("g1", "Кеды", "1 990,50", stores={"w1": "5"})),
    "webdata/import0_1.xml": catalog(goods("g1", "Кеды", "K-1", more=PICTURE)),
    "webdata/import_files/ke/keds.jpg": b"\xff\xd8\xff\xe0 a picture",
    "__MACOSX/webdata/._import0_1.xml": b"\x00\x05\x16\x07",
}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def packed(path: Path, members: dict[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return path


def test_the_archive_of_1c_is_an_exchange_like_any_other(load: Callable[..., Result], tmp_path: Path) -> None:
    archive = packed(tmp_path / "v8_1c.zip", EXCHANGE)
    result = load(archive)
    assert result.exit_code == 0, result.output
    assert (price("K-1"), stock("K-1")) == (199_050, {"glavnyy-sklad": 5})
    [(place,)] = sql.tuples("SELECT place FROM catalogue_media")
    assert (tmp_path / "media" / place).read_bytes() == b"\xff\xd8\xff\xe0 a picture"
    assert "picture_missing" not in result.output
    before = tables()
    again = load(archive)
    assert again.exit_code == 0
    assert "created" not in again.output
    assert tables() == before


def test_a_packed_feed_is_read(load: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "yml.xml.gz"
    text = feed(
        '<offer id="1" available="true"><name>Кеды</name><price>1990</price><currencyId>RUB</currencyId></offer>'
    )
    path.write_bytes(gzip.compress(text.encode()))
    result = load(path, kind="yml")
    assert result.exit_code == 0, result.output
    assert tables()["catalogue_product"] == 1
    path.write_bytes(gzip.compress(text.encode())[:-20])
    result = load(path, kind="yml")
    assert result.exit_code == 1
    assert "yml.xml.gz is no whole gzip file" in result.output


def locked() -> bytes:
    """An archive whose members are marked as encrypted."""
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w") as archive:
        archive.writestr("import.xml", catalog(goods("g1", "Кеды")))
    found = bytearray(told.getvalue())
    found[6] |= 1
    found[found.index(b"PK\x01\x02") + 8] |= 1
    return bytes(found)


def made(members: dict[str, str | bytes]) -> bytes:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return told.getvalue()


GOOD: dict[str, str | bytes] = {"import.xml": catalog(goods("g1", "Кеды"))}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (made({**GOOD, "../../escaped.xml": "<a/>"}), "a file whose name leads elsewhere: ../../escaped.xml"),
        (made({**GOOD, "..\\escaped.xml": "<a/>"}), "a file whose name leads elsewhere: ../escaped.xml"),
        (made({**GOOD, "/etc/escaped.xml": "<a/>"}), "a file whose name leads elsewhere: /etc/escaped.xml"),
        (made({**GOOD, "C:/escaped.xml": "<a/>"}), "a file whose name leads elsewhere: C:/escaped.xml"),
        (made({**GOOD, "a//b.xml": "<a/>", "a/b.xml": "<a/>"}), "holds two files of one name"),
        (made(GOOD)[:-40], "is no whole ZIP archive"),
        (made(GOOD).replace(b"PK\x01\x02", b"PK\x01\x03"), "is no whole ZIP archive"),
        (locked(), "is no whole ZIP archive"),
        (made({"import_files/1.jpg": b"picture", "inner.zip": made(GOOD)}), "there is no document in the archive"),
        (made({}), "there is no document in the archive"),
    ],
)
def test_a_bad_archive_brings_nothing(load: Callable[..., Result], tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "exchange.zip"
    path.write_bytes(content)
    result = load(path)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
    assert set(tables().values()) == {0}
    assert not list(tmp_path.parent.rglob("escaped.xml"))


def test_a_bomb_is_refused_before_it_fills_the_disk(
    load: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST", 1 << 20)
    result = load(packed(tmp_path / "bomb.zip", {**GOOD, "zeros.xml": b" " * (2 << 20)}))
    assert result.exit_code == 1
    assert "unpacks to more than an exchange holds" in result.output
    path = tmp_path / "bomb.xml.gz"
    path.write_bytes(gzip.compress(b" " * (2 << 20)))
    assert "unpacks to more than an exchange holds" in load(path, kind="yml").output
    assert set(tables().values()) == {0}
