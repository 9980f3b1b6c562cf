"""Texts reach people in their language on a machine that has no gettext tools."""

import gettext
from pathlib import Path

from edino.kernel import messages

CATALOGUE = """
msgid "Customer"
msgstr "Покупатель"

#, python-format
msgid "%(n)s row"
msgid_plural "%(n)s rows"
msgstr[0] "%(n)s строка"
msgstr[1] "%(n)s строки"
msgstr[2] "%(n)s строк"

#, fuzzy
msgid "Guess"
msgstr "Наугад"
"""


def package_in(root: Path, catalogue: str) -> Path:
    path = root / "shop" / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(catalogue, encoding="utf-8")
    return root


def russian(paths: list[str]) -> gettext.NullTranslations:
    return gettext.translation("django", paths[0], ["ru"])


def test_texts_and_plurals_are_compiled_and_a_guess_is_not_shown(tmp_path: Path) -> None:
    found = russian(messages.compile_all(package_in(tmp_path / "src", CATALOGUE), tmp_path / "cache"))
    assert found.gettext("Customer") == "Покупатель"
    assert [found.ngettext("%(n)s row", "%(n)s rows", n) for n in (1, 3, 11)] == [
        "%(n)s строка",
        "%(n)s строки",
        "%(n)s строк",
    ]
    assert found.gettext("Guess") == "Guess"


def test_a_changed_catalogue_is_compiled_again_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    source, cache = package_in(tmp_path / "src", CATALOGUE), tmp_path / "cache"
    first = messages.compile_all(source, cache)
    compiled = Path(first[0]) / "ru" / "LC_MESSAGES" / "django.mo"
    stamp = compiled.stat().st_mtime_ns
    assert messages.compile_all(source, cache) == first
    assert compiled.stat().st_mtime_ns == stamp
    package_in(tmp_path / "src", CATALOGUE.replace("Покупатель", "Клиент"))
    assert russian(messages.compile_all(source, cache)).gettext("Customer") == "Клиент"


def test_a_package_without_catalogues_needs_nothing(tmp_path: Path) -> None:
    assert messages.compile_all(tmp_path, tmp_path / "cache") == []


def test_refreshing_adds_new_texts_and_keeps_translations(tmp_path: Path) -> None:
    shop = package_in(tmp_path, CATALOGUE) / "shop"
    (shop / "templates").mkdir()
    (shop / "templates" / "page.html").write_text('{% translate "Customer" %} {{ _("Basket") }}', encoding="utf-8")
    (shop / "rules.py").write_text('title = gettext_lazy("Order")\n', encoding="utf-8")
    assert messages.untranslated(shop) == ["Order", "Basket"]
    assert messages.refresh(shop) == 2
    written = (shop / "locale" / "ru" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    assert 'msgid "Customer"\nmsgstr "Покупатель"' in written
    assert 'msgid "Basket"\nmsgstr ""' in written
    assert "Guess" not in written
    assert messages.refresh(shop) == 2
    assert (shop / "locale" / "ru" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8") == written


def test_no_text_is_translated_in_two_ways(tmp_path: Path) -> None:
    package_in(tmp_path, 'msgid "Name"\nmsgstr "Имя"\n')
    other = tmp_path / "till" / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    other.parent.mkdir(parents=True)
    other.write_text('msgid "Name"\nmsgstr "Название"\n', encoding="utf-8")
    assert messages.disagreements(tmp_path) == {"Name": {"Имя", "Название"}}
    assert messages.disagreements(Path(messages.__file__).parents[1]) == {}


def test_a_text_is_collected_under_whatever_name_the_file_translates_it(tmp_path: Path) -> None:
    (tmp_path / "screens.py").write_text(
        "from django.utils.translation import gettext as _t, ngettext as several\n"
        'said = _t("The key is revoked."), several("%(n)s key", "%(n)s keys", 2), other("Not a text")\n',
        encoding="utf-8",
    )
    assert {message.id for message in messages.harvest(tmp_path)} - {""} == {
        "The key is revoked.",
        ("%(n)s key", "%(n)s keys"),
    }


def test_the_site_says_nothing_of_its_own() -> None:
    package = Path(messages.__file__).resolve().parent.parent / "site"
    assert [message.id for message in messages.harvest(package) if message.id] == []
