"""Lena looks for running shoes, in both languages, both alphabets, and with the keyboard set wrong."""

import pytest

from edino.catalogue import api
from edino.catalogue.types import AttributeInput, Sort, VariantInput
from edino.catalogue.types.pages import ProductsPage
from edino.kernel.errors import Invalid
from tests.catalogue.shelf import GTINS, bring, runner, shelves, simple

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop() -> None:
    shelves()
    api.define_attributes(
        attributes=[
            AttributeInput(
                "season",
                "choice",
                {"ru": "Сезон", "en": "Season"},
                choices={"summer": {"ru": "Лето", "en": "Summer"}, "winter": {"ru": "Зима", "en": "Winter"}},
                is_filter=True,
            ),
            AttributeInput("drop", "number", {"ru": "Перепад", "en": "Drop"}, unit="mm"),
        ]
    )
    bring(
        runner(),
        runner(
            external_id="p-2",
            names={"ru": "Кеды Закат", "en": "Dusk plimsolls"},
            descriptions={"ru": "Не для бега", "en": "Not for running"},
            brand="Reebok",
            categories=["g-1"],
            attributes={"season": "Зима"},
            variants=[VariantInput("p-2#42", "DUSK-42", {"size": "42"})],
        ),
        simple(1),
    )


def names(page: ProductsPage) -> list[str]:
    return [row.name for row in page.rows]


@pytest.mark.parametrize(
    "typed",
    [
        "кроссовки",
        "Кроссовок",
        "кросс",
        "кроссовкам",
        "krossovok",
        "krossovki",
        "krosovki",
        "rhjccjdrb",
        "rhjcc",
        "dawn",
        "DAWN-41",
        "dawn-4",
        GTINS[1],
        "полдень",
        "polden",
        "running shoe",
        "рассвет кроссовки",
        "кроссовки, «Рассвет»!",
    ],
)
def test_the_running_shoes_are_found(typed: str) -> None:
    assert names(api.search(text=typed))[0] == "Dawn running shoes"


@pytest.mark.parametrize("typed", ["рибок", "ребок", "hb,jr", "reeb"])
def test_a_brand_is_found_in_the_other_alphabet(typed: str) -> None:
    assert names(api.search(text=typed)) == ([] if typed == "ребок" else ["Dusk plimsolls"])


@pytest.mark.parametrize("typed", ["сапоги", "рассвет сапоги", "\\", "a & b | !c:*", "кроссовки' | 'x", "E'x"])
def test_what_is_not_there_is_not_found(typed: str) -> None:
    assert (api.search(text=typed).rows, api.search(text=typed).total) == ((), 0)


@pytest.mark.parametrize("typed", ["'", "((", "!!! &", " "])
def test_marks_alone_look_for_nothing_in_particular(typed: str) -> None:
    assert api.search(text=typed).total == 3


def test_the_better_fit_comes_first() -> None:
    assert names(api.search(text="бег", language="ru")) == ["Кроссовки Рассвет", "Кеды Закат"]


def test_filters_narrow_and_facets_say_what_else_could_be_chosen() -> None:
    shoes = next(shelf.id for shelf in api.shelves() if shelf.name == "Shoes")
    page = api.search(category=shoes, facets=True, language="ru")
    assert names(page) == ["Кеды Закат", "Кроссовки Рассвет"]
    facets = {facet.name: [(one.value, one.label, one.count) for one in facet.values] for facet in page.facets}
    assert facets["option.size"] == [("41", "41", 1), ("42", "42", 2)]
    assert facets["attribute.season"] == [("winter", "Зима", 1), ("summer", "Лето", 1)]
    assert facets["brand"] == [("Reebok", "Reebok", 1), ("Полдень", "Полдень", 1)]
    narrowed = api.search(category=shoes, filters={"option.size": ["41"]}, facets=True)
    assert names(narrowed) == ["Dawn running shoes"]
    sizes = next(facet for facet in narrowed.facets if facet.name == "option.size")
    assert [(one.value, one.count, one.chosen) for one in sizes.values] == [("41", 1, True), ("42", 2, False)]
    assert names(api.search(filters={"option.size": ["41", "42"], "attribute.season": ["winter"]})) == [
        "Dusk plimsolls"
    ]
    assert names(api.search(filters={"brand": ["Nobody"]})) == []


def test_filters_that_are_none_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        api.search(filters={"colour": ["red"]})
    assert [error.field for error in refused.value.fields] == ["filters.colour"]
    with pytest.raises(Invalid):
        api.search(filters={"price": ["cheap"]})
    with pytest.raises(Invalid):
        api.search(filters={f"attribute.a{number}": ["1"] for number in range(7)})


def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    bring(*[simple(number) for number in range(1, 31)])
    sorts: tuple[Sort, ...] = ("name", "new", "rating", "price", "-price", "relevance")
    for sort in sorts:
        seen: list[str] = []
        after = ""
        while True:
            page = api.search(text="socks", after=after, limit=7, sort=sort)
            assert page.total == 30
            seen += names(page)
            if not page.next:
                break
            after = page.next
        assert len(seen) == 30
        assert set(seen) == {f"Socks {number}" for number in range(1, 31)}


def test_what_is_out_of_sale_or_renamed_is_found_so_at_once() -> None:
    bring(runner(active=False))
    assert names(api.search(text="кроссовки")) == []
    bring(runner(active=True, names={"ru": "Валенки", "en": "Felt boots"}))
    assert names(api.search(text="кроссовки")) == ["Felt boots"]  # they still stand on the shelf of running shoes
    assert names(api.search(text="валенки")) == ["Felt boots"]
    assert names(api.search(text="рассвет")) == []


@pytest.mark.parametrize("typed", ["zzzz", "ZZ", "яяяя", "ззз", "zzzz box", "eeee"])
def test_what_fits_nothing_finds_nothing_and_not_all_that_begins_with_its_letter(typed: str) -> None:
    bring(simple(7, names={"en": "Zinc box", "ru": "Ящик из цинка"}), simple(8, names={"en": "Iron eel"}))
    assert "Zinc box" in names(api.search(text="z"))
    found = api.search(text=typed)
    assert (found.rows, found.total) == ((), 0)
    assert [names(api.search(text=one)) for one in ("zinc", "zzinc", "цинк")] == [["Zinc box"]] * 3
