"""Every part prints what it is given, escaped, in the reader's notation."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.html import strip_tags

from edino.kernel.money import Money
from edino.ui import agreeing, chart, diagram, parts, show
from edino.ui.screen import plain

EVIL = '<script>alert("x")</script>&'
AT = datetime(2025, 11, 22, 14, 2, tzinfo=UTC)

EVERY_PART = [
    parts.Status(EVIL, "good"),
    parts.Person(EVIL, EVIL, url=f"/x?{EVIL}", masked=True, show_url=f"/show?{EVIL}"),
    parts.Product(EVIL, EVIL, f"/x?{EVIL}", f"/i?{EVIL}", Money(100, "RUB")),
    parts.Stock([parts.StockLine(EVIL, parts.Status(EVIL), 2)]),
    parts.Why(EVIL, word=EVIL),
    parts.Why(url=f"/x?{EVIL}"),
    parts.Number(3, unit=EVIL),
    parts.Share(0.5, label=EVIL),
    *[
        parts.Action(EVIL, f"/x?{EVIL}", method, key="1", values=[("a", EVIL)])
        for method in ("get", "post", "swap", "dialog")
    ],
    parts.Action(EVIL, opens=EVIL),
    chart.sparkline([1, 2, 3], EVIL),
    chart.plot(f"/x?{EVIL}", EVIL),
    diagram.draw(
        [diagram.Node(EVIL, EVIL, EVIL, url=EVIL), diagram.Node("b", "b")], [diagram.Edge(EVIL, "b", EVIL)], EVIL
    ),
]

TEMPLATES = [
    "{% status evil tone='bad' badge=True %}",
    "{% person evil contact=evil %}",
    "{% product evil about=evil %}",
    "{% section evil note=evil %}{{ evil }}{% endsection %}",
    "{% panel evil note=evil %}{{ evil }}{% endpanel %}",
    "{% why %}{{ evil }}{% endwhy %}",
    "{% notice 'warn' %}{{ evil }}{% endnotice %}",
    "{% dialog 'd' evil %}{{ evil }}{% enddialog %}",
    "{% live evil every=5 %}{{ evil }}{% endlive %}",
    "{% blank evil %}{{ evil }}{% endblank %}",
    "{% failure evil retry=evil %}{{ evil }}{% endfailure %}",
    "{% progress evil value=3 note=evil %}",
    "{% search evil evil value=evil parameter=evil target=evil %}",
    "{% facts facts %}",
    "{% figures figures %}",
    "{% tabs tabs evil target=evil %}",
    "{% timeline moments more=evil %}",
    "{% field form.name %}{% form_summary form %}{% field form.density kind='segments' %}{% form_fields form %}",
    "{% action evil evil method='post' key=evil %}{% action evil evil %}{% show_action action %}",
]


@pytest.fixture
def evil_context() -> Context:
    form = show.Form({"name": EVIL * 9, "phone": EVIL, "channel": EVIL, "density": EVIL, "notes": EVIL})
    form.add_error(None, EVIL)
    return Context(
        {
            "evil": EVIL,
            "form": form,
            "action": parts.Action(EVIL, EVIL, "post", values=[(EVIL, EVIL)]),
            "facts": [parts.Fact(EVIL, EVIL, EVIL, parts.Why(EVIL))],
            "figures": [parts.Figure(EVIL, EVIL, EVIL, parts.Status(EVIL), [1, 2], EVIL)],
            "tabs": [parts.Tab(EVIL, EVIL, current=True, count=3)],
            "moments": [parts.Moment(AT, EVIL, EVIL, more=EVIL, url=EVIL, key=EVIL)],
        }
    )


@pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: type(part).__name__)
def test_what_came_from_people_stays_text(part: object) -> None:
    printed = Template("{{ part }}").render(Context({"part": part}))
    assert "<script" not in printed
    assert "&lt;script" in printed
    assert "&amp;lt;" not in printed


@pytest.mark.parametrize("source", TEMPLATES)
def test_what_a_template_passes_stays_text(source: str, evil_context: Context) -> None:
    printed = Template(source).render(evil_context)
    assert "<script" not in printed
    assert "&lt;script" in printed
    assert "&amp;lt;" not in printed


@pytest.mark.parametrize("tone", list(parts.TONE_ICONS))
def test_each_tone_has_a_word_and_a_shape_of_its_own(tone: parts.Tone) -> None:
    printed = str(parts.Status("Live", tone))
    assert "<span>Live</span>" in printed
    others = [str(parts.icon(name)) for other, name in parts.TONE_ICONS.items() if other != tone]
    assert not any(other in printed for other in others)


def test_money_in_both_languages() -> None:
    roubles, pounds, owed = Money(748_000, "RUB"), Money(974_774_793, "GBP"), Money(-50, "RUB")
    assert [plain(parts.Amount(m)) for m in (roubles, pounds, owed)] == ["7,480 ₽", "£9,747,747.93", "−0.50 ₽"]
    with translation.override("ru"):
        assert [plain(parts.Amount(m)) for m in (roubles, pounds, owed)] == ["7 480 ₽", "9 747 747,93 £", "−0,50 ₽"]
    assert plain(parts.Amount(Money(100, "JPY"))) == "¥100"
    assert plain(parts.Amount(roubles, signed=True)) == "+7,480 ₽"
    assert plain(parts.Amount(None)) == "–"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1_284_311, 0, "1,284,311"), (0.799, 2, "0.80"), (Decimal("-1.5"), 1, "−1.5"), (None, 0, "–"), (0, 0, "0")],
)
def test_numbers(value: float | Decimal | None, decimals: int, text: str) -> None:
    assert plain(parts.Number(value, decimals)) == text


def test_times_carry_the_moment_for_the_browser() -> None:
    assert '<time class="nowrap" datetime="2025-11-22T14:02:00+00:00" data-local="ago">' in str(parts.When(AT))
    assert plain(parts.When(AT, "time")) == "14:02"
    assert plain(parts.When(AT, "full")) == "22 nov 2025, 14:02"
    assert plain(parts.When(date(2026, 5, 3))) == "3 may 2026"
    assert plain(parts.When(None)) == "–"


def test_showing_a_masked_person_is_a_post_and_says_that_it_is_recorded() -> None:
    printed = str(parts.Person("Анна К···ва", "+7 916 ···-··-12", masked=True, show_url="/customers/1/show"))
    assert 'hx-post="/customers/1/show"' in printed
    assert "This is recorded" in printed
    assert "hx-post" not in str(parts.Person("Анна Котова", "+79161234512", show_url="/customers/1/show"))


def test_a_field_says_what_is_wrong_beside_itself_and_on_top() -> None:
    form = show.Form({"phone": "8-916", "channel": "Site", "density": "store"})
    printed = Template("{% form_fields form %}").render(Context({"form": form}))
    assert '<a href="#id_phone">Phone: Write it as +79161234567.</a>' in printed
    assert 'id="id_phone_error"' in printed
    assert 'aria-invalid="true" aria-describedby="id_phone_error" id="id_phone"' in printed
    assert 'value="8-916"' in printed
    clean = show.Form(form.data | {"phone": "+79161234567", "name": "Till 3"})  # type: ignore[operator]  # a dict here
    assert Template("{% form_summary form %}").render(Context({"form": clean})) == ""


def test_a_timeline_groups_by_day() -> None:
    moments = [parts.Moment(AT, "viewed shoes", "Site"), parts.Moment(AT - timedelta(days=1), "receipt 88", "Till")]
    printed = Template("{% timeline moments %}").render(Context({"moments": moments}))
    assert printed.index("22 November 2025") < printed.index("viewed shoes") < printed.index("21 November 2025")


def test_a_diagram_puts_causes_before_effects_and_survives_a_circle() -> None:
    places = diagram.layout(["who", "phone", "site"], [("site", "phone"), ("phone", "who")])
    assert places["site"][0] < places["phone"][0] < places["who"][0]
    circle = diagram.layout(["a", "b"], [("a", "b"), ("b", "a")])
    assert len(set(circle.values())) == 2
    assert "unknown" not in diagram.draw([diagram.Node("a", "A")], [diagram.Edge("a", "unknown")], "x")


def test_an_empty_trend_draws_nothing() -> None:
    assert chart.sparkline([], "x") == ""
    assert 'points="0.0,22.0"' in chart.sparkline([5], "x")


def text_of(markup: str) -> str:
    return strip_tags(markup).replace("\xa0", " ").strip()


def test_amounts_of_a_page_agree_about_kopecks() -> None:
    page = "{% amounts %}{% for one in cart %}{{ one|amount }} {% endfor %}{% endamounts %}"

    def shown(*minor: int, currency: str = "RUB") -> str:
        cart = [Money(one, currency) for one in minor]
        return text_of(Template(page).render(Context({"cart": cart})))

    assert shown(899_000, -50_000, 0) == "8,990 ₽ −500 ₽ 0 ₽"
    assert shown(899_000, -50_050, 0) == "8,990.00 ₽ −500.50 ₽ 0.00 ₽"
    assert shown(100, 123_456, currency="JPY") == "¥100 ¥123,456"
    assert shown(1_000, 1_005, currency="KWD") == "1.000 KWD 1.005 KWD"
    with translation.override("ru"):
        assert shown(899_000, 129_950) == "8 990,00 ₽ 1 299,50 ₽"
    # A group within a group joins it; what comes after it begins anew.
    with agreeing.together() as agree:
        inner = shown(899_000)
        assert text_of(agree(f"{inner} {parts.Amount(Money(1, 'RUB'))}")) == "8,990.00 ₽ 0.01 ₽"
    assert shown(899_000) == "8,990 ₽"
