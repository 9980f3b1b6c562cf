"""A declared list: its state is in the address, its pages meet without gap, its export is what is shown."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest, StreamingHttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from edino.kernel.errors import Invalid
from edino.kernel.money import Money
from edino.ui.lists import Ask, Column, Listing, Page, View, choice, dates, flag, short, words
from edino.ui.parts import Status


@dataclass(frozen=True, slots=True)
class Till:
    uid: str
    name: str
    events: int
    cost: Money
    seen_at: datetime | None
    live: bool


TILLS = [
    Till(f"u{n:02}", f"Till {n % 4}", n * 10, Money(n * 100, "RUB"), datetime(2026, 1, n + 1, tzinfo=UTC), n % 2 == 0)
    for n in range(10)
]

tills: Listing[Till] = Listing(
    name="tills",
    title="Tills",
    columns=(
        Column("name", "Name", sort=True),
        Column("state", "State", value=lambda row: Status("Live" if row.live else "Off"), place="side"),
        Column("events", "Events", kind="number", sort=True),
        Column("cost", "Cost", kind="money", sort=True),
        Column("seen_at", "Seen", kind="ago", sort=True),
    ),
    url=lambda row: f"/tills/{row.uid}/",
    filters=(
        words("q", "Name"),
        choice("name", "Till", [("Till 1", "One")]),
        flag("live", "Live"),
        dates("on", "Seen"),
    ),
    views=(View("All"), View("Live", {"live": "1"})),
    sort="-events",
    page_size=4,
)


def asking(address: str, **headers: str) -> HttpRequest:
    request = RequestFactory().get(address, headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # what its middleware does
    return request


def names_of(address: str) -> list[str]:
    return [row.uid for row in tills.read(asking(address), short(TILLS)).rows]


def test_the_address_says_what_is_asked_and_the_unknown_is_ignored() -> None:
    ask = tills.ask(asking("/t/?q=%20ti%20&name=Till+9&live=2&on_from=2026-01-40&on_to=2026-01-05&sort=-secret&x=1"))
    assert ask == Ask({"q": "ti", "on_to": "2026-01-05"}, "events", descending=True, limit=5)


def test_a_strangers_cursor_is_refused() -> None:
    with pytest.raises(Invalid):
        tills.ask(asking("/t/?after=nonsense"))


@pytest.mark.parametrize("sort", ["-events", "events", "name", "-name", "cost", "-seen_at"])
def test_pages_meet_without_gap_or_repetition(sort: str) -> None:
    seen: list[str] = []
    address = f"/t/?sort={sort}"
    while address:
        shown = tills.read(asking(address), short(TILLS))
        assert (shown.first, shown.last) == (len(seen) + 1, len(seen) + len(shown.rows))
        seen += [row.uid for row in shown.rows]
        address = shown.next_url
    assert sorted(seen) == sorted(row.uid for row in TILLS)


def test_the_domain_gets_the_place_of_the_last_row_as_plain_values() -> None:
    given: list[Ask] = []

    def read(ask: Ask) -> Page[Till]:
        given.append(ask)
        return Page(TILLS[:5], 10)

    following = tills.read(asking("/t/?sort=cost"), read).next_url
    tills.read(asking(following), read)
    assert (given[1].after_value, given[1].after_key) == (300, "u03")


def test_a_new_order_or_filter_starts_from_the_beginning() -> None:
    following = tills.read(asking("/t/?q=till"), short(TILLS)).next_url
    shown = tills.read(asking(following), short(TILLS))
    query = parse_qs(urlsplit(shown.heads[0].url).query)
    assert query == {"q": ["till"], "sort": ["name"]}
    assert parse_qs(urlsplit(shown.start_url).query) == {"q": ["till"]}


def test_heads_say_how_the_list_is_ordered_and_offer_the_other_way() -> None:
    heads = {head.column.name: head for head in tills.read(asking("/t/"), short(TILLS)).heads}
    assert heads["events"].order == "descending"
    assert heads["events"].url.endswith("sort=events")
    assert heads["name"].order == ""
    assert heads["state"].url == ""


def test_short_lists_filter_in_memory() -> None:
    assert names_of("/t/?live=1&sort=events") == ["u00", "u02", "u04", "u06"]
    assert names_of("/t/?name=Till+1&sort=events") == ["u01", "u05", "u09"]
    assert names_of("/t/?q=TILL+3&sort=events") == ["u03", "u07"]


def test_chips_take_one_filter_away() -> None:
    shown = tills.read(asking("/t/?q=till&live=1"), short(TILLS))
    assert [(str(chip.label), parse_qs(urlsplit(chip.url).query)) for chip in shown.chips] == [
        ("Name", {"live": ["1"]}),
        ("Live", {"q": ["till"]}),
    ]
    assert [current for _view, _url, current in tills.read(asking("/t/?live=1"), short(TILLS)).views] == [False, True]


def exported(request: HttpRequest, rows: list[Till]) -> list[list[str]]:
    response = tills.respond(request, short(rows))
    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Disposition"] == 'attachment; filename="tills.csv"'
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_export_has_every_row_of_the_filter_and_runs_no_formula() -> None:
    rows = exported(asking("/t/?export=csv&live=1"), TILLS)
    assert rows[0] == ["Name", "State", "Events", "Cost", "Seen"]
    assert rows[1] == ["Till 0", "Live", "80", "8.00", "2026-01-09T00:00:00+00:00"]
    assert len(rows) == 6
    risky = ['=HYPERLINK("x")', "@SUM(A1)", "+7 916 123", "-1+2", "plain"]
    odd = [Till(f"x{n}", name, n, Money(0, "RUB"), None, live=True) for n, name in enumerate(risky)]
    found = [row[0] for row in exported(asking("/t/?export=csv&sort=events"), odd)[1:]]
    assert found == ['\'=HYPERLINK("x")', "'@SUM(A1)", "+7 916 123", "'-1+2", "plain"]


def test_htmx_gets_the_list_alone(empty_navigation: None) -> None:
    request = asking("/t/?q=till", **{"HX-Request": "true", "HX-Target": "list-tills"})
    body = bytes(tills.respond(request, short(TILLS))).decode()
    assert "<html" not in body
    assert 'id="list-tills"' in body
    assert 'href="/tills/u09/"' in body
    assert 'data-label="Events"' in body


def test_nothing_to_show_says_whether_the_filter_is_to_blame() -> None:
    target = {"HX-Request": "true", "HX-Target": "list-tills"}
    empty = bytes(tills.respond(asking("/t/", **target), short([])))
    filtered = bytes(tills.respond(asking("/t/?q=zzz", **target), short(TILLS)))
    assert b"Nothing here yet" in empty
    assert b"Nothing matches this filter" in filtered
