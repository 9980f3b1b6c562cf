"""Igor connects 1C: goods, prices and stock come in by files and by the session, and the same again changes nothing."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.integrations.exchange_texts import catalog, goods, offer, offers

from edino.catalogue import api as catalogue
from edino.inventory import api as inventory
from edino.kernel import clock, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def load() -> Callable[..., Result]:
    """`edino import commerceml FILE…`"""
    from edino.integrations import commands  # registers the formats; Django is set up only after this file is loaded
    from edino.kernel.imports.command import import_command  # as above
    from edino.kernel.registry import importers  # as above

    assert commands.commands
    assert importers.get("commerceml") is not None

    def run(*files: Path, options: tuple[str, ...] = (), kind: str = "commerceml") -> Result:
        return CliRunner().invoke(import_command, [kind, *map(str, files), *options])

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def made(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return made


def price(sku: str) -> int | None:
    variant = catalogue.variants_by_sku(skus=[sku])[sku]
    found = catalogue.prices(variant_ids=[variant.id], currency="RUB")
    return found[variant.id].unit if variant.id in found else None


def stock(sku: str) -> dict[str, int]:
    variant = catalogue.variants_by_sku(skus=[sku])[sku]
    codes = {place.id: place.code for place in inventory.locations()}
    found = inventory.availability(variant_ids=[variant.id]).get(variant.id, [])
    return {codes[level.location_id]: level.on_hand for level in found if level.on_hand}


def tables() -> dict[str, int]:
    counted = ("catalogue_product", "catalogue_variant", "catalogue_price", "inventory_movement", "catalogue_category")
    return {table: sql.scalar(f"SELECT count(*) FROM {table}") for table in counted}


KEDS = goods("g1", "Кеды", "K-1", more="<Штрихкод>4606453849072</Штрихкод>")
BOOTS = goods("g2", "Ботинки", "B-2")
SIZE = (
    "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Размер</Наименование>"
    "<Значение>{}</Значение></ХарактеристикаТовара></ХарактеристикиТовара>"
)
OFFERS = (
    offer("g1", "Кеды", "1 990,50", stores={"w1": "5", "s1": "2"}),
    offer("g2#a1", "Ботинки (41)", "4990", stores={"w1": "3"}, more=SIZE.format(41)),
    offer("g2#a2", "Ботинки (42)", "5190", stores={"s1": "1"}, more=SIZE.format(42)),
)


def test_goods_prices_and_stock_stand_where_they_belong(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    told = load(write("offers.xml", offers(*OFFERS)), write("import.xml", catalog(KEDS, BOOTS)))
    assert told.exit_code == 0, told.output
    keds = catalogue.find_variant(code="4606453849072", language="ru")
    assert keds is not None
    assert (keds.sku, keds.name, price("K-1")) == ("K-1", "Кеды", 199050)
    assert stock("K-1") == {"glavnyy-sklad": 5, "magazin-na-lesnoy": 2}
    assert catalogue.variants_by_sku(skus=["B-2-a1"])["B-2-a1"].options == {"size": "41"}
    assert (price("B-2-a1"), price("B-2-a2")) == (499000, 519000)
    assert stock("B-2-a2") == {"magazin-na-lesnoy": 1}
    kinds = {place.code: (place.kind, place.pickup) for place in inventory.locations()}
    assert kinds == {"glavnyy-sklad": ("warehouse", False), "magazin-na-lesnoy": ("store", True)}


def test_the_same_files_twice_change_nothing(load: Callable[..., Result], write: Callable[[str, str], Path]) -> None:
    files = write("import.xml", catalog(KEDS, BOOTS)), write("offers.xml", offers(*OFFERS))
    load(*files)
    before = tables()
    told = load(*files)
    assert "goods: 2 unchanged" in told.output
    assert "prices: 3 unchanged" in told.output
    assert "stock: 3 unchanged" in told.output
    for word in ("created", "changed,", "rejected", "deactivated"):
        assert f" {word}" not in told.output.replace("unchanged", ""), told.output
    assert tables() == before


def test_a_dry_run_tells_the_same_and_keeps_nothing(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    files = write("import.xml", catalog(KEDS, BOOTS)), write("offers.xml", offers(*OFFERS))
    before = tables()
    rehearsed = load(*files, options=("--dry-run",))
    assert rehearsed.exit_code == 0
    assert tables() == before
    assert sql.scalar("SELECT count(*) FROM integrations_run") == 0
    assert load(*files).output == rehearsed.output.replace(" (dry run: nothing was kept)", "")


def test_a_change_is_told_field_by_field(load: Callable[..., Result], write: Callable[[str, str], Path]) -> None:
    load(write("import.xml", catalog(KEDS)), write("offers.xml", offers(OFFERS[0])))
    dearer = offer("g1", "Кеды", "2 190", stores={"w1": "4", "s1": "2"})
    load(
        write("import.xml", catalog(goods("g1", "Кеды «Волна»", "K-1"), at="2026-03-02T10:00:00")),
        write("offers.xml", offers(dearer, at="2026-03-02T10:00:00")),
    )
    changes = sql.tuples("SELECT kind, ext_id, fields FROM integrations_change WHERE what = 'changed' ORDER BY id")
    assert changes == [
        ("goods", "g1", [["name", "Кеды", "Кеды «Волна»"], ["barcodes", "4606453849072", ""]]),
        ("prices", "g1", [["files-roznichnaya-rub", "1990.50 RUB", "2190.00 RUB"]]),
        ("stock", "g1", [["glavnyy-sklad", "5", "4"]]),
    ]
    assert price("K-1") == 219000
    assert stock("K-1") == {"glavnyy-sklad": 4, "magazin-na-lesnoy": 2}


def test_what_a_full_exchange_leaves_out_goes_out_of_sale_when_all_of_it_has_come(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    load(write("import.xml", catalog(KEDS, BOOTS)), write("offers.xml", offers(*OFFERS)))
    later = "2026-03-02T10:00:00"
    load(write("import.xml", catalog(KEDS, at=later)))
    assert catalogue.variants_by_sku(skus=["B-2-a1"])["B-2-a1"].active
    load(write("import.xml", catalog(KEDS, at=later)), write("offers.xml", offers(OFFERS[0], at=later)))
    known = catalogue.variants_by_sku(skus=["K-1", "B-2-a1", "B-2-a2"])
    assert {sku: one.active for sku, one in known.items()} == {"K-1": True, "B-2-a1": False, "B-2-a2": False}
    load(write("import.xml", catalog(KEDS, BOOTS, at=later)), write("offers.xml", offers(*OFFERS, at=later)))
    assert all(one.active for one in catalogue.variants_by_sku(skus=["K-1", "B-2-a1", "B-2-a2"]).values())


def test_a_broken_file_leaves_nothing_behind(load: Callable[..., Result], write: Callable[[str, str], Path]) -> None:
    before = tables()
    told = load(write("import.xml", catalog(KEDS, BOOTS)[:-80]))
    assert told.exit_code == 1
    assert "import.xml, line 2: the XML is broken here:" in told.output
    assert "Traceback" not in told.output
    assert tables() == before
    assert sql.tuples("SELECT state FROM integrations_run") == [("failed",)]
    assert sql.scalar("SELECT count(*) FROM integrations_staged") == 0


def test_a_missing_file_is_said_and_the_others_are_read(
    load: Callable[..., Result], write: Callable[[str, str], Path], tmp_path: Path
) -> None:
    told = load(tmp_path / "gone.xml", write("import.xml", catalog(KEDS)))
    assert told.exit_code == 1
    assert "gone.xml cannot be opened: No such file or directory." in told.output
    assert "goods: 1 created" in told.output


def test_prices_and_stock_may_come_in_files_of_their_own(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    load(
        write("import0_1.xml", catalog(KEDS)),
        write("offers0_1.xml", offers("<Предложение><Ид>g1</Ид><Наименование>Кеды</Наименование></Предложение>")),
    )
    assert price("K-1") is None
    only_price = offers(
        "<Предложение><Ид>g1</Ид><Цены><Цена><ИдТипаЦены>retail</ИдТипаЦены><ЦенаЗаЕдиницу>77</ЦенаЗаЕдиницу></Цена></Цены></Предложение>",
        full=False,
    )
    only_rest = offers(
        "<Предложение><Ид>g1</Ид><Остатки><Остаток><Склад><Ид>w1</Ид><Количество>9</Количество></Склад></Остаток></Остатки></Предложение>",
        full=False,
    )
    told = load(write("rests0_1.xml", only_rest), write("prices0_1.xml", only_price))
    assert told.exit_code == 0, told.output
    assert price("K-1") == 7700
    assert stock("K-1") == {"glavnyy-sklad": 9}


def test_an_offer_without_a_name_is_the_product_itself(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    """Some programs repeat nothing in the offers: only the id, the price and the stock."""
    nameless = offer("g1", "", "1990", stores={"w1": "5"}).replace("<Наименование></Наименование>", "")
    exchange = write("import.xml", catalog(KEDS, BOOTS)), write("offers.xml", offers(nameless, *OFFERS[1:]))
    told = load(*exchange)
    assert "1 × offer_implied" in told.output, told.output
    assert "rejected" not in told.output
    assert (price("K-1"), stock("K-1")) == (199000, {"glavnyy-sklad": 5})
    again = load(*exchange)
    assert "created" not in again.output
    assert "changed," not in again.output.replace("unchanged,", "")
    assert catalogue.variants_by_sku(skus=["K-1"])["K-1"].active, "a full package that prices it offers it"
    named = offers(OFFERS[0], *OFFERS[1:], at="2026-03-02T10:00:00")
    assert "offer_implied" not in load(exchange[0], write("offers.xml", named)).output
    assert [*catalogue.variants_by_sku(skus=["K-1"])] == ["K-1"]


def test_barcodes_are_found_however_the_element_is_spelt(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    two = goods("g1", "Кеды", "K-1", more="<ШтрихКод>4606453849072; 4820082670931</ШтрихКод>")
    load(write("import.xml", catalog(two)), write("offers.xml", offers(offer("g1", "Кеды", "5"))))
    found = [catalogue.find_variant(code=code) for code in ("4606453849072", "4820082670931")]
    assert [variant and variant.sku for variant in found] == ["K-1", "K-1"]


def test_a_price_of_something_unknown_is_refused_by_name(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    text = offers(
        "<Предложение><Ид>никто</Ид><Цены><Цена><ИдТипаЦены>retail</ИдТипаЦены><ЦенаЗаЕдиницу>77</ЦенаЗаЕдиницу></Цена></Цены></Предложение>"
    )
    told = load(write("prices0_1.xml", text))
    assert told.exit_code == 0
    assert "prices: 1 rejected" in told.output
    assert "1 × offer_unknown" in told.output
    assert sql.tuples("SELECT ext_id, line, fields FROM integrations_change WHERE what = 'rejected'") == [
        ("никто", 2, [["offer", "", "unknown"]])
    ]


def test_prices_that_cannot_be_are_not_taken(load: Callable[..., Result], write: Callable[[str, str], Path]) -> None:
    told = load(
        write("import.xml", catalog(KEDS, BOOTS)),
        write("offers.xml", offers(offer("g1", "Кеды", "0"), offer("g2", "Ботинки", "-5"))),
    )
    assert told.exit_code == 0
    assert "1 × price_zero" in told.output
    assert "1 × price_negative" in told.output
    assert (price("K-1"), price("B-2")) == (None, None)


def test_an_article_that_two_products_share_gives_two_skus(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    told = load(
        write("import.xml", catalog(goods("g1", "Кеды", "X"), goods("g2", "Ботинки", "X"), goods("g3", "Тапки"))),
        write("offers.xml", offers(offer("g1", "Кеды", "5"), offer("g2", "Ботинки", "6"), offer("g3", "Тапки", "7"))),
    )
    assert "1 × article_repeated" in told.output
    assert "1 × no_article" in told.output
    assert sorted(catalogue.variants_by_sku(skus=["X-g1", "X-g2", "g3", "X"])) == ["X-g1", "X-g2", "g3"]


def test_extreme_documents_are_taken_or_refused_and_never_break(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    long = "длинное " * 100
    strange = (
        goods("x" * 300, "Слишком длинный номер", "L-1"),
        goods("g1", long, "L-2"),
        goods("g2", "Кеды\u200b", "\u200bK\ufeff-2", more="<Вес>1e9</Вес><Штрихкод>☃</Штрихкод>"),
        goods("g2", "Кеды дважды", "K-2"),
        goods("g3", "Кеды", "Z" * 400),
    )
    sold = (
        offer("x" * 300, "Слишком длинный номер", "5"),
        offer("g2#" + "я" * 150, "Кеды (1)", "9" * 28, stores={"w1": "9" * 20}),
        offer("g2#" + "я" * 149, "Кеды (1)", "0,001", stores={"w1": "-3"}),
        offer("g3", "Кеды", "5", stores={"нигде": "2"}),
        offer("g4", "Никто", "5"),
    )
    for _ in range(2):
        told = load(write("import.xml", catalog(*strange)), write("offers.xml", offers(*sold)))
        assert told.exit_code == 0, told.output
        assert told.exception is None
    kinds = ("goods_repeated", "options_repeated", "barcode_wrong", "offer_without_goods", "goods_refused")
    for kind in (*kinds, "offer_not_taken"):
        assert f"× {kind}" in told.output, told.output
    assert "goods: 2 rejected" in told.output
    assert "deactivated" not in told.output


def test_damaged_real_files_never_break_the_import(
    load: Callable[..., Result], data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    dice = random.Random(7)
    for name in ("import.xml", "offers.xml", "orders.xml"):
        whole = (data_set("commerceml/carono") / name).read_bytes()
        for _ in range(5):
            damaged = bytearray(whole)
            for _ in range(dice.randint(1, 4)):
                place = dice.randrange(len(damaged) or 1)
                if dice.random() < 0.6:
                    damaged[place : place + 1] = dice.randbytes(1)
                else:
                    damaged[place:place] = damaged[place : place + dice.randint(1, 60)]
            path = tmp_path / name
            path.write_bytes(bytes(damaged))
            told = load(path)
            assert told.exit_code in {0, 1}, told.output
            assert told.exception is None or isinstance(told.exception, SystemExit), told.output


@pytest.mark.parametrize(
    ("folder", "files", "goods_", "variants", "pieces"),
    [
        ("outlet", ("5f193f2_import0_1.xml", "5f193f2_offers0_1.xml"), 1197, 2641, 32_405),
        ("modx", ("import.xml", "offers.xml"), 768, 768, 4_144),
        ("carono", ("classifier.xml", "import.xml", "offers.xml", "orders.xml"), 2, 5, 219),
    ],
)
def test_real_files_come_in_whole_and_twice_change_nothing(
    folder: str,
    files: tuple[str, ...],
    goods_: int,
    variants: int,
    pieces: int,
    load: Callable[..., Result],
    data_set: Callable[[str], Path],
) -> None:
    paths = [data_set(f"commerceml/{folder}") / name for name in files]
    first = load(*paths)
    assert first.exit_code == 0, first.output
    assert "rejected" not in first.output
    counted = tables()
    assert (counted["catalogue_product"], counted["catalogue_variant"]) == (goods_, variants)
    again = load(*paths)
    assert again.exit_code == 0
    assert tables() == counted
    assert " created" not in again.output
    summed = sql.scalar("SELECT sum(total) FROM kernel_capacity WHERE kind = 'stock'")
    assert summed == pieces


def test_a_price_beyond_every_limit_is_refused_by_name(
    load: Callable[..., Result], write: Callable[[str, str], Path]
) -> None:
    told = load(write("import.xml", catalog(KEDS)), write("offers.xml", offers(offer("g1", "Кеды", "9" * 20))))
    assert told.exit_code == 0
    assert "1 × price_refused: A price that the catalogue could not take; it was refused" in told.output
    assert "Кеды: " in told.output
    assert price("K-1") is None


@pytest.mark.parametrize("made", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_a_document_of_no_time_is_told_and_makes_nothing_after_it_too_old(
    load: Callable[..., Result], write: Callable[[str, str], Path], made: str
) -> None:
    stocked = [offer("g1", "Кеды", "10", stores={"w1": count}) for count in ("1", "2")]
    told = load(write("import.xml", catalog(KEDS, at=made)), write("offers.xml", offers(stocked[0], at=made)))
    assert told.exit_code == 0
    assert "1 × date_unreadable" in told.output
    assert made in told.output
    assert stock("K-1") == {"glavnyy-sklad": 1}
    told = load(write("later.xml", offers(stocked[1], at="2026-03-01T11:00:00")))
    assert "older_than_known" in told.output  # the first was taken as of its arrival, which is after it
    with clock.frozen(clock.now() + timedelta(hours=2)):
        later = f"{clock.now():%Y-%m-%dT%H:%M:%S}"
        told = load(write("latest.xml", offers(stocked[1], at=later)))
    assert "older_than_known" not in told.output
    assert stock("K-1") == {"glavnyy-sklad": 2}
